"""The one writer of a process: everything that is pending goes into one transaction, and is told when it is committed.

With durability `process` a commit is a write to the operating system of some dozen microseconds, and happens on the
event loop; with `power` it waits for the disk, and happens on a thread.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Generic, Protocol, TypeVar

from agent_sdk.contracts.errors import AgentSDKError
from agent_sdk.contracts.platform_errors import StoreError, StoreLocked
from agent_sdk.storage.sqlite.database import Database, explain, is_of_statement
from agent_sdk.storage.sqlite.transaction import Transaction

ResultT = TypeVar("ResultT")
Operation = Callable[[Transaction], ResultT]
Committed = Callable[[Transaction, float], None]
"""Told of each transaction after its commit, with the seconds it took."""

FLUSH_INTERVAL_MIN_S: Final = 0.001
FLUSH_INTERVAL_MAX_S: Final = 0.004
"""Between two commits that nobody waits for: tokens of many runs share one, and deltas merge."""
FLUSH_REST_RATIO: Final = 3.0
"""How much longer than a commit takes the next one stays away, within these bounds: others want the loop, too."""
RETRY_FULL_S: Final = 1.0
RETRY_LOCKED_S: Final = 0.05
LOCK_WAIT_MAX_S: Final = 2.0
"""How long an operation waits for a foreign lock before its caller is told."""


class Part(Protocol):
    """What goes into a batch whole."""

    @property
    def may_wait(self) -> bool:
        """Whether it stays pending while the store does not take it; whoever may not wait is told."""
        ...

    def begin(self) -> None:
        """Take what is pending, on the event loop; after a failure once more."""
        ...

    def write(self, tx: Transaction) -> None:
        """Write it. An `AgentSDKError` refuses this part alone, and says that nothing was written."""
        ...

    def done(self) -> None:
        """It is committed; on the event loop."""
        ...

    def failed(self, error: Exception) -> None:
        """It is not, and will not be; on the event loop."""
        ...


class Writer:
    """Commits parts in the order in which they came: entries of leases first, then operations."""

    def __init__(self, database: Database, committed: Committed) -> None:
        """Take the database, and who is told of commits."""
        self._database = database
        self._committed = committed
        self._entries: dict[Part, None] = {}
        self._operations: list[Part] = []
        self._operations_count = 0
        self._timer: asyncio.Handle | None = None
        self._urgent = False
        self._busy: asyncio.Future[None] | None = None
        self._last = 0.0
        self._rest_s = FLUSH_INTERVAL_MIN_S
        self._locked_since: float | None = None
        on_thread = database.durability == "power"
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="agent-sdk-writer") if on_thread else None
        self._closed = False
        self.trouble: StoreError | None = None
        """Why the last batch could not be committed; None when it was."""

    def open(self) -> None:
        """Begin, on the running event loop."""
        self._loop = asyncio.get_running_loop()

    def add(self, part: Part) -> None:
        """Have entries committed soon."""
        if self._closed:
            part.failed(StoreError("the store is closed"))
            return
        self._entries[part] = None
        if self._timer is None and self._busy is None:
            wait_s = self._last + self._rest_s - self._loop.time()
            self._timer = self._loop.call_later(wait_s, self._flush) if wait_s > 0 else self._soon()

    def hurry(self) -> None:
        """Somebody waits: commit as soon as those have run that can run now."""
        if self._urgent or self._busy is not None or self.trouble is not None:
            return
        self._urgent = True
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._soon()

    async def do(self, operation: Operation[ResultT]) -> ResultT:
        """Run an operation in the next batch; returns what it does, after the commit.

        It checks before it writes: an `AgentSDKError` that it raises is its caller's, and undoes nothing.

        Raises:
            StoreError: The store failed; nothing of the operation was written.
        """
        if self._closed:
            raise StoreError("the store is closed")
        part = _Once(operation, self._loop.create_future())
        self._operations.append(part)
        self.hurry()
        return await part.future

    async def close(self) -> None:
        """Commit what is pending, as far as the store takes it; the rest is told that it is not."""
        if self._closed:
            return
        await self._idle()
        if self._entries or self._operations:
            self._flush()
            await self._idle()
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for part in (*self._entries, *self._operations):
            part.failed(self.trouble or StoreError("the store is closed"))
        if self._thread is not None:
            self._thread.shutdown()

    async def _idle(self) -> None:
        while self._busy is not None:
            await asyncio.wait([self._busy])

    def _soon(self) -> asyncio.Handle:
        return self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        """Commit everything that is pending."""
        self._timer = None
        self._urgent = False
        pending: list[Part] = [*self._entries, *self._operations]
        operated = bool(self._operations)
        self._entries = {}
        self._operations = []
        parts = [part for part in pending if _begun(part)]
        batch = (self._database.writer, parts, self._operations_count, self._loop.time)
        if operated:
            # What leases know of their ownership holds up to here: they come before operations.
            self._operations_count += 1
        if self._thread is None:
            self._finish(parts, _commit(*batch))
            return
        job = self._loop.run_in_executor(self._thread, _commit, *batch)
        self._busy = self._loop.create_task(self._finish_later(parts, job))

    async def _finish_later(self, parts: Sequence[Part], job: "asyncio.Future[_Outcome]") -> None:
        outcome = await job
        self._busy = None
        self._finish(parts, outcome)
        if self._timer is None and (self._entries or self._operations):
            self._timer = self._soon()

    def _finish(self, parts: Sequence[Part], outcome: "_Outcome") -> None:
        """Tell everybody what became of a batch."""
        self._last = self._loop.time()
        self.trouble = outcome.trouble
        for tx, seconds in outcome.committed:
            self._rest_s = min(max(FLUSH_INTERVAL_MIN_S, seconds * FLUSH_REST_RATIO), FLUSH_INTERVAL_MAX_S)
            self._committed(tx, seconds)
        for part in parts:
            if part not in outcome.undone:
                error = outcome.refused.get(part)
                part.done() if error is None else part.failed(error)
        for tx, _ in outcome.committed:
            # After those who wait: whoever created a run answers before the run begins.
            for act in tx.then:
                act()
        if outcome.trouble is None:
            self._locked_since = None
        else:
            self._wait(outcome.undone, outcome.trouble)

    def _wait(self, undone: Sequence[Part], trouble: StoreError) -> None:
        """Entries wait for better times. An operation's caller is told, but waits a little for a foreign lock."""
        locked = isinstance(trouble, StoreLocked)
        if self._locked_since is None or not locked:
            self._locked_since = self._last
        patient = locked and self._last - self._locked_since < LOCK_WAIT_MAX_S
        # Those that came meanwhile come after.
        self._entries = {part: None for part in undone if part.may_wait} | self._entries
        again = [part for part in undone if not part.may_wait]
        if patient:
            self._operations = again + self._operations
        else:
            for part in again:
                part.failed(trouble)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(RETRY_LOCKED_S if locked else RETRY_FULL_S, self._flush)


