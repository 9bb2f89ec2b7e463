"""The port through which a run's writer hands its events on."""

from typing import Protocol

from agent_sdk.contracts.events import Event


class Growing(Protocol):
    """An event that is not yet made: deltas nobody has seen yet are merged into one, and most are never looked at."""

    @property
    def type(self) -> str:
        """As the event's."""
        ...

    @property
    def run_id(self) -> str:
        """As the event's."""
        ...

    @property
    def seq(self) -> int:
        """As the event's."""
        ...

    @property
    def depth(self) -> int:
        """As the event's."""
        ...

    def seal(self) -> Event:
        """End its growth and return the event: it is about to be committed or shown. Sealing again changes nothing."""
        ...


Entry = Event | Growing


class EventSink(Protocol):
    """Takes the entries of a run in order. A durable sink commits them before anybody is shown them."""

    @property
    def awaited(self) -> bool:
        """Whether a reader takes the next entry at once, so that it is an event and cannot grow."""
        ...

    def append(self, entry: Entry) -> None:
        """Take the next entry; returns at once."""
        ...

    async def committed(self) -> None:
        """Return when everything appended so far can no longer be lost.

        The loop waits for it before each effect and at the end of a run.
        """
        ...
