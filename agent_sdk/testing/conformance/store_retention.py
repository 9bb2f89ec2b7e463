"""How every store lets go of what is old: deltas, journals, runs, sessions, each organisation apart.

The module that runs it has two fixtures: `store`, open and empty, and `clock`, the `FakeClock` that the store asks.
"""

# ruff: noqa: D103, PLR2004 - a test's name is its sentence; expected numbers are the subject

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from agent_sdk.contracts.codec import decode, decode_event
from agent_sdk.contracts.events import DELTA_TYPES
from agent_sdk.contracts.platform_errors import CursorExpired, NotFound, StoreError
from agent_sdk.contracts.run import Run
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.records import IdempotencyKey, PruneReport, RetentionPolicy, SessionQuery
from agent_sdk.ports.store import RunQuery, Store
from agent_sdk.testing.conformance.records_kit import ALL, DAY_S, FOREIGN, MINE, Bench, end
from agent_sdk.testing.fakes import FakeClock

NOTHING: Final = RetentionPolicy(deltas_days=None)
DELTAS: Final = RetentionPolicy(deltas_days=7)
EVENTS: Final = replace(NOTHING, events_days=7)
RUNS: Final = replace(NOTHING, runs_days=7)
SESSIONS: Final = replace(NOTHING, sessions_days=7)
EVERYTHING: Final = RetentionPolicy(deltas_days=7, events_days=14, runs_days=28, sessions_days=56)
DELTAS_COUNT: Final = 3
"""Of a run that the bench ends."""
MANY_COUNT: Final = 45
"""More runs than any store prunes in one transaction."""


@pytest.fixture
def bench(store: Store, clock: FakeClock) -> Bench:
    """Makes runs in the store."""
    return Bench(store, clock)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for an archive."""
    path = tmp_path / "archive"
    path.mkdir()
    return path


async def prune(
    store: Store,
    policy: RetentionPolicy,
    scope: Scope = MINE,
    *,
    dry_run: bool = False,
    archive: Path | None = None,
) -> PruneReport:
    """Prune once."""
    return await store.retention.prune(scope, policy, dry_run=dry_run, archive=archive)


async def journal(store: Store, run: Run, scope: Scope = MINE) -> list[str]:
    """The types of a run's events, from its beginning."""
    page = await store.runs.events(scope, run.id, after=0, limit=1000)
    return [event.type for event in page.events]


async def runs(store: Store, scope: Scope = MINE) -> list[str]:
    """The ids of all runs, newest first."""
    return [run.id for run in (await store.runs.list(scope, RunQuery(), ALL)).data]


async def test_only_the_deltas_of_old_ended_runs_go(store: Store, bench: Bench, clock: FakeClock) -> None:
    unfinished = await bench.begun()
    bench.speak(unfinished.journal)
    await unfinished.journal.committed()
    old = await bench.ended()
    clock.advance(7 * DAY_S)
    new = await bench.ended()
    assert await prune(store, DELTAS) == PruneReport(deltas=DELTAS_COUNT)
    for run, count in ((old, 0), (new, DELTAS_COUNT), (unfinished.run, DELTAS_COUNT)):
        types = Counter(await journal(store, run))
        assert sum(types[each] for each in DELTA_TYPES) == count
        assert types["message.completed"] == 1
    page = await store.runs.events(MINE, old.id, after=0, limit=1000)
    assert (page.compacted, page.ended, page.last_seq) == (True, True, old.last_seq)
    assert [event.seq for event in page.events] == [1, 2, 3, 4, 8, 9, 10]
    assert await prune(store, DELTAS) == PruneReport()


async def test_an_old_journal_goes_and_its_run_is_left(store: Store, bench: Bench, clock: FakeClock) -> None:
    old = await bench.ended(messages=["remembered"])
    clock.advance(8 * DAY_S)
    new = await bench.ended()
    assert await prune(store, EVENTS) == PruneReport(events=old.last_seq)
    with pytest.raises(CursorExpired):
        await store.runs.events(MINE, old.id, after=0, limit=10)
    assert await store.runs.get(MINE, old.id) == old
    assert len(await journal(store, new)) == new.last_seq
    assert (await store.sessions.get(MINE, old.session_id)).message_count == 1
    assert await prune(store, EVENTS) == PruneReport()


