"""Readers of a journal: the tail where it reaches, the store where it does not, and otherwise they wait."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from agent_sdk.contracts.events import TERMINAL_TYPES
from agent_sdk.contracts.platform_errors import CursorExpired
from agent_sdk.ports.store import StoredEvent
from agent_sdk.storage.sqlite.database import Database, explained
from agent_sdk.storage.sqlite.reading import read_events
from agent_sdk.storage.tail import Tails

TAKE_MAX_COUNT: Final = 256
_KEPT: Final = "SELECT compacted, last_seq, ended_at FROM runs WHERE id = ?"
GONE: Final = 2
"""`compacted` of a run whose journal was let go."""


class SqliteFollower:
    """One reader's place in one journal."""

    def __init__(self, database: Database, tails: Tails, run_id: str, *, after: int, ended: bool) -> None:
        """Begin after `after`; `ended` says that nothing follows it."""
        self._database = database
        self._tails = tails
        self._tail = tails.enter(run_id)
        self._turn = self._tail.turn
        self._run_id = run_id
        self._cursor = after
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._left = False
        self._waiter: asyncio.Future[None] | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def ended(self) -> bool:
        """Whether the terminal event was taken."""
        return self._ended

    async def take(self, timeout_s: float) -> Sequence[StoredEvent]:
        """The next committed events.

        Raises:
            CursorExpired: What comes next is past its retention.
            StoreError: The store does not answer.
        """
        deadline = self._loop.time() + timeout_s
        while not self._ended:
            events = self._next()
            if events:
                last = events[-1]
                self._cursor = last.seq
                self._ended = last.type in TERMINAL_TYPES
                return events
            if self._loop.time() >= deadline:
                break
            await self._wait(deadline)
        return ()

    def __enter__(self) -> Self:
        """The reader itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave; once is enough."""
        if not self._left:
            self._left = True
            if self._timer is not None:
                self._timer.cancel()
            self._tails.leave(self._run_id)

    def _next(self) -> Sequence[StoredEvent]:
        tail = self._tail
        if self._turn == tail.turn:
            events = tail.after(self._cursor, TAKE_MAX_COUNT)
            if events is not None:
                return events
        self._turn = tail.turn
        events = read_events(self._database.reader, self._run_id, self._cursor, TAKE_MAX_COUNT)
        if not events or events[0].seq != self._cursor + 1:
            self._require_kept(events)
        return events

    def _require_kept(self, events: Sequence[StoredEvent]) -> None:
        """Require that what is missing is not there yet, or only deltas that a whole message holds."""
        with explained("the store"):
            row = self._database.reader.execute(_KEPT, (self._run_id,)).fetchone()
        require_kept(self._run_id, row, self._cursor, events)

    async def _wait(self, deadline: float) -> None:
        self._waiter = waiter = self._tail.wait(self._loop)
        self._deadline = deadline
        if self._timer is None or self._timer.when() > deadline:
            self._ring_at(deadline)
        try:
            await waiter
        finally:
            self._tail.let_go(waiter)

    def _ring_at(self, deadline: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(deadline, self._ring)

    def _ring(self) -> None:
        # One timer for many waits, each of which is over long before its deadline.
        self._timer = None
        if self._waiter is None or self._waiter.done():
            return
        if self._loop.time() < self._deadline:
            self._ring_at(self._deadline)
        else:
            self._waiter.set_result(None)


def require_kept(
    run_id: str, row: tuple[int, int, int | None] | None, cursor: int, events: Sequence[StoredEvent]
) -> None:
    """Require that a gap before `events` is no loss.

    Args:
        run_id: Of the journal.
        row: `compacted`, `last_seq` and `ended_at` of the run; None where it was erased.
        cursor: What the reader has.
        events: What the store has after it.

    Raises:
        CursorExpired: It is one.
    """
    compacted, last_seq, _ = row or (GONE, cursor + 1, None)
    gone = compacted == GONE and last_seq > cursor
    if gone or (events and not compacted):
        raise CursorExpired(f"the events of {run_id} after {cursor} are past their retention")
