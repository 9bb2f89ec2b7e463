"""The records and the retention of the SQLite store: the published suites over it."""

import asyncio
import resource
import sqlite3
from collections.abc import AsyncGenerator, Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from agent_sdk.contracts.platform_errors import NotFound, StoreFull
from agent_sdk.ports.records import IdempotencyKey, RetentionPolicy
from agent_sdk.ports.store import PendingInput, Store
from agent_sdk.testing.conformance import store_access, store_records, store_retention
from agent_sdk.testing.conformance.records_kit import DAY_S, MINE, Bench, end
from agent_sdk.testing.fakes import FakeClock
from tests.factories.sqlite_files import empty_store, opened

SUITES = (store_access, store_records, store_retention)
globals().update(
    {name: each for suite in SUITES for name, each in vars(suite).items() if name.startswith("test_")}
)
bench, folder = store_records.bench, store_retention.folder

FILE_MAX_BYTES = 3_000_000


def told(path: Path) -> str:
    """All that the file says, as SQL; bytes are shown as text."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return "\n".join(
            [repr(row) for (table,) in tables for row in connection.execute(f"SELECT * FROM {table}")]
        )


@contextmanager
def files_of_at_most(size_bytes: int) -> Generator[None]:
    """Let no file of this process grow further: what a full disk looks like, without one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["process", "power"])
async def store(tmp_path: Path, clock: FakeClock, request: pytest.FixtureRequest) -> AsyncGenerator[Store]:
    async with opened(empty_store(tmp_path / "store.db"), clock, request.param) as each:
        yield each


@pytest.fixture
async def other(store: Store, tmp_path: Path, clock: FakeClock) -> AsyncGenerator[Store]:
    """The same store, as another process has it."""
    async with opened(tmp_path / "store.db", clock) as each:
        yield each


async def test_a_change_that_another_process_makes_reaches_the_feed(
    store: Store, other: Store, clock: FakeClock
) -> None:
    waiting = asyncio.ensure_future(store.runs.feed(MINE, after=0, timeout_s=30))
    run = (await Bench(other, clock).queued()).run
    assert [each for _, each in await waiting] == [run]


async def test_not_a_word_of_an_erased_run_is_left_in_any_table(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    bench = Bench(store, clock)
    key = IdempotencyKey(key="k", route="POST /v1/runs", fingerprint="body")
    work = await bench.begun(session="s", asked="unmentionable", idempotency=key)
    child = bench.child(work)
    bench.ask(child, about="unmentionable")
    end(child, "unmentionable")
    pending = PendingInput(id=bench.ids.new("msg"), input="unmentionable")
    await store.runs.add_input(MINE, work.run.id, pending)
    bench.remember(work, ["unmentionable"])
    await bench.complete(work)
    assert "unmentionable" in told(tmp_path / "store.db")
    await store.runs.erase(MINE, work.run.id)
    left = told(tmp_path / "store.db")
    assert [word for word in ("unmentionable", work.run.id, child.run_id) if word in left] == []
    assert "'s'" in left


async def test_a_full_disk_under_the_archive_deletes_nothing(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    run = await Bench(store, clock).ended(output="x" * FILE_MAX_BYTES)
    clock.advance(DAY_S)
    policy = RetentionPolicy(runs_days=0)
    with files_of_at_most(FILE_MAX_BYTES), pytest.raises(StoreFull, match="archive"):
        await store.retention.prune(MINE, policy, dry_run=False, archive=tmp_path / "archive")
    assert await store.runs.get(MINE, run.id) == run
    assert (await store.runs.events(MINE, run.id, after=0, limit=100)).last_seq == run.last_seq
    assert [*(tmp_path / "archive").iterdir()] == []
    await store.retention.prune(MINE, policy, dry_run=False, archive=tmp_path / "archive")
    with pytest.raises(NotFound):
        await store.runs.get(MINE, run.id)