async def test_an_old_run_goes_with_its_journal_and_its_subagents(
    store: Store, bench: Bench, clock: FakeClock
) -> None:
    work = await bench.begun(session="s")
    child = bench.child(work)
    call = bench.ask(child)
    end(child)
    bench.remember(work, ["remembered"])
    old = await bench.complete(work)
    clock.advance(8 * DAY_S)
    new = await bench.ended(session="s")
    report = await prune(store, RUNS)
    assert report == PruneReport(runs=2, events=old.last_seq + child.seq)
    assert await runs(store) == [new.id]
    with pytest.raises(NotFound):
        await store.runs.events(MINE, old.id, after=0, limit=10)
    with pytest.raises(NotFound):
        await store.approvals.get(MINE, call)
    # What was said is the session's, and stays until that goes.
    assert (await store.sessions.get(MINE, "s")).message_count == 1


async def test_the_key_of_a_run_that_is_gone_makes_another(
    store: Store, bench: Bench, clock: FakeClock
) -> None:
    key = IdempotencyKey(key="k", route="POST /v1/runs", fingerprint="f")
    old = await bench.complete(await bench.begun(idempotency=key))
    clock.advance(DAY_S / 2)
    assert (await prune(store, replace(NOTHING, runs_days=0.25))).runs == 1
    assert (await bench.queued(idempotency=key)).run.id != old.id


async def test_an_unused_session_goes_with_its_runs(store: Store, bench: Bench, clock: FakeClock) -> None:
    old = await bench.ended(session="old", messages=["forgotten"])
    await bench.ended(session="used")
    waiting = (await bench.queued(session="waiting")).run
    clock.advance(8 * DAY_S)
    new = await bench.ended(session="used")
    report = await prune(store, SESSIONS)
    assert report == PruneReport(sessions=1, runs=1, events=old.last_seq)
    left = {session.id for session in (await store.sessions.list(MINE, SessionQuery(), ALL)).data}
    assert left == {"used", "waiting"}
    with pytest.raises(NotFound):
        await store.runs.get(MINE, old.id)
    assert {waiting.id, new.id} < set(await runs(store))


async def test_a_run_that_has_not_ended_is_never_pruned(store: Store, bench: Bench, clock: FakeClock) -> None:
    queued = (await bench.queued()).run
    work, _ = await bench.waiting()
    clock.advance(1000 * DAY_S)
    left = {queued.id, work.run.id}
    assert await prune(store, EVERYTHING) == PruneReport()
    assert set(await runs(store)) == left
    assert len(await journal(store, work.run)) == 4


@pytest.mark.parametrize("days", [1e4, 1e12, float("inf")])
async def test_what_is_kept_for_ages_is_kept(
    store: Store, bench: Bench, clock: FakeClock, days: float
) -> None:
    await bench.ended()
    clock.advance(1000 * DAY_S)
    policy = RetentionPolicy(deltas_days=days, events_days=days, runs_days=days, sessions_days=days)
    assert await prune(store, policy) == PruneReport()


async def test_nothing_of_another_organisation_is_pruned(
    store: Store, bench: Bench, clock: FakeClock
) -> None:
    theirs = [await bench.ended(FOREIGN, session="shared name", messages=["theirs"]) for _ in range(2)]
    await bench.ended(session="shared name")
    waiting = (await bench.queued(FOREIGN, session="shared name")).run
    clock.advance(1000 * DAY_S)
    report = await prune(store, EVERYTHING)
    assert (report.runs, report.sessions) == (1, 1)
    assert await runs(store, FOREIGN) == [run.id for run in (waiting, *reversed(theirs))]
    assert (await store.sessions.get(FOREIGN, "shared name")).message_count == 2
    assert len(await journal(store, theirs[0], FOREIGN)) == theirs[0].last_seq


def files(folder: Path) -> list[Path]:
    """What is in a folder."""
    return sorted(folder.iterdir())


async def aged(bench: Bench, clock: FakeClock) -> None:
    """Runs of every age in two organisations."""
    for days in (60, 30, 15, 8, 1):
        for scope in (MINE, FOREIGN):
            await bench.ended(scope, session=f"kept {days}", messages=["hi"])
            await bench.ended(scope)
        clock.advance(days * DAY_S / 2)
    await bench.queued(session="kept 60")


