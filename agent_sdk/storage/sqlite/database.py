"""The file: its connections, and what its errors mean."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeVar

from agent_sdk.contracts.platform_errors import (
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreOutdated,
)
from agent_sdk.ports.store import Durability

ResultT = TypeVar("ResultT")

REVISION: Final = "0002"
"""Of the schema that this version reads and writes."""
STATEMENTS_CACHED_COUNT: Final = 256
BUSY_ON_LOOP_MS: Final = 20
"""How long a writer on the event loop stands still for another process; then it tries again later."""
BUSY_ON_THREAD_MS: Final = 5_000
_SYNCHRONOUS: Final = {"process": "NORMAL", "power": "FULL"}
_PRIMARY_CODE: Final = 0xFF
"""The low byte of an extended code. Source: https://www.sqlite.org/rescode.html#primary_result_codes_versus_extended_result_codes"""

_OF_STATEMENT: Final = frozenset(
    {
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_MISUSE,
        sqlite3.SQLITE_RANGE,
        sqlite3.SQLITE_TOOBIG,
    }
)


class Database:
    """One SQLite file in WAL mode: a connection that writes, one that reads on the event loop, more for threads."""

    def __init__(self, path: Path, durability: Durability) -> None:
        """Take the file's path; nothing is opened yet."""
        self.path = path
        self.durability: Durability = durability
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="agent-sdk-store")

    def open(self) -> None:
        """Connect.

        Raises:
            StoreOutdated: There is no schema, or another version's.
            StoreError: It is no database, or cannot be opened.
        """
        with explained(f"the store {self.path}"):
            if not self.path.exists():
                raise StoreOutdated(f"there is no store at {self.path} yet")
            self.writer = self.connect(busy_ms=BUSY_ON_LOOP_MS)
            try:
                self.writer.execute("PRAGMA journal_mode = WAL")
                self._check_revision()
                # Where commits happen on the event loop, too, its reads find what was just written in that
                # connection's memory; another one would read each page again that a commit has changed.
                self.reader = (
                    self.writer
                    if self.durability == "process"
                    else self.connect(busy_ms=BUSY_ON_LOOP_MS, reads_only=True)
                )
            except BaseException:
                self.writer.close()
                raise

    def connect(self, *, busy_ms: int = BUSY_ON_THREAD_MS, reads_only: bool = False) -> sqlite3.Connection:
        """A connection of one's own, for one thread at a time. Who makes it closes it."""
        connection = sqlite3.connect(
            self.path,
            timeout=busy_ms / 1000,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=STATEMENTS_CACHED_COUNT,
        )
        # A checkpoint syncs the disk: that is a thread's work (checkpoint.py), not a commit's.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA synchronous = {_SYNCHRONOUS[self.durability]}")
        if reads_only:
            connection.execute("PRAGMA query_only = ON")
        return connection

    async def in_thread(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        """Do something long on a thread, with a connection that writes at its own peril.

        Raises:
            StoreError: The store failed.
        """

        def call() -> ResultT:
            with explained("the store"), closing(self.connect()) as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def close(self) -> None:
        """Disconnect; what threads are at ends first."""
        self._threads.shutdown()
        self.reader.close()
        self.writer.close()

    def _check_revision(self) -> None:
        tables = "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
        (made,) = self.writer.execute(tables).fetchone()
        row = self.writer.execute("SELECT version_num FROM alembic_version").fetchone() if made else None
        if row is None or row[0] != REVISION:
            found = "none" if row is None else row[0]
            raise StoreOutdated(f"the schema of {self.path} is {found}, and this version's is {REVISION}")


@contextmanager
def explained(what: str) -> Generator[None]:
    """Raise errors of SQLite as the store's own."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, what) from error


def explain(error: sqlite3.Error, what: str) -> StoreError:
    """The store's own error for one of SQLite's."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
    sentence = f"{what}: {error}"
    if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
        # A file that may not grow (a quota, a limit of the process) is reported as a failed write, not as full.
        return StoreFull(sentence)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreLocked(sentence)
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return StoreCorrupt(sentence)
    return StoreError(sentence)


def is_of_statement(error: sqlite3.Error) -> bool:
    """Whether one statement was wrong, and not the whole file in trouble."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
    return code in _OF_STATEMENT
