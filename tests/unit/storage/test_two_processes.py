"""Two processes over one file: here, two stores. What one writes, the other hears of."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from agent_sdk.storage.sqlite import SqliteStore
from agent_sdk.storage.sqlite import store as store_module
from agent_sdk.testing.conformance.runs_kit import LEASE_S, MINE, Floor
from agent_sdk.testing.fakes import FakeClock
from tests.factories.sqlite_files import empty_store, opened

SOON_S = 20.0


@pytest.fixture(autouse=True)
def _curious(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "LOOK_INTERVAL_S", 0.01)


@pytest.fixture(params=["process", "power"])
async def pair(
    tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncGenerator[tuple[SqliteStore, SqliteStore, FakeClock]]:
    path, clock = empty_store(tmp_path / "store.db"), FakeClock()
    async with opened(path, clock, request.param) as one, opened(path, clock, request.param) as two:
        yield one, two, clock


async def test_a_process_that_begins_after_the_clock_was_set_takes_nothing_from_who_is_alive(
    tmp_path: Path,
) -> None:
    path, clock = empty_store(tmp_path / "store.db"), FakeClock()
    async with opened(path, clock) as old:
        hold = await Floor(old, clock).begun(owner="wrk_old")
        clock.jump(86_400)
        async with opened(path, clock) as new:
            assert (await new.work.sweep()).reclaimed == 0
            clock.advance(LEASE_S - 1)
            old.work.heartbeat("wrk_old")
            clock.advance(LEASE_S - 1)
            assert (await new.work.sweep()).reclaimed == 0
            # One that is there and yet silent is followed by others in the end.
            clock.advance(2)
            assert (await new.work.sweep()).reclaimed == 1
        assert not hold.lease.lost


async def test_who_has_died_is_followed_at_once_whatever_the_clock_says(tmp_path: Path) -> None:
    path, clock = empty_store(tmp_path / "store.db"), FakeClock()
    async with opened(path, clock) as old:
        await Floor(old, clock).begun(owner="wrk_old")
    clock.jump(-86_400)
    async with opened(path, clock) as new:
        assert (await new.work.sweep()).reclaimed == 1


Pair = tuple[SqliteStore, SqliteStore, FakeClock]


async def test_a_reader_follows_a_run_that_another_process_writes(pair: Pair) -> None:
    api, worker, clock = pair
    hold = await Floor(worker, clock).begun()
    with await api.runs.follow(MINE, hold.id, after=0) as reader:
        seqs = [event.seq for event in await reader.take(SOON_S)]
        while hold.journal.seq < 20:
            reading = asyncio.ensure_future(reader.take(SOON_S))
            hold.step()
            hold.journal.record("step.failed", {"reason": "error"})
            await hold.lease.committed()
            seqs += [event.seq for event in await reading]
        await hold.complete()
        while not reader.ended:
            seqs += [event.seq for event in await reader.take(SOON_S)]
    assert seqs == list(range(1, hold.journal.seq + 1))


async def test_a_reader_stays_with_a_run_that_moves_to_another_process_and_back(pair: Pair) -> None:
    here, there, clock = pair
    floor, other = Floor(here, clock), Floor(there, clock)
    hold = await floor.begun()
    seqs: list[int] = []
    with await here.runs.follow(MINE, hold.id, after=0) as reader:

        async def read_until(last: int) -> None:
            while not seqs or seqs[-1] < last:
                seqs.extend([event.seq for event in await reader.take(SOON_S)])

        for turn in range(4):
            floor_now = (floor, other)[turn % 2]
            hold.step()
            hold.journal.record("step.failed", {"reason": "error"})
            await hold.lease.committed()
            await read_until(hold.journal.seq)
            await floor_now.store.work.release(hold.lease, reason="drained")
            hold = (await (other, floor)[turn % 2].claim("wrk_" + "ab"[turn % 2 == 0]))[hold.id]
        await hold.complete()
        await read_until(hold.journal.seq)
        assert reader.ended
    assert seqs == list(range(1, hold.journal.seq + 1))


async def test_work_and_signals_of_one_process_wake_the_worker_of_another(pair: Pair) -> None:
    api, worker, clock = pair
    work, signals = asyncio.Event(), asyncio.Queue[str]()
    worker.work.on_work(work.set)
    worker.work.on_signal(signals.put_nowait)
    run = await Floor(api, clock).queued()
    await asyncio.wait_for(work.wait(), SOON_S)
    hold = (await Floor(worker, clock).claim())[run.id]
    await api.runs.cancel(MINE, run.id, "now", None)
    assert await asyncio.wait_for(signals.get(), SOON_S) == run.id
    assert (await hold.lease.signals()).cancel_mode == "now"