@pytest.mark.parametrize("policy", [NOTHING, DELTAS, EVENTS, RUNS, SESSIONS, EVERYTHING])
async def test_a_dry_run_counts_what_would_go_and_deletes_nothing(
    store: Store, bench: Bench, clock: FakeClock, folder: Path, policy: RetentionPolicy
) -> None:
    await aged(bench, clock)
    before = await runs(store)
    counted = await prune(store, policy, dry_run=True, archive=folder)
    assert counted.dry_run
    assert (await runs(store), files(folder)) == (before, [])
    assert await prune(store, policy, dry_run=True) == counted
    assert replace(await prune(store, policy), dry_run=True) == counted
    assert counted == PruneReport(dry_run=True) or policy != NOTHING
    assert counted != PruneReport(dry_run=True) or policy == NOTHING
    assert await prune(store, policy) == PruneReport()


async def test_more_than_one_batch_goes_in_one_prune(store: Store, bench: Bench, clock: FakeClock) -> None:
    for _ in range(MANY_COUNT):
        await bench.ended(session="s")
    clock.advance(8 * DAY_S)
    assert await prune(store, DELTAS) == PruneReport(deltas=MANY_COUNT * DELTAS_COUNT)
    report = await prune(store, SESSIONS)
    assert (report.sessions, report.runs) == (1, MANY_COUNT)
    assert await runs(store) == []


def archived(folder: Path) -> list[dict[str, Any]]:
    """Every line of an archive."""
    found = files(folder)
    assert all(file.name.startswith("runs-") and file.suffix == ".jsonl" for file in found)
    return [decode(line) for file in found for line in file.read_bytes().splitlines()]


async def test_what_goes_is_in_the_archive_byte_for_byte(
    store: Store, bench: Bench, clock: FakeClock, folder: Path
) -> None:
    made = [await bench.ended(messages=["hi"]) for _ in range(MANY_COUNT)]
    page = await store.runs.events(MINE, made[0].id, after=0, limit=100)
    clock.advance(8 * DAY_S)
    deeper = folder / "not" / "there yet"
    report = await prune(store, RUNS, archive=deeper)
    assert (report.runs, report.archived_to) == (MANY_COUNT, deeper)
    lines = {line["run"]["id"]: line for line in archived(deeper)}
    assert lines.keys() == {run.id for run in made}
    first = lines[made[0].id]
    assert (first["run"]["output"], first["run"]["status"]) == ("done", "completed")
    assert first["events"] == [decode(event.data) for event in page.events]
    assert decode_event(page.events[0].data).run_id == made[0].id


async def test_deltas_alone_are_not_archived(
    store: Store, bench: Bench, clock: FakeClock, folder: Path
) -> None:
    await bench.ended()
    clock.advance(8 * DAY_S)
    assert await prune(store, DELTAS, archive=folder) == PruneReport(deltas=DELTAS_COUNT)
    assert files(folder) == []


async def test_an_archive_keeps_the_messages_of_a_session(
    store: Store, bench: Bench, clock: FakeClock, folder: Path
) -> None:
    run = await bench.ended(session="s", messages=["one", "two"])
    clock.advance(8 * DAY_S)
    await prune(store, SESSIONS, archive=folder)
    by_run, by_session = archived(folder)
    assert by_run["run"]["id"] == run.id
    assert by_session["session"]["id"] == "s"
    said = [part["text"] for message in by_session["messages"] for part in message["parts"]]
    assert said == ["one", "two"]


async def test_an_archive_is_never_written_over(
    store: Store, bench: Bench, clock: FakeClock, folder: Path
) -> None:
    for _ in range(3):
        await bench.ended()
        clock.advance(8 * DAY_S)
        await prune(store, RUNS, archive=folder)
        clock.advance(-8 * DAY_S)
    assert len(archived(folder)) == 3
    assert len(files(folder)) == 3


async def test_nothing_goes_where_the_archive_cannot_be_written(
    store: Store, bench: Bench, clock: FakeClock, folder: Path
) -> None:
    run = await bench.ended(session="s")
    clock.advance(1000 * DAY_S)
    in_the_way = folder / "file"
    in_the_way.touch()
    for policy in (RUNS, SESSIONS, EVENTS):
        with pytest.raises(StoreError, match="archive") as failed:
            await prune(store, policy, archive=in_the_way)
        assert "archive" in (failed.value.hint or "")
    assert await runs(store) == [run.id]
    assert len(await journal(store, run)) == run.last_seq


async def test_the_organisations_are_those_that_have_anything(store: Store, bench: Bench) -> None:
    assert list(await store.retention.orgs()) == []
    await bench.queued()
    await bench.queued()
    await bench.ended(FOREIGN)
    assert sorted(await store.retention.orgs()) == sorted([MINE.org_id, FOREIGN.org_id])
