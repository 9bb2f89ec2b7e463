"""One transaction of the writer: the statements, and what is to be told once it is committed."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.events import Event

_INSERT_EVENT: Final = (
    "INSERT INTO events (run_id, seq, org_id, type, attempt, data) VALUES (?, ?, ?, ?, ?, ?)"
)
_NEXT_CHANGE: Final = "UPDATE counters SET value = value + 1 WHERE name = 'change' RETURNING value"

Written = tuple[Event, bytes]
"""An event and its encoded form."""


class Transaction:
    """What an operation is given. It ends with the batch that it is part of: nobody keeps it."""

    __slots__ = ("_changes", "events", "execute", "executemany", "signals", "then", "work")

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Over a connection that has begun."""
        self.execute = connection.execute
        self.executemany = connection.executemany
        self.events: list[Written] = []
        """Written in it, in order."""
        self.signals: set[str] = set()
        """Root runs whose owner should look at its signals."""
        self.work = False
        """Whether there may be something to claim."""
        self._changes: dict[str, int] = {}
        self.then: list[Callable[[], None]] = []
        """Called on the event loop once it is committed, and those are told who wait for that."""

    def change_of(self, run_id: str) -> int:
        """The number of a run's change of status: one for all those that become seen at once."""
        number = self._changes.get(run_id)
        if number is None:
            (number,) = self.execute(_NEXT_CHANGE).fetchone()
            self._changes[run_id] = number
        return number

    @property
    def changed(self) -> bool:
        """Whether the status of any run changed."""
        return bool(self._changes)

    def insert_events(self, written: Sequence[Written]) -> None:
        """Add events to their journals."""
        self.executemany(
            _INSERT_EVENT,
            [(each.run_id, each.seq, each.org_id, each.type, each.attempt, data) for each, data in written],
        )
        self.events.extend(written)


def encoded(events: Sequence[Event]) -> list[Written]:
    """Events with their encoded form.

    Raises:
        TypeError: Something in one has no JSON form.
        ValueError: A text in one is no Unicode.
    """
    return [(event, encode(event)) for event in events]
