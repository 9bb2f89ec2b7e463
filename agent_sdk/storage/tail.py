"""The last committed events of runs that somebody reads, once for all their readers. Shared by every store.

A reader is a cursor and, while it waits, one future. There is no queue and no task per reader.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from agent_sdk.contracts.events import Event
from agent_sdk.ports.store import StoredEvent

TAIL_MAX_COUNT: Final = 512
TAIL_SIZE_MAX_BYTES: Final = 1 << 20


class Tail:
    """Consecutive events of one run, the newest of them, and the readers that wait for the next."""

    __slots__ = ("_size", "_waiters", "events", "first", "org_id", "readers", "turn")

    def __init__(self) -> None:
        """Begin with nothing: what was committed before is in the store."""
        self.events: list[StoredEvent] = []
        self.org_id: str | None = None
        """Whose events these are; None before the first."""
        self.first = 0
        """`seq` of the first event in it, where there is one."""
        self.turn = 0
        """Grows when another process may have written: then a reader looks into the store."""
        self.readers = 0
        self._size = 0
        self._waiters: list[asyncio.Future[None]] = []

    def add(self, event: StoredEvent) -> None:
        """Take the next event. `wake` tells the readers, once for many."""
        if event.seq != self.first + len(self.events):
            # The first one, or the first after another process had the run.
            self.events.clear()
            self._size = 0
            self.first = event.seq
        self.events.append(event)
        self._size += len(event.data)
        # Twice the bound before it is cut to the bound: that moves each event once at most.
        if len(self.events) > 2 * TAIL_MAX_COUNT or self._size > 2 * TAIL_SIZE_MAX_BYTES:
            self._cut()

    def after(self, seq: int, limit: int) -> Sequence[StoredEvent] | None:
        """At most `limit` events after `seq`; None where it does not reach back so far."""
        start = seq + 1 - self.first
        if not self.events or start < 0:
            return None
        return self.events[start : start + limit]

    def wait(self, loop: asyncio.AbstractEventLoop) -> "asyncio.Future[None]":
        """Done with the next event, or when there may be one."""
        waiter: asyncio.Future[None] = loop.create_future()
        self._waiters.append(waiter)
        return waiter

    def let_go(self, waiter: "asyncio.Future[None]") -> None:
        """Forget a reader that waits no more."""
        if waiter in self._waiters:
            self._waiters.remove(waiter)

    def wake(self) -> None:
        """Tell the readers that wait."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _cut(self) -> None:
        kept, size = 0, 0
        for event in reversed(self.events):
            size += len(event.data)
            if kept >= TAIL_MAX_COUNT or size > TAIL_SIZE_MAX_BYTES:
                break
            kept += 1
        del self.events[: len(self.events) - kept]
        self.first = self.events[0].seq if self.events else 0
        self._size = sum([len(event.data) for event in self.events])


class Tails:
    """The tails of all runs that have a reader in this process."""

    def __init__(self) -> None:
        """Nobody reads."""
        self._tails: dict[str, Tail] = {}

    def enter(self, run_id: str) -> Tail:
        """A reader comes."""
        tail = self._tails.get(run_id)
        if tail is None:
            tail = self._tails[run_id] = Tail()
        tail.readers += 1
        return tail

    def reaches(self, run_id: str, org_id: str, after: int) -> bool:
        """Whether the event behind `after` is in the tail of a run, and the run is the organisation's."""
        tail = self._tails.get(run_id)
        return tail is not None and tail.org_id == org_id and bool(tail.after(after, 1))

    def leave(self, run_id: str) -> None:
        """A reader goes; with the last one goes the tail."""
        tail = self._tails[run_id]
        tail.readers -= 1
        if tail.readers == 0:
            del self._tails[run_id]

    def publish(self, events: Sequence[tuple[Event, bytes]]) -> None:
        """Hand committed events to their readers."""
        if not self._tails:
            return
        woken: dict[str, Tail] = {}
        for event, data in events:
            tail = self._tails.get(event.run_id)
            if tail is not None:
                tail.org_id = event.org_id
                tail.add(StoredEvent(event.seq, event.type, data))
                woken[event.run_id] = tail
        for tail in woken.values():
            tail.wake()

    def look(self) -> None:
        """Have all readers look into the store: another process wrote to it."""
        for tail in self._tails.values():
            tail.turn += 1
            tail.wake()
