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

Ownership = tuple[int, int]
"""Commits of others, as SQLite counts them, and operations of this process: while neither grows, every run belongs to
whom it belonged to. Source: https://www.sqlite.org/pragma.html#pragma_data_version
"""
Written = tuple[Event, bytes]
"""An event and its encoded form."""


class Transaction:
    """What an operation is given. It ends with the batch that it is part of: nobody keeps it."""

    __slots__ = (
        "_changes",
        "_unwritten_at",
        "events",
        "execute",
        "executemany",
        "ownership",
        "signals",
        "then",
        "work",
    )

    def __init__(self, connection: sqlite3.Connection, operations_count: int) -> None:
        """Over a connection that has begun, after so many operations of this process."""
        self.execute = connection.execute
        self.executemany = connection.executemany
        (others,) = connection.execute("PRAGMA data_version").fetchone()
        self.ownership: Ownership = (others, operations_count)
        self.events: list[Written] = []
        """Written in it, in order."""
        self._unwritten_at = 0
        """Where in `events` those begin that `write_events` has still to write."""
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
        """Add events to their journals, at the latest before the next operation and before the commit."""
        self.events += written

    def write_events(self) -> None:
        """Write what was added: in one go for all runs, which takes half as long as one by one."""
        written = self.events[self._unwritten_at :]
        self._unwritten_at = len(self.events)
        self.executemany(
            _INSERT_EVENT,
            [(each.run_id, each.seq, each.org_id, each.type, each.attempt, data) for each, data in written],
        )


def encoded(events: Sequence[Event]) -> list[Written]:
    """Events with their encoded form.

    Raises:
        TypeError: Something in one has no JSON form.
        ValueError: A text in one is no Unicode.
    """
    return [(event, encode(event)) for event in events]
