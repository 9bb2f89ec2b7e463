"""Journals over HTTP: streams that resume, end and say goodbye, and pages; always the bytes that are stored."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx_sse import ServerSentEvent, aconnect_sse

from agent_sdk import Agent
from agent_sdk.contracts.codec import decode
from agent_sdk.contracts.scope import LOCAL
from agent_sdk.ports.records import RetentionPolicy
from agent_sdk.server import sse
from agent_sdk.server.sse import wants_stream
from tests.interaction.server_kit import (
    STREAM,
    Served,
    claimed,
    finished,
    journal,
    open_streams,
    post_run,
    problem,
    read_stream,
    serving,
    talker,
    until_open_streams,
)

pytestmark = pytest.mark.socket

AGENT = Agent("demo")
BODY = {"agent": "talker", "input": "hi"}
RUNS = 500
READERS = 3


async def _numbers(client: httpx.AsyncClient, run_id: str, after: int) -> list[int]:
    headers = {**STREAM, "Last-Event-ID": str(after)}
    events = await read_stream(client, f"/v1/runs/{run_id}/events", headers=headers)
    return [int(event.id) for event in events]


async def _ended_run(served: Served, client: httpx.AsyncClient, words: int) -> tuple[str, int]:
    """A run whose journal has at least `words` events: its id and its last number."""
    run_id = (await post_run(client, "demo"))["id"]
    scribe = await claimed(served, run_id)
    for number in range(words):
        scribe.say(f"word {number} ")
    await scribe.end()
    return run_id, (await client.get(f"/v1/runs/{run_id}")).json()["last_seq"]


async def test_every_frame_is_the_stored_event(tmp_path: Path) -> None:
    async with serving(tmp_path, talker("a", "b", "c")) as served, served.client() as client:
        run_id = (await post_run(client, "talker"))["id"]
        await finished(client, run_id)
        async with client.stream("GET", f"/v1/runs/{run_id}/events", headers=STREAM) as response:
            assert response.headers["content-type"] == "text/event-stream"
            assert response.headers["cache-control"] == "no-store"
            assert response.headers["x-accel-buffering"] == "no"
            body = (await response.aread()).decode()
        assert body.startswith("retry: ")
        page = (await client.get(f"/v1/runs/{run_id}/events")).content
        for frame in body.removeprefix(body[: body.index("id: ")]).rstrip("\n").split("\n\n"):
            number, kind, data = frame.split("\n")
            assert f"event: {number}" != kind
            assert data.removeprefix("data: ").encode() in page


async def test_a_reader_that_comes_back_gets_exactly_the_rest(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        run_id, last = await _ended_run(served, client, 400)
        for after in random.Random(1).sample(range(last), 100):
            assert await _numbers(client, run_id, after) == list(range(after + 1, last + 1))


async def test_ten_thousand_events_come_in_order(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        run_id, last = await _ended_run(served, client, 10_000)
        assert await _numbers(client, run_id, 0) == list(range(1, last + 1))
        assert [event["seq"] for event in await journal(client, run_id)] == list(range(1, last + 1))


async def test_three_readers_see_the_same_bytes(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        run_id = (await post_run(client, "demo"))["id"]

        async def read() -> list[tuple[str, str, str]]:
            events = await read_stream(client, f"/v1/runs/{run_id}/events", headers=STREAM)
            return [(event.id, event.event, event.data) for event in events]

        readers = [asyncio.create_task(read()) for _ in range(3)]
        scribe = await claimed(served, run_id)
        for number in range(200):
            scribe.say(str(number))
            await scribe.committed()
        await scribe.end()
        first, *others = [await reader for reader in readers]
        assert len(first) >= 203
        assert others == [first, first]
        stored = [event["id"] for event in await journal(client, run_id)]
        assert len(stored) == len(first)


class _Reader:
    """A stream that is read event by event."""

    def __init__(self, events: AsyncIterator[ServerSentEvent]) -> None:
        self._events = events

    async def next(self) -> ServerSentEvent:
        return await anext(self._events)

    async def rest(self) -> list[ServerSentEvent]:
        return [event async for event in self._events]


async def _open(stack: AsyncExitStack, client: httpx.AsyncClient, run_id: str) -> _Reader:
    source = await stack.enter_async_context(
        aconnect_sse(client, "GET", f"/v1/runs/{run_id}/events", headers=STREAM)
    )
    return _Reader(source.aiter_sse())


async def test_events_come_as_they_are_committed_and_the_stream_closes_after_the_last(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(serving(tmp_path, AGENT, worker=False))
        client = await stack.enter_async_context(served.client())
        run_id = (await post_run(client, "demo"))["id"]
        reader = await _open(stack, client, run_id)
        assert (await reader.next()).event == "run.queued"
        scribe = await claimed(served, run_id)
        assert (await reader.next()).event == "run.started"
        for text in ("one", "two"):
            scribe.say(text)
            await scribe.committed()
            assert (await reader.next()).json()["data"]["delta"] == text
        await scribe.end()
        assert [event.event for event in await reader.rest()] == ["run.completed"]


async def test_a_silent_stream_stays_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sse.HEARTBEAT_S <= 15
    monkeypatch.setattr(sse, "HEARTBEAT_S", 0.01)
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        run_id = (await post_run(client, "demo"))["id"]
        url = f"/v1/runs/{run_id}/events?after=1"
        async with client.stream("GET", url, headers=STREAM) as response:
            lines = response.aiter_lines()
            for _ in range(3):
                assert (await anext(lines)).startswith(":")


async def test_a_cursor_at_the_end_tells_the_reader_to_stop(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        run_id, last = await _ended_run(served, client, 3)
        for after in (last, last + 1):
            response = await client.get(f"/v1/runs/{run_id}/events?after={after}", headers=STREAM)
            assert (response.status_code, response.content) == (204, b"")
        assert await _numbers(client, run_id, last - 1) == [last]


async def test_a_cursor_that_the_run_has_not_reached_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        run_id = (await post_run(client, "demo"))["id"]
        for headers in ({}, STREAM):
            response = await client.get(f"/v1/runs/{run_id}/events?after=2", headers=headers)
            assert "1" in problem(response, 422)["hint"]


@pytest.mark.parametrize(
    "cursor", ["-1", "x", "1.5", "1e3", "9" * 30, "0x10", "\u0661", "1 2", "9007199254740992"]
)
async def test_what_is_no_cursor_is_refused(tmp_path: Path, cursor: str) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        url = f"/v1/runs/{(await post_run(client, 'demo'))['id']}/events"
        for headers in ({}, STREAM):
            problem(await client.get(url, params={"after": cursor}, headers=headers), 422)
            last = {**headers, "Last-Event-ID": cursor.encode()}
            problem(await client.get(url, headers=last), 422)  # pyright: ignore[reportArgumentType]


async def test_the_header_of_a_reader_that_comes_back_counts_before_the_query(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        run_id, last = await _ended_run(served, client, 5)
        for given, first in (("4", 5), ("", 2)):
            headers = {**STREAM, "Last-Event-ID": given}
            events = await read_stream(client, f"/v1/runs/{run_id}/events?after=1", headers=headers)
            assert [int(event.id) for event in events] == list(range(first, last + 1))


async def test_a_journal_comes_in_pages_too(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        run_id, last = await _ended_run(served, client, 10)
        seen: list[int] = []
        query: dict[str, Any] = {"limit": 4}
        while True:
            page = (await client.get(f"/v1/runs/{run_id}/events", params=query)).json()
            assert page.keys() == {"data", "next_cursor", "compacted"}
            assert page["compacted"] is False
            seen += [event["seq"] for event in page["data"]]
            if page["next_cursor"] is None:
                break
            assert len(page["data"]) == 4
            query["cursor"] = page["next_cursor"]
        assert seen == list(range(1, last + 1))
        assert (await client.get(f"/v1/runs/{run_id}/events?after={last}")).json()["data"] == []


async def test_pages_of_a_thousand_events_hold_the_bytes_of_the_stream(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        run_id, last = await _ended_run(served, client, 5000)
        path = f"/v1/runs/{run_id}/events"
        sent = [event.data.encode() for event in await read_stream(client, path, headers=STREAM)]
        after = 0
        while after < last:
            page = await client.get(path, params={"after": after, "limit": 1000})
            shown = sent[after : after + 1000]
            after += len(shown)
            following = b"null" if after == last else b'"%d"' % after
            whole = b'{"data":[%b],"next_cursor":%b,"compacted":false}' % (b",".join(shown), following)
            assert page.content == whole
        problem(await client.get(path, params={"limit": 1001}), 422)


async def test_a_server_that_goes_says_goodbye_and_the_stream_goes_on_elsewhere(tmp_path: Path) -> None:
    seen: list[int] = []
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(serving(tmp_path, AGENT, worker=False))
        client = await stack.enter_async_context(served.client())
        run_id = (await post_run(client, "demo"))["id"]
        reader = await _open(stack, client, run_id)
        seen.append(int((await reader.next()).id))
        served.server.should_exit = True
        assert await reader.rest() == []
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        scribe = await claimed(served, run_id)
        await scribe.end()
        seen += await _numbers(client, run_id, seen[-1])
        assert seen == list(range(1, len(seen) + 1))


async def test_a_run_can_be_followed_on_a_server_that_does_not_execute_it(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, talker("a", "b")) as at_work,
        serving(tmp_path, talker(), worker=False) as idle,
        idle.client() as client,
        at_work.client() as other,
    ):
        events = await read_stream(client, "/v1/runs", "POST", json=BODY, headers=STREAM)
        assert events[-1].event == "run.completed"
        assert [event.json() for event in events] == await journal(other, events[0].json()["run_id"])


@pytest.mark.slow
async def test_many_runs_with_many_readers_do_not_mix(tmp_path: Path) -> None:
    async with serving(tmp_path, talker("a", "b", "c")) as served:

        async def one() -> None:
            # A client for each, because a pool of many connections is slow to choose from.
            async with served.client(verify=False) as client:
                run_id = (await post_run(client, "talker"))["id"]
                path = f"/v1/runs/{run_id}/events"
                read = [read_stream(client, path, headers=STREAM) for _ in range(READERS)]
                first, *others = [[event.data for event in events] for events in await asyncio.gather(*read)]
                assert others == [first] * (READERS - 1)
                assert {decode(data)["run_id"] for data in first} == {run_id}
                assert [decode(data)["seq"] for data in first] == list(range(1, len(first) + 1))

        await asyncio.gather(*[one() for _ in range(RUNS)])


async def test_a_reader_that_leaves_is_forgotten(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        run_id = (await post_run(client, "demo"))["id"]
        async with AsyncExitStack() as stack:
            readers = [await _open(stack, client, run_id) for _ in range(5)]
            assert [(await reader.next()).id for reader in readers] == ["1"] * 5
            assert await open_streams(client) == 5
        await until_open_streams(client, 0)


async def test_an_erased_run_ends_the_streams_that_wait_for_more(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        run_id, last = await _ended_run(served, client, 2)
        assert (await client.delete(f"/v1/runs/{run_id}")).status_code == 204
        response = await client.get(f"/v1/runs/{run_id}/events?after={last}", headers=STREAM)
        problem(response, 404)


async def _prune(served: Served, policy: RetentionPolicy) -> None:
    await served.platform.store.retention.prune(LOCAL, policy, dry_run=False, archive=None)


async def test_a_journal_without_its_deltas_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path, talker("a", "b", "c")) as served, served.client() as client:
        run_id = (await post_run(client, "talker"))["id"]
        await finished(client, run_id)
        before = await journal(client, run_id)
        await _prune(served, RetentionPolicy(deltas_days=0))
        page = (await client.get(f"/v1/runs/{run_id}/events")).json()
        assert page["compacted"] is True
        assert page["data"] == [event for event in before if event["type"] != "message.delta"]
        events = await read_stream(client, f"/v1/runs/{run_id}/events", headers=STREAM)
        gaps = [event.json() for event in events if event.event == "compacted"]
        assert [gap["compacted"] for gap in gaps] == [True]
        assert gaps[0]["before"] - gaps[0]["after"] > 1
        assert [event.json() for event in events if event.event != "compacted"] == page["data"]


async def test_a_cursor_into_a_journal_that_is_gone_is_told_so(tmp_path: Path) -> None:
    async with serving(tmp_path, talker()) as served, served.client() as client:
        run_id = (await post_run(client, "talker"))["id"]
        last = (await finished(client, run_id))["last_seq"]
        await _prune(served, RetentionPolicy(deltas_days=None, events_days=0))
        for headers in ({}, STREAM):
            for query in ("", "?after=1"):
                response = await client.get(f"/v1/runs/{run_id}/events{query}", headers=headers)
                assert problem(response, 410)["code"] == "ASDK-EVT-002"
        at_the_end = await client.get(f"/v1/runs/{run_id}/events?after={last}", headers=STREAM)
        assert at_the_end.status_code == 204


@pytest.mark.parametrize(
    ("accept", "stream"),
    [
        (None, False),
        ("*/*", False),
        ("application/json", False),
        ("text/html", False),
        ("text/event-stream", True),
        ("text/event-stream;charset=utf-8", True),
        ("TEXT/event-stream", True),
        ("text/html, text/event-stream", True),
        ("text/event-stream, application/json", True),
        ("application/json, text/event-stream", False),
        ("application/json;q=0.5, text/event-stream", True),
        ("application/json, text/event-stream;q=0.9", False),
        ("text/event-stream;q=0", False),
        ("text/event-stream;q=x", True),
    ],
)
def test_a_stream_is_for_who_accepts_one(accept: str | None, *, stream: bool) -> None:
    assert wants_stream(accept) is stream
