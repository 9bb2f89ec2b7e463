"""A store that is full before a server opens it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from agent_sdk.contracts.scope import LOCAL
from agent_sdk.ports.creation import NewRun
from agent_sdk.testing.conformance.runs_kit import NO_LIMIT, Floor
from agent_sdk.testing.fakes import FakeClock
from tests.factories.sqlite_files import empty_store, opened

AT_ONCE: Final = 500


async def seed(path: Path, *, runs: int) -> None:
    """Fill a new store with completed runs, each in a session of its own, all of yesterday.

    Args:
        path: Of its file.
        runs: How many; a multiple of `AT_ONCE`.
    """
    clock = FakeClock(datetime.now(UTC) - timedelta(days=1))
    async with opened(empty_store(path), clock) as store:
        floor = Floor(store, clock)
        for start in range(0, runs, AT_ONCE):
            new = [_run(floor, f"question {number}") for number in range(start, start + AT_ONCE)]
            await asyncio.gather(*(store.runs.create(LOCAL, each, NO_LIMIT) for each in new))
            clock.advance(1)
            holds = await floor.claim(limit=AT_ONCE)
            await asyncio.gather(*(hold.complete(f"answer to {hold.id}") for hold in holds.values()))


def _run(floor: Floor, text: str) -> NewRun:
    return replace(floor.new(LOCAL), input=text)