def _begun(part: Part) -> bool:
    try:
        part.begin()
    except Exception as error:  # noqa: BLE001 - it is told to the part, and the others are written
        part.failed(error)
        return False
    return True


class _Once(Generic[ResultT]):
    """An operation and whoever waits for it."""

    may_wait = False

    def __init__(self, operation: Operation[ResultT], future: "asyncio.Future[ResultT]") -> None:
        self.future = future
        self._operation = operation

    def begin(self) -> None:
        """There is nothing to take."""

    def write(self, tx: Transaction) -> None:
        # It may look for what leases have added.
        tx.write_events()
        self._result = self._operation(tx)

    def done(self) -> None:
        if not self.future.done():
            self.future.set_result(self._result)

    def failed(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)


class _Outcome:
    """What became of a batch."""

    __slots__ = ("committed", "refused", "trouble", "undone")

    def __init__(self) -> None:
        self.committed: list[tuple[Transaction, float]] = []
        self.refused: dict[Part, Exception] = {}
        """Parts that failed by themselves."""
        self.trouble: StoreError | None = None
        self.undone: Sequence[Part] = ()
        """Parts that the trouble kept from being written."""


def _commit(
    connection: sqlite3.Connection, parts: Sequence[Part], operations_count: int, time: Callable[[], float]
) -> _Outcome:
    """Commit all parts in one transaction; where one of them is bad, each in its own."""
    outcome = _Outcome()
    try:
        _commit_once(connection, parts, operations_count, time, outcome)
    except StoreError as error:
        outcome.trouble, outcome.undone = error, parts
    except Exception as error:  # noqa: BLE001 - what one part raises is told to that part alone
        if len(parts) == 1:
            outcome.refused[parts[0]] = _explained(error)
        else:
            _commit_each(connection, parts, operations_count, time, outcome)
    return outcome


def _commit_each(
    connection: sqlite3.Connection,
    parts: Sequence[Part],
    operations_count: int,
    time: Callable[[], float],
    outcome: _Outcome,
) -> None:
    for index, part in enumerate(parts):
        alone = _commit(connection, [part], operations_count, time)
        if alone.trouble is not None:
            outcome.trouble, outcome.undone = alone.trouble, parts[index:]
            return
        outcome.committed.extend(alone.committed)
        outcome.refused.update(alone.refused)


def _commit_once(
    connection: sqlite3.Connection,
    parts: Sequence[Part],
    operations_count: int,
    time: Callable[[], float],
    outcome: _Outcome,
) -> None:
    began = time()
    refused: dict[Part, Exception] = {}
    try:
        connection.execute("BEGIN IMMEDIATE")
        tx = Transaction(connection, operations_count)
        for part in parts:
            try:
                part.write(tx)
            except AgentSDKError as error:
                refused[part] = error
        tx.write_events()
        connection.execute("COMMIT")
    except BaseException as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if isinstance(error, sqlite3.Error) and not is_of_statement(error):
            raise explain(error, "the store") from error
        raise
    outcome.refused.update(refused)
    outcome.committed.append((tx, time() - began))


def _explained(error: Exception) -> Exception:
    return explain(error, "the store") if isinstance(error, sqlite3.Error) else error
