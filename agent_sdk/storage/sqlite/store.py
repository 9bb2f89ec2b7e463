"""The store over one SQLite file: puts its parts together."""

import asyncio
import logging
from pathlib import Path
from typing import Final

from agent_sdk.ports import store as ports
from agent_sdk.ports.system import Clock
from agent_sdk.storage.sqlite.approvals import Approvals
from agent_sdk.storage.sqlite.checkpoint import Checkpointer
from agent_sdk.storage.sqlite.database import Database, explained
from agent_sdk.storage.sqlite.idempotency import Idempotency
from agent_sdk.storage.sqlite.keys import Keys
from agent_sdk.storage.sqlite.owners import Owners
from agent_sdk.storage.sqlite.queries import RunQueries
from agent_sdk.storage.sqlite.retention import SqliteRetention
from agent_sdk.storage.sqlite.runs import Runs
from agent_sdk.storage.sqlite.sessions import Sessions
from agent_sdk.storage.sqlite.transaction import Transaction
from agent_sdk.storage.sqlite.work import Work
from agent_sdk.storage.sqlite.writer import Writer
from agent_sdk.storage.tail import Tails

LOOK_INTERVAL_S: Final = 0.25
"""How soon what other processes write is seen."""
log = logging.getLogger(__name__)
_PROBE: Final = "INSERT INTO counters VALUES ('probe', 0) ON CONFLICT (name) DO UPDATE SET value = value + 1"
"""What stays as it is would not be written, and a full disk not be noticed."""


class SqliteStore:
    """Implements `agent_sdk.ports.store.Store`. Everything but `Work.heartbeat` belongs to one event loop."""

    def __init__(self, path: Path, *, durability: ports.Durability = "process", clock: Clock) -> None:
        """Take the file's path; `open` connects.

        Args:
            path: Of a file on a local disk, which `agent_sdk.storage.migrate` made.
            durability: What a committed event survives: the end of the process, or a loss of power, too. The latter
                waits for the disk with every commit.
            clock: For leases and times.
        """
        self.kind = "sqlite"
        self.durability: ports.Durability = durability
        self._database = Database(path, durability)
        self._tails = Tails()
        self._writer = Writer(self._database, self._committed)
        self._owners = Owners(path.with_name(f"{path.name}.owners"))
        self._observers: list[ports.CommitObserver] = []
        self._queries = RunQueries(self._database)
        self._checkpointer = Checkpointer(self._database)
        self._timer: asyncio.TimerHandle | None = None
        self._version = 0
        self._work = Work(self._database, self._writer, clock, self._owners)
        self.runs: ports.RunRecords = Runs(
            self._database, self._writer, clock, self._tails, self._queries, work=self._work
        )
        self.sessions: ports.SessionRecords = Sessions(self._database)
        self.approvals: ports.ApprovalRecords = Approvals(self._database, self._writer, clock)
        self.keys: ports.KeyRecords = Keys(self._database, self._writer, clock)
        self.idempotency: ports.IdempotencyRecords = Idempotency(self._writer, clock)
        self.retention: ports.Retention = SqliteRetention(self._database, clock)
        self.work: ports.WorkQueue = self._work

    async def open(self) -> None:
        """Connect.

        Raises:
            StoreOutdated: The schema is not this version's: `agent_sdk.storage.migrate` brings it there.
            StoreError: It cannot be used.
        """
        self._database.open()
        self._writer.open()
        self._checkpointer.start()
        self._version = self._data_version()
        self._look_later()

    async def check(self) -> None:
        """Require that it can write.

        Raises:
            StoreError: It cannot.
        """
        await self._writer.do(_probe)

    def on_commit(self, observer: ports.CommitObserver) -> None:
        """Have `observer` told of every batch."""
        self._observers.append(observer)

    async def close(self) -> None:
        """Commit what was appended, and disconnect."""
        if self._timer is not None:
            self._timer.cancel()
        await self._writer.close()
        self._work.close()
        self._checkpointer.stop()
        self._database.close()

    def _committed(self, tx: Transaction, seconds: float) -> None:
        """Tell everybody of a transaction."""
        if tx.events:
            self._tails.publish(tx.events)
            for observer in self._observers:
                try:
                    observer(tx.events, seconds)
                except Exception:
                    # What is committed is committed; those who wait for it are not to wait for ever.
                    log.exception("an observer of commits failed")
        if tx.changed:
            self._queries.changed()
        self._work.tell(tx.signals, work=tx.work)

    def _look(self) -> None:
        """Look whether another process wrote, and have everybody look who may wait for that."""
        self._look_later()
        version = self._data_version()
        if version != self._version:
            self._version = version
            self._tails.look()
            self._queries.changed()
            self._work.look()

    def _look_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(LOOK_INTERVAL_S, self._look)

    def _data_version(self) -> int:
        # It changes with the commits of all connections but the one that asks. The one that writes is another thread's
        # where commits wait for the disk.
        own = self._database.durability == "process"
        connection = self._database.writer if own else self._database.reader
        with explained("the store"):
            (version,) = connection.execute("PRAGMA data_version").fetchone()
        return version


def _probe(tx: Transaction) -> None:
    tx.execute(_PROBE)
