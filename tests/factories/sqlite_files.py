"""Files with an empty store in them, and stores that are opened over them, again and again."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from agent_sdk.ports.store import Durability
from agent_sdk.ports.system import Clock
from agent_sdk.storage.migrate import upgrade
from agent_sdk.storage.sqlite import SqliteStore


@cache
def _template() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        upgrade(f"sqlite:///{path}")
        return path.read_bytes()


def empty_store(path: Path) -> Path:
    """Write a file with an empty store of this version."""
    path.write_bytes(_template())
    return path


@asynccontextmanager
async def opened(path: Path, clock: Clock, durability: Durability = "process") -> AsyncGenerator[SqliteStore]:
    """The store in a file, open."""
    store = SqliteStore(path, durability=durability, clock=clock)
    await store.open()
    try:
        yield store
    finally:
        await store.close()
