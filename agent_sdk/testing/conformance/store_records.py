"""What every store keeps: runs as lists, the feed and sessions, each in one organisation.

The module that runs it has two fixtures: `store`, open and empty, and `clock`, the `FakeClock` that the store asks.
"""

# ruff: noqa: D103, PLR2004 - a test's name is its sentence; expected numbers are the subject

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.page import PageRequest
from agent_sdk.contracts.platform_errors import (
    Conflict,
    NotFound,
)
from agent_sdk.contracts.run import Run
from agent_sdk.contracts.scope import Scope
from agent_sdk.contracts.session import TITLE_LENGTH_MAX_CHARS
from agent_sdk.ports.records import IdempotencyKey, SessionQuery
from agent_sdk.ports.store import RunQuery, Store
from agent_sdk.testing.conformance.records_kit import ALL, FOREIGN, MINE, NO_LIMIT, Bench, end, newest, paged
from agent_sdk.testing.fakes import START, FakeClock

ANY = RunQuery()
EVERY = SessionQuery()
SOON_S = 30.0


@pytest.fixture
def bench(store: Store, clock: FakeClock) -> Bench:
    """Makes runs in the store."""
    return Bench(store, clock)


async def listed(store: Store, query: RunQuery, scope: Scope = MINE) -> list[str]:
    """The ids of the runs that a query finds."""
    return [run.id for run in (await store.runs.list(scope, query, ALL)).data]


# --- lists of runs


async def test_runs_are_listed_newest_first_each_once(store: Store, bench: Bench) -> None:
    made = [(await bench.queued()).run for _ in range(5)]
    pages = await paged(lambda page: store.runs.list(MINE, ANY, page), 2)
    assert [[run.id for run in page] for page in pages] == [
        [made[4].id, made[3].id],
        [made[2].id, made[1].id],
        [made[0].id],
    ]
    assert pages[2][0] == made[0]


async def test_the_last_full_page_has_no_cursor(store: Store, bench: Bench) -> None:
    for _ in range(2):
        await bench.queued()
    page = await store.runs.list(MINE, ANY, PageRequest(limit=2))
    assert (len(page.data), page.next_cursor) == (2, None)


async def test_runs_made_meanwhile_move_no_page(store: Store, bench: Bench) -> None:
    made = [(await bench.queued()).run.id for _ in range(3)]
    first = await store.runs.list(MINE, ANY, PageRequest(limit=1))
    await bench.queued()
    rest = await store.runs.list(MINE, ANY, PageRequest(limit=10, cursor=first.next_cursor))
    assert [run.id for run in rest.data] == [made[1], made[0]]


async def test_a_list_shows_no_run_of_another_organisation(store: Store, bench: Bench) -> None:
    mine = (await bench.queued(session="shared name")).run.id
    theirs = (await bench.queued(FOREIGN, session="shared name")).run.id
    for query in (ANY, RunQuery(session_id="shared name"), RunQuery(text="hello")):
        assert await listed(store, query) == [mine]
        assert await listed(store, query, FOREIGN) == [theirs]


async def test_runs_are_found_by_status_session_and_agent(store: Store, bench: Bench) -> None:
    done = await bench.ended(session="s1", agent="a")
    waits = (await bench.queued(session="s1", agent="b")).run
    other = (await bench.queued(session="s2", agent="b")).run
    assert await listed(store, RunQuery(status="completed")) == [done.id]
    assert await listed(store, RunQuery(status="queued")) == [other.id, waits.id]
    assert await listed(store, RunQuery(session_id="s1")) == [waits.id, done.id]
    assert await listed(store, RunQuery(agent="b", session_id="s1")) == [waits.id]
    assert await listed(store, RunQuery(status="failed")) == []


async def test_the_runs_of_subagents_are_found_by_their_parent(store: Store, bench: Bench) -> None:
    work = await bench.begun()
    child = bench.child(work)
    await work.journal.committed()
    assert await listed(store, RunQuery(parent_run_id=work.run.id)) == [child.run_id]
    assert await listed(store, ANY) == [child.run_id, work.run.id]
    found = await store.runs.get(MINE, child.run_id)
    assert (found.parent_run_id, found.status) == (work.run.id, "running")


async def test_text_finds_every_word_in_input_output_or_tags(store: Store, bench: Bench) -> None:
    asked = (await bench.queued(asked="Refund order seven", tags=("urgent",))).run.id
    parts = (await bench.queued(asked=[{"type": "text", "text": "Where is order nine?"}])).run.id
    said = (await bench.ended(asked="hm", output={"answer": "order closed"})).id
    found = {
        "order": [said, parts, asked],
        "ORDER refund": [asked],
        "refund urgent": [asked],
        "refund nine": [],
        "  closed  ": [said],
        "nine?": [parts],
    }
    assert {text: await listed(store, RunQuery(text=text)) for text in found} == found


