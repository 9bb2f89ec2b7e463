"""The journal in memory: one log for a run and its children, with at most one reader.

What a run needs to be told of afterwards is kept; deltas live until the reader has taken them.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import overload

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.events import DELTA_TYPES, Event
from agent_sdk.ports.journal import Entry


class MemoryLog:
    """Entries in the order in which they were written, over a whole tree of runs."""

    def __init__(self, *, followed: bool) -> None:
        """Start empty.

        Args:
            followed: Whether a reader takes the entries with `take`.
        """
        self.followed = followed
        self._pending: deque[Entry] = deque()
        """What the reader has not taken yet."""
        self._kept: defaultdict[str, list[Entry]] = defaultdict(list)
        self.awaited = False
        """Whether the reader waits."""
        self._waiter: asyncio.Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        """The reader's, asked for once: that is a system call, and a reader waits for each token."""
        self.closed = False
        """Whether nothing more is written."""

    def append(self, entry: Entry) -> None:
        """Take the next entry."""
        if entry.type not in DELTA_TYPES:
            self._kept[entry.run_id].append(entry)
        if self.followed:
            self._pending.append(entry)
            if self.awaited:
                # As `_wake` does it: this is done for each token.
                self.awaited = False
                waiter = self._waiter
                if waiter is not None and not waiter.done():
                    waiter.set_result(None)

    async def committed(self) -> None:
        """Return at once: memory is as safe as it gets."""

    def events(self, run_id: str) -> Sequence[Event]:
        """What is kept of one run so far: everything but the deltas of messages. Made when it is looked at."""
        return Kept(self._kept.get(run_id, ()))

    async def take(self, *, tree: bool) -> Event:
        """The next event of the run, or with `tree` also of its subagents; waits for it.

        Raises:
            StopAsyncIteration: The log is closed, and everything was taken.
            InvalidInput: Somebody else waits for it.
        """
        pending = self._pending
        while True:
            while pending:
                entry = pending.popleft()
                if tree or entry.depth == 0:
                    return entry if type(entry) is Event else sealed(entry)
            if self.closed:
                raise StopAsyncIteration
            if self.awaited and self._waiter is not None and not self._waiter.done():
                msg = "the stream has a reader"
                raise InvalidInput(msg, hint="Read it once, and pass the events on to whoever wants them.")
            self._loop = loop = self._loop or asyncio.get_running_loop()
            waiter: asyncio.Future[None] = asyncio.Future(loop=loop)
            self._waiter = waiter
            self.awaited = True
            await waiter

    def close(self) -> None:
        """End the log: the reader gets what is left and then None."""
        self.closed = True
        self._wake()

    def reopen(self, *, followed: bool) -> None:
        """Go on after a pause, with or without a reader."""
        self.closed = False
        self.followed = followed
        self._loop = None

    def _wake(self) -> None:
        self.awaited = False
        waiter = self._waiter
        # It is done already where the reader was canceled.
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


class Kept(Sequence[Event]):
    """The events of entries, each made when somebody looks at it."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Hold the entries as they are now; further ones do not show."""
        self._entries = tuple(entries)

    def __len__(self) -> int:
        """How many."""
        return len(self._entries)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Event]: ...
    def __getitem__(self, place: int | slice) -> Event | Sequence[Event]:
        """One, or some of them."""
        if isinstance(place, slice):
            return Kept(self._entries[place])
        return sealed(self._entries[place])


def sealed(entry: Entry) -> Event:
    """The event of an entry that is about to be shown."""
    return entry if isinstance(entry, Event) else entry.seal()
