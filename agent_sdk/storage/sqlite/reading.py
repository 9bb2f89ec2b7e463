"""Reads that leases, records and followers share."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from agent_sdk.contracts.codec import decode, decode_event, message_from_plain
from agent_sdk.contracts.events import DELTA_TYPES, Event
from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.platform_errors import NotFound
from agent_sdk.contracts.run import Run
from agent_sdk.ports.store import Origin, PendingInput, Signals, StoredEvent
from agent_sdk.storage.sqlite.database import Database, explained
from agent_sdk.storage.sqlite.records import (
    APPROVAL_COLUMNS,
    RUN_COLUMNS,
    Row,
    approval_from_row,
    run_from_row,
)
from agent_sdk.storage.sqlite.transaction import Transaction

READ_ON_LOOP_MAX_COUNT: Final = 1000
"""Events; a longer read is a thread's work."""

_RUN: Final = f"SELECT {RUN_COLUMNS} FROM runs WHERE id = ? AND org_id = ?"  # noqa: S608 - constants
_EVENTS: Final = "SELECT seq, type, data FROM events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?"
_LAST: Final = (
    "SELECT coalesce(max(seq), 0) FROM events JOIN runs ON runs.id = run_id WHERE run_id = ? AND root_id = ?"
)
_DELTAS: Final = ", ".join([f"'{each}'" for each in sorted(DELTA_TYPES)])
_JOURNAL: Final = (
    f"SELECT data FROM events WHERE run_id = ?1 AND (type NOT IN ({_DELTAS}) "  # noqa: S608 - constants
    "OR seq = (SELECT max(seq) FROM events WHERE run_id = ?1) "
    "OR seq IN (SELECT seq - 1 FROM events WHERE run_id = ?1 AND type = 'run.resumed')) ORDER BY seq"
)
_ORIGIN: Final = "SELECT model_choice, deps FROM runs WHERE id = ? AND org_id = ?"
_HISTORY: Final = (
    "SELECT messages.data FROM runs JOIN messages ON messages.org_id = runs.org_id "
    "AND messages.session_id = runs.session_id AND run_number < runs.number "
    "WHERE runs.id = ? AND runs.org_id = ? ORDER BY run_number, position"
)
_INPUTS: Final = "SELECT id, input FROM inputs WHERE run_id = ? AND consumed = 0 ORDER BY number"
_DECISIONS: Final = (
    f"SELECT {APPROVAL_COLUMNS} FROM approvals WHERE root_run_id = ? AND consumed = 0 "  # noqa: S608
    "AND status IN ('approved', 'denied') ORDER BY number"
)
_CHILDREN: Final = (
    "SELECT id, cancel_mode FROM runs INDEXED BY runs_of_root WHERE root_id = ? AND depth > 0 "
    "AND cancel_mode IS NOT NULL AND ended_at IS NULL ORDER BY number"
)
_FLAGS: Final = (
    "SELECT cancel_mode, cancel_reason, pause_requested_at, "  # noqa: S608 - constants
    "EXISTS (SELECT 1 FROM inputs WHERE run_id = :run AND consumed = 0), "
    "EXISTS (SELECT 1 FROM approvals WHERE root_run_id = :run AND consumed = 0 "
    "AND status IN ('approved', 'denied')), "
    f"EXISTS ({_CHILDREN.replace('?', ':run')}) FROM runs WHERE id = :run"
)


def read_run(connection: sqlite3.Connection, org_id: str, run_id: str) -> Run:
    """One run of an organisation.

    Raises:
        NotFound: There is no such run in it.
        StoreError: The store failed.
    """
    with explained("the store"):
        return _found(connection.execute(_RUN, (run_id, org_id)).fetchone(), run_id)


def read_run_in(tx: Transaction, org_id: str, run_id: str) -> Run:
    """One run of an organisation, as a transaction sees it.

    Raises:
        NotFound: There is no such run in it.
    """
    return _found(tx.execute(_RUN, (run_id, org_id)).fetchone(), run_id)


def _found(row: Row | None, run_id: str) -> Run:
    if row is None:
        raise NotFound(f"there is no run {run_id}")
    return run_from_row(row)


def read_events(connection: sqlite3.Connection, run_id: str, after: int, limit: int) -> list[StoredEvent]:
    """Events of a run whose organisation was checked."""
    with explained("the store"):
        rows = connection.execute(_EVENTS, (run_id, after, limit)).fetchall()
    return [StoredEvent(*row) for row in rows]


async def journal_of(database: Database, root_id: str, run_id: str) -> Sequence[Event]:
    """The events of a run below `root_id`, without deltas but those that tell how far an attempt came.

    Those are the last event, and the last before each claim. None where there is no such run.
    """
    with explained("the store"):
        (last,) = database.reader.execute(_LAST, (run_id, root_id)).fetchone()
    if last > READ_ON_LOOP_MAX_COUNT:
        return await database.in_thread(lambda connection: _journal(connection, run_id))
    return _journal(database.reader, run_id) if last else []


def _journal(connection: sqlite3.Connection, run_id: str) -> list[Event]:
    with explained("the store"):
        rows = connection.execute(_JOURNAL, (run_id,)).fetchall()
    return [decode_event(data) for (data,) in rows]


def history_of(connection: sqlite3.Connection, org_id: str, run_id: str) -> list[Message]:
    """What the session of a run knew before it, oldest first."""
    with explained("the store"):
        rows = connection.execute(_HISTORY, (run_id, org_id)).fetchall()
    return [message_from_plain(decode(data)) for (data,) in rows]


def origin_of(connection: sqlite3.Connection, org_id: str, run_id: str) -> Origin:
    """What the caller of a run chose for it."""
    with explained("the store"):
        choice, deps = connection.execute(_ORIGIN, (run_id, org_id)).fetchone()
    return Origin(model_choice=choice, deps=None if deps is None else decode(deps))


def signals_of(connection: sqlite3.Connection, run_id: str) -> Signals:
    """What others want of a root run."""
    with explained("the store"):
        row = connection.execute(_FLAGS, {"run": run_id}).fetchone() or (None, None, None, 0, 0, 0)
        mode, reason, pause, *some = row
        # Mostly there is nothing, which one statement says.
        if not any((mode, pause, *some)):
            return Signals()
        inputs = connection.execute(_INPUTS, (run_id,)).fetchall() if some[0] else ()
        decisions = connection.execute(_DECISIONS, (run_id,)).fetchall() if some[1] else ()
        children = connection.execute(_CHILDREN, (run_id,)).fetchall() if some[2] else ()
    return Signals(
        cancel_mode=mode,
        cancel_reason=reason,
        pause=pause is not None,
        inputs=tuple([PendingInput(id=each, input=decode(data)) for each, data in inputs]),
        decisions=tuple([approval_from_row(each) for each in decisions]),
        subagent_cancels=dict(children),
    )
