"""What the store takes in through its public method, next to bare sqlite3."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from server_report import Row

from agent_sdk import Event
from agent_sdk.contracts.codec import encode
from agent_sdk.storage.migrate import upgrade
from agent_sdk.storage.sqlite.store import SqliteStore
from agent_sdk.testing.conformance.records_kit import MODEL, Bench
from agent_sdk.testing.fakes import FakeClock

BATCH_EVENTS = 100
DELTA = {"message_id": "msg_1", "delta": " token", "part": "text"}
APPEND_RATIO_MIN = 0.5


async def store_rate(store: SqliteStore, clock: FakeClock, batches: int) -> tuple[float, list[list[Event]]]:
    """Events per second that a lease of the store commits, each batch awaited; and the events."""
    bench = Bench(store, clock)
    work = await bench.begun()
    work.journal.step += 1
    work.journal.record("step.started", {"model": MODEL})
    work.journal.record("message.started", {"message_id": "msg_1", "model": MODEL})
    await work.lease.committed()
    events = [
        [work.journal.entry("message.delta", DELTA).seal() for _ in range(BATCH_EVENTS)]
        for _ in range(batches)
    ]
    begun = time.perf_counter()
    for batch in events:
        for event in batch:
            work.lease.append(event)
        await work.lease.committed()
    seconds = time.perf_counter() - begun
    stored = await store.runs.events(work.scope, work.run.id, after=0, limit=1)
    assert stored.last_seq == events[-1][-1].seq
    return batches * BATCH_EVENTS / seconds, events


def bare_rate(path: Path, events: Sequence[Sequence[Event]]) -> float:
    """Events per second that sqlite3 alone inserts, encoded beforehand, in WAL mode with synchronous=NORMAL."""
    batches = [
        [(each.run_id, each.seq, each.session_id, each.type, encode(each)) for each in batch]
        for batch in events
    ]
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(
        "CREATE TABLE events (run_id TEXT, seq INTEGER, session_id TEXT, type TEXT, body BLOB,"
        " PRIMARY KEY (run_id, seq)) WITHOUT ROWID"
    )
    begun = time.perf_counter()
    for batch in batches:
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", batch)
        database.execute("COMMIT")
    seconds = time.perf_counter() - begun
    database.close()
    return sum(map(len, batches)) / seconds


def append_rates(folder: Path, *, quick: bool) -> list[Row]:
    """Both rates in turn, on fresh files; the round whose ratio is the median."""
    rates: list[tuple[float, float]] = []
    for number in range(1 if quick else 7):
        path = folder / f"append-{number}.db"
        upgrade(f"sqlite:///{path}")
        ours, events = asyncio.run(_opened(path, batches=50 if quick else 500))
        rates.append((bare_rate(folder / f"bare-{number}.db", events), ours))
    rates.sort(key=lambda pair: pair[1] / pair[0])
    bare, ours = rates[len(rates) // 2]
    return [
        Row(
            name="appended events",
            unit="events/s",
            floor=bare,
            ours=ours,
            budget=APPEND_RATIO_MIN,
            rule="ratio at least",
        )
    ]


async def _opened(path: Path, *, batches: int) -> tuple[float, list[list[Event]]]:
    clock = FakeClock()
    store = SqliteStore(path, clock=clock)
    await store.open()
    try:
        return await store_rate(store, clock, batches)
    finally:
        await store.close()
