"""A process that writes runs until it is killed, or until the disk is full. Arguments: the store's file, and how.

It prints every event that a reader of it was shown, one `run_id seq` in a line.
"""

import asyncio
import resource
import sys
from pathlib import Path

from agent_sdk.contracts.platform_errors import StoreError
from agent_sdk.reliability.system import SystemIds
from agent_sdk.storage.sqlite import SqliteStore
from agent_sdk.testing.conformance.runs_kit import MINE, Floor, Hold
from agent_sdk.testing.fakes import FakeClock


async def write(hold: Hold) -> None:
    """Stream for ever: a step of some words, closed, and the next."""
    while True:
        message_id = f"msg_{hold.journal.seq + 1}"
        hold.speak(*["word"] * 5)
        hold.journal.record("message.failed", {"message_id": message_id, "reason": "error"})
        hold.journal.record("step.failed", {"reason": "error"})
        await hold.lease.committed()
        await asyncio.sleep(0)


async def show(store: SqliteStore, run_id: str) -> None:
    """Read for ever."""
    with await store.runs.follow(MINE, run_id, after=0) as reader:
        while True:
            for event in await reader.take(1):
                sys.stdout.write(f"{run_id} {event.seq}\n")
            sys.stdout.flush()


async def main(path: Path, how: str) -> None:
    """Work until the end."""
    clock, ids = FakeClock(), SystemIds()
    store = SqliteStore(path, clock=clock, durability="power" if how == "power" else "process")
    await store.open()
    floor = Floor(store, clock, ids)
    owner = ids.new("job")
    holds = [await floor.begun(owner=owner) for _ in range(4)]
    tasks = [asyncio.ensure_future(write(hold)) for hold in holds]
    tasks += [asyncio.ensure_future(show(store, hold.id)) for hold in holds]
    if how == "full":
        # From here on no file grows beyond what it is: writes fail, as on a disk without room.
        size = path.with_name(f"{path.name}-wal").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        await _until_full(store)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await _until_well(store)
    await asyncio.wait(tasks)


async def _until_full(store: SqliteStore) -> None:
    while True:
        try:
            await store.check()
        except StoreError as error:
            sys.stdout.write(f"full {error.code}\n")
            return


async def _until_well(store: SqliteStore) -> None:
    while True:
        try:
            await store.check()
        except StoreError:
            continue
        sys.stdout.write("well 1\n")
        return


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
