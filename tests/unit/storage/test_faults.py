# pyright: reportPrivateUsage=false
# The disk is filled through the connection itself.
"""What the store does when the file is full, locked, damaged or no store: a clear error, and nothing half-written."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from agent_sdk.contracts.codec import decode_event
from agent_sdk.contracts.platform_errors import (
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreOutdated,
)
from agent_sdk.ports.store import NewRun
from agent_sdk.storage.sqlite import SqliteStore
from agent_sdk.storage.sqlite import writer as writer_module
from agent_sdk.testing.conformance.runs_kit import MINE, NO_LIMIT, Floor, Hold
from agent_sdk.testing.fakes import FakeClock
from tests.factories.sqlite_files import empty_store, opened

SOON_S = 20.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return empty_store(tmp_path / "store.db")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["process", "power"])
async def store(path: Path, clock: FakeClock, request: pytest.FixtureRequest) -> AsyncGenerator[SqliteStore]:
    async with opened(path, clock, request.param) as each:
        yield each


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "RETRY_FULL_S", 0.02)
    monkeypatch.setattr(writer_module, "LOCK_WAIT_MAX_S", 0.05)


@contextmanager
def full(store: SqliteStore) -> Generator[None]:
    """No page more for the file: SQLite says what it says of a full disk."""
    connection = store._database.writer
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (before,) = connection.execute("PRAGMA max_page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA max_page_count = {before}")


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Another program is in the middle of a transaction."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


async def turns(count: int = 200) -> None:
    """Let the event loop go round, with room for its timers."""
    loop = asyncio.get_running_loop()
    end = loop.time() + 0.05
    while count > 0 or loop.time() < end:
        await asyncio.sleep(0)
        count -= 1


async def test_a_full_disk_loses_no_event_and_keeps_their_order(store: SqliteStore, clock: FakeClock) -> None:
    floor = Floor(store, clock)
    hold = await floor.begun()
    with full(store):
        hold.speak(*["x" * 5000] * 20)
        waiting = asyncio.ensure_future(hold.lease.committed())
        await turns()
        assert not waiting.done()
        assert await floor.types(hold.id) == ["run.queued", "run.started"]
        hold.journal.record("message.failed", {"message_id": "msg_3", "reason": "error"})
    await asyncio.wait_for(waiting, SOON_S)
    await hold.lease.committed()
    types = await floor.types(hold.id)
    assert types[4:] == [*["message.delta"] * 20, "message.failed"]


async def refused_one(floor: Floor) -> tuple[NewRun, StoreFull]:
    """The first run for which there is no room."""
    while True:
        new = floor.new()
        try:
            await floor.store.runs.create(MINE, new, NO_LIMIT)
        except StoreFull as error:
            return new, error


async def test_a_full_disk_is_said_to_callers_and_by_the_check(store: SqliteStore, clock: FakeClock) -> None:
    floor = Floor(store, clock)
    big = floor.new()
    await store.runs.create(MINE, big, NO_LIMIT)
    with full(store):
        refused, error = await refused_one(floor)
        assert error.retryable
        assert error.retry_after_s > 0
        # Reading goes on.
        assert (await store.runs.get(MINE, big.id)).status == "queued"
    await store.check()
    await store.runs.create(MINE, refused, NO_LIMIT)


async def test_a_reader_sees_nothing_of_what_a_full_disk_refused(
    store: SqliteStore, clock: FakeClock
) -> None:
    floor = Floor(store, clock)
    hold = await floor.begun()
    with await store.runs.follow(MINE, hold.id, after=2) as reader:
        with full(store):
            hold.speak(*["x" * 5000] * 20)
            reading = asyncio.ensure_future(reader.take(SOON_S))
            await turns()
            assert not reading.done()
        assert [each.seq for each in await reading] == list(range(3, 25))


async def test_a_foreign_lock_delays_and_loses_nothing(
    store: SqliteStore, path: Path, clock: FakeClock
) -> None:
    floor = Floor(store, clock)
    hold = await floor.begun()
    with locked(path):
        hold.speak("a")
        waiting = asyncio.ensure_future(hold.lease.committed())
        await turns()
        assert not waiting.done()
        assert (await store.runs.get(MINE, hold.id)).last_seq == 2
    await asyncio.wait_for(waiting, SOON_S)
    assert (await store.runs.get(MINE, hold.id)).last_seq == 5


async def test_a_foreign_lock_that_stays_is_said_to_callers(
    store: SqliteStore, path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = Floor(store, clock)
    with locked(path):
        if store._database.durability == "power":
            # A thread may stand still for long; here it need not.
            store._database.writer.execute("PRAGMA busy_timeout = 1")
        with pytest.raises(StoreLocked):
            await store.runs.create(MINE, floor.new(), NO_LIMIT)
        with pytest.raises(StoreLocked):
            await store.check()
    await store.check()
    assert await floor.claim() == {}


async def test_a_lock_that_goes_soon_is_not_even_noticed(
    store: SqliteStore, path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "LOCK_WAIT_MAX_S", SOON_S)
    floor = Floor(store, clock)
    with locked(path):
        creating = asyncio.ensure_future(store.runs.create(MINE, floor.new(), NO_LIMIT))
        await turns()
        assert not creating.done()
    assert (await creating).run.status == "queued"


def cut_off(path: Path) -> None:
    """Leave a third of a file."""
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])


async def test_garbage_is_no_store(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"this is a letter to my aunt. " * 1000)
    with pytest.raises(StoreCorrupt):
        await SqliteStore(path, clock=clock).open()
    assert path.read_bytes().startswith(b"this is a letter")


async def test_a_file_that_was_cut_off_is_corrupt(path: Path, clock: FakeClock) -> None:
    async with opened(path, clock) as store:
        floor = Floor(store, clock)
        for _ in range(50):
            await floor.queued()
    cut_off(path)
    with pytest.raises(StoreCorrupt):
        await SqliteStore(path, clock=clock).open()


async def test_a_missing_file_and_an_empty_one_are_to_be_upgraded(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "store.db"
    with pytest.raises(StoreOutdated):
        await SqliteStore(path, clock=clock).open()
    assert not path.exists()
    path.touch()
    with pytest.raises(StoreOutdated, match="none"):
        await SqliteStore(path, clock=clock).open()


async def test_another_versions_schema_is_refused(path: Path, clock: FakeClock) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreOutdated, match="9999"):
        await SqliteStore(path, clock=clock).open()


async def test_a_folder_is_no_store(tmp_path: Path, clock: FakeClock) -> None:
    with pytest.raises(StoreError):
        await SqliteStore(tmp_path, clock=clock).open()


async def test_closing_commits_what_was_appended(path: Path, clock: FakeClock) -> None:
    async with opened(path, clock) as store:
        hold = await Floor(store, clock).begun()
        hold.speak("a")
    async with opened(path, clock) as store:
        page = await store.runs.events(MINE, hold.id, after=2, limit=10)
        assert [decode_event(each.data).seq for each in page.events] == [3, 4, 5]


async def test_closing_under_a_lock_ends_and_says_what_is_lost(
    store: SqliteStore, path: Path, clock: FakeClock
) -> None:
    floor = Floor(store, clock)
    hold = await floor.begun()
    if store._database.durability == "power":
        store._database.writer.execute("PRAGMA busy_timeout = 1")
    with locked(path):
        hold.speak("a")
        creating = asyncio.ensure_future(store.runs.create(MINE, floor.new(), NO_LIMIT))
        await asyncio.sleep(0)
        await store._writer.close()
        with pytest.raises(StoreLocked):
            await creating
        with pytest.raises(StoreLocked):
            await hold.lease.committed()
        with pytest.raises(StoreError, match="closed"):
            await store.check()


@pytest.mark.parametrize("damage", ["DELETE FROM events", "UPDATE events SET data = x'7b'"])
async def test_a_run_whose_journal_cannot_be_read_keeps_no_other_waiting(
    store: SqliteStore, path: Path, clock: FakeClock, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    floor = Floor(store, clock)
    bad, canceled, good = await floor.queued(), await floor.queued(), await floor.queued()
    await store.runs.cancel(MINE, canceled.id, "now", None)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(f"{damage} WHERE run_id IN (?, ?)", (bad.id, canceled.id))
    woken: list[bool] = []
    store.work.on_work(lambda: woken.append(True))
    claimed: dict[str, Hold] = {}
    for _ in range(3):
        claimed |= await floor.claim(limit=1)
    assert list(claimed) == [good.id]
    assert woken
    assert caplog.text.count("cannot be read") == 2
    await claimed[good.id].complete()
    assert (await store.runs.get(MINE, bad.id)).status == "queued"