@pytest.mark.parametrize("text", ["100%", "a_b", "hey!", 'say "hi"', "back\\slash", "größe", "line\tbreak"])
async def test_every_character_of_a_searched_word_stands_for_itself(
    store: Store, bench: Bench, text: str
) -> None:
    await bench.queued(asked="1000 axb say hi back slash grosse")
    wanted = (await bench.queued(asked=f"it is {text} here")).run.id
    assert await listed(store, RunQuery(text=text)) == [wanted]


@pytest.mark.parametrize("text", ["word " * 17, "x" * 1001])
async def test_a_search_that_is_too_long_is_refused(store: Store, text: str) -> None:
    with pytest.raises(InvalidInput, match="too long"):
        await store.runs.list(MINE, RunQuery(text=text), ALL)


@pytest.mark.parametrize("limit", [0, -1, 1001])
async def test_a_limit_out_of_bounds_is_refused(store: Store, limit: int) -> None:
    with pytest.raises(InvalidInput, match="limit"):
        await store.runs.list(MINE, ANY, PageRequest(limit=limit))


async def test_an_id_is_found_whole_only(store: Store, bench: Bench) -> None:
    run = (await bench.queued(session="ses_of_mine")).run
    await bench.queued()
    assert await listed(store, RunQuery(text=run.id)) == [run.id]
    assert await listed(store, RunQuery(text="ses_of_mine")) == [run.id]
    assert await listed(store, RunQuery(text=run.id[:-1])) == []


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "bm90aGluZw", "WzEsMiwzLDRd", "é" * 9])
async def test_an_invalid_cursor_is_refused_with_a_hint(store: Store, cursor: str) -> None:
    page = PageRequest(cursor=cursor)
    reads: Sequence[Callable[[], Awaitable[Any]]] = (
        lambda: store.runs.list(MINE, ANY, page),
        lambda: store.sessions.list(MINE, EVERY, page),
        lambda: store.approvals.list(MINE, pending=False, page=page),
        lambda: store.keys.list(MINE, page),
    )
    for read in reads:
        with pytest.raises(InvalidInput) as refused:
            await read()
        assert "cursor" in str(refused.value)
        assert refused.value.hint != InvalidInput.hint


async def test_a_run_stays_whole_in_lists(store: Store, bench: Bench) -> None:
    run: Run = await bench.ended(asked=[{"type": "text", "text": "hi"}], tags=("a", "b"), output={"x": [1]})
    assert (run.input, run.output, run.tags) == ([{"type": "text", "text": "hi"}], {"x": [1]}, ("a", "b"))
    assert (await store.runs.list(MINE, ANY, ALL)).data == [run]


# --- the feed


async def test_the_feed_begins_with_the_newest_change_alone(store: Store, bench: Bench) -> None:
    assert await store.runs.feed(MINE, after=None, timeout_s=0) == []
    await bench.queued()
    last = (await bench.queued()).run
    assert [run.id for _, run in await store.runs.feed(MINE, after=None, timeout_s=0)] == [last.id]


async def test_the_feed_gives_what_changed_since_in_order_and_as_it_is(store: Store, bench: Bench) -> None:
    before = await newest(store)
    first, second = await bench.queued(), await bench.queued()
    work = await bench.claimed(second)
    await bench.complete(work)
    changes = await store.runs.feed(MINE, after=before, timeout_s=0)
    assert [(run.id, run.status) for _, run in changes] == [
        (first.run.id, "running"),
        (second.run.id, "completed"),
    ]
    assert sorted(number for number, _ in changes) == [number for number, _ in changes]
    assert await store.runs.feed(MINE, after=changes[-1][0], timeout_s=0) == []


async def test_the_feed_waits_for_the_next_change(store: Store, bench: Bench) -> None:
    after = await newest(store)
    waiting = asyncio.ensure_future(store.runs.feed(MINE, after=after, timeout_s=SOON_S))
    await asyncio.sleep(0)
    run = (await bench.queued()).run
    assert [each for _, each in await waiting] == [run]


async def test_the_feed_shows_nothing_of_another_organisation(store: Store, bench: Bench) -> None:
    await bench.ended()
    after = await newest(store)
    await bench.ended(FOREIGN)
    assert await store.runs.feed(MINE, after=after, timeout_s=0) == []
    assert await newest(store) == after


# --- erasing a run


async def test_a_run_that_has_not_ended_is_not_erased(store: Store, bench: Bench) -> None:
    queued = await bench.queued()
    paused, _ = await bench.waiting()
    for run_id in (queued.run.id, paused.run.id):
        with pytest.raises(Conflict, match=run_id):
            await store.runs.erase(MINE, run_id)
        assert (await store.runs.get(MINE, run_id)).id == run_id


async def test_an_erased_run_leaves_nothing_behind(store: Store, bench: Bench) -> None:
    work = await bench.begun(session="s")
    child = bench.child(work)
    call = bench.ask(child)
    end(child)
    bench.remember(work, ["forget me"])
    await bench.complete(work)
    kept = await bench.ended(session="s", messages=["keep me"])
    await store.runs.erase(MINE, work.run.id)
    for run_id in (work.run.id, child.run_id):
        with pytest.raises(NotFound):
            await store.runs.get(MINE, run_id)
        with pytest.raises(NotFound):
            await store.runs.events(MINE, run_id, after=0, limit=10)
    with pytest.raises(NotFound):
        await store.approvals.get(MINE, call)
    assert await listed(store, ANY) == [kept.id]
    assert [each.text for each in (await store.sessions.messages(MINE, "s", ALL)).data] == ["keep me"]
    assert (await store.runs.events(MINE, kept.id, after=0, limit=10)).events


async def test_the_idempotency_key_of_an_erased_run_is_free(store: Store, bench: Bench) -> None:
    key = IdempotencyKey(key="k", route="POST /v1/runs", fingerprint="body")
    run = await bench.ended(idempotency=key)
    await store.runs.erase(MINE, run.id)
    again = await store.runs.create(MINE, bench.new(idempotency=key), NO_LIMIT)
    assert not again.replayed


async def test_another_organisations_run_is_not_erased(store: Store, bench: Bench) -> None:
    run = await bench.ended()
    with pytest.raises(NotFound, match=run.id):
        await store.runs.erase(FOREIGN, run.id)
    assert await store.runs.get(MINE, run.id) == run


# --- sessions


async def test_sessions_are_listed_last_used_first(store: Store, bench: Bench, clock: FakeClock) -> None:
    for name in ("old", "middle", "new", "old"):
        await bench.ended(session=name)
        clock.advance(1)
    pages = await paged(lambda page: store.sessions.list(MINE, EVERY, page), 2)
    assert [[session.id for session in page] for page in pages] == [["old", "new"], ["middle"]]
    assert pages[0][0] == await store.sessions.get(MINE, "old")
    assert pages[0][0].created_at == START
    assert pages[0][0].updated_at == START + timedelta(seconds=3)


async def test_sessions_used_in_the_same_moment_come_once_each(store: Store, bench: Bench) -> None:
    names = [f"s{number}" for number in range(5)]
    for name in names:
        await bench.ended(session=name)
    pages = await paged(lambda page: store.sessions.list(MINE, EVERY, page), 2)
    assert sorted(session.id for page in pages for session in page) == names


async def test_a_sessions_messages_come_oldest_first_in_pages(store: Store, bench: Bench) -> None:
    await bench.ended(session="s", messages=["one", "two"])
    await bench.ended(session="s", messages=["three"])
    pages = await paged(lambda page: store.sessions.messages(MINE, "s", page), 2)
    assert [[message.text for message in page] for page in pages] == [["one", "two"], ["three"]]
    assert (await store.sessions.get(MINE, "s")).message_count == 3


async def test_a_session_name_belongs_to_each_organisation_apart(store: Store, bench: Bench) -> None:
    await bench.ended(session="s", messages=["mine"])
    await bench.ended(FOREIGN, session="s", messages=["theirs", "too"])
    assert [message.text for message in (await store.sessions.messages(MINE, "s", ALL)).data] == ["mine"]
    assert (await store.sessions.get(FOREIGN, "s")).message_count == 2
    await store.sessions.erase(FOREIGN, "s")
    assert (await store.sessions.get(MINE, "s")).message_count == 1
    with pytest.raises(NotFound, match="'s'"):
        await store.sessions.get(FOREIGN, "s")
    with pytest.raises(NotFound, match="'s'"):
        await store.sessions.messages(FOREIGN, "s", ALL)


async def test_an_erased_session_takes_its_runs_along(store: Store, bench: Bench) -> None:
    run = await bench.ended(session="s", messages=["one"])
    kept = await bench.ended(session="t")
    await store.sessions.erase(MINE, "s")
    with pytest.raises(NotFound):
        await store.runs.get(MINE, run.id)
    assert await listed(store, ANY) == [kept.id]
    assert [session.id for session in (await store.sessions.list(MINE, EVERY, ALL)).data] == ["t"]
    await bench.queued(session="s")
    assert (await store.sessions.get(MINE, "s")).message_count == 0


async def test_a_session_with_a_run_that_has_not_ended_is_not_erased(store: Store, bench: Bench) -> None:
    done = await bench.ended(session="s", messages=["one"])
    await bench.queued(session="s")
    with pytest.raises(Conflict):
        await store.sessions.erase(MINE, "s")
    assert (await store.sessions.get(MINE, "s")).message_count == 1
    assert await store.runs.get(MINE, done.id) == done


async def test_a_session_is_described_by_its_runs(store: Store, bench: Bench) -> None:
    await bench.ended(session="s", asked="  Refund\norder 7 ", agent="first")
    await bench.queued(session="s", asked="more", agent="second")
    newest_run = (await bench.queued(session="s", asked="yet more", agent="third")).run
    session = await store.sessions.get(MINE, "s")
    assert (session.title, session.run_count) == ("Refund order 7", 3)
    assert (session.last_run_id, session.last_status, session.agent) == (newest_run.id, "queued", "third")
    assert (await store.sessions.list(MINE, EVERY, ALL)).data == [session]


async def test_a_subagents_run_describes_no_session(store: Store, bench: Bench) -> None:
    work = await bench.begun(session="s", agent="parent")
    bench.child(work)
    await work.journal.committed()
    session = await store.sessions.get(MINE, "s")
    assert (session.run_count, session.last_run_id, session.agent) == (1, work.run.id, "parent")


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        (
            [{"type": "image", "url": "https://example.com/x"}, {"type": "text", "text": "What is it?"}],
            "What is it?",
        ),
        ([{"type": "image", "url": "https://example.com/x"}], None),
        ("x" * 1000, "x" * TITLE_LENGTH_MAX_CHARS),
    ],
    ids=["parts", "no words", "long"],
)
async def test_a_sessions_title_is_the_beginning_of_its_first_words(
    store: Store, bench: Bench, asked: Any, title: str | None
) -> None:
    await bench.queued(session="s", asked=asked)
    assert (await store.sessions.get(MINE, "s")).title == title


async def test_a_session_whose_runs_are_erased_is_still_found(store: Store, bench: Bench) -> None:
    await store.runs.erase(MINE, (await bench.ended(session="s")).id)
    session = await store.sessions.get(MINE, "s")
    assert (session.title, session.run_count, session.last_run_id) == (None, 0, None)
    assert await sessions_found(store, SessionQuery(text="s")) == ["s"]


async def test_sessions_are_found_by_agent_and_by_words_of_their_runs(
    store: Store, bench: Bench, clock: FakeClock
) -> None:
    await bench.ended(session="orders", asked="Refund order seven", agent="a")
    clock.advance(1)
    await bench.ended(session="orders", asked="hm", output={"answer": "it is closed"}, agent="b")
    clock.advance(1)
    await bench.ended(session="hello", asked="hello", tags=("urgent",), agent="b")
    await bench.ended(FOREIGN, session="theirs", asked="Refund order seven", agent="a")
    found = {
        "refund": ["orders"],
        "closed REFUND": ["orders"],
        "refund urgent": [],
        "urgent": ["hello"],
        "hello": ["hello"],
        "": ["hello", "orders"],
    }
    assert {text: await sessions_found(store, SessionQuery(text=text)) for text in found} == found
    assert await sessions_found(store, SessionQuery(agent="b")) == ["hello", "orders"]
    assert await sessions_found(store, SessionQuery(agent="a")) == ["orders"]
    assert await sessions_found(store, SessionQuery(agent="b", text="refund")) == ["orders"]
    assert await sessions_found(store, SessionQuery(agent="c")) == []


@pytest.mark.parametrize("text", ["100%", "a_b", "hey!", 'say "hi"', "größe"])
async def test_every_character_of_a_word_that_sessions_are_searched_for_stands_for_itself(
    store: Store, bench: Bench, text: str
) -> None:
    await bench.queued(session="other", asked="1000 axb say hi grosse")
    await bench.queued(session="wanted", asked=f"it is {text} here")
    assert await sessions_found(store, SessionQuery(text=text)) == ["wanted"]


async def test_found_sessions_come_in_pages(store: Store, bench: Bench, clock: FakeClock) -> None:
    for number in range(6):
        await bench.queued(session=f"s{number}", asked="even" if number % 2 == 0 else "odd")
        clock.advance(1)
    query = SessionQuery(text="even")
    pages = await paged(lambda page: store.sessions.list(MINE, query, page), 2)
    assert [[session.id for session in page] for page in pages] == [["s4", "s2"], ["s0"]]


@pytest.mark.parametrize("text", ["word " * 17, "x" * 1001])
async def test_a_search_of_sessions_that_is_too_long_is_refused(store: Store, text: str) -> None:
    with pytest.raises(InvalidInput, match="too long"):
        await store.sessions.list(MINE, SessionQuery(text=text), ALL)


async def sessions_found(store: Store, query: SessionQuery) -> list[str]:
    """The ids of the sessions that a query finds."""
    return [session.id for session in (await store.sessions.list(MINE, query, ALL)).data]
