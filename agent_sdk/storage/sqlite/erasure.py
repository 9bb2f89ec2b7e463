"""Deleting runs with everything that hangs on them. Whoever calls has checked, and holds the transaction."""

# ruff: noqa: S608 - statements are put together from constants
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Final

from agent_sdk.contracts.codec import encode

_THESE: Final = "(SELECT value FROM json_each(?))"
_MESSAGES: Final = f"""
    DELETE FROM messages WHERE (org_id, session_id, run_number) IN
    (SELECT org_id, session_id, number FROM runs WHERE id IN {_THESE})
"""
_APPROVALS: Final = f"""
    DELETE FROM approvals WHERE root_run_id IN (SELECT root_id FROM runs WHERE id IN {_THESE}) AND run_id IN {_THESE}
"""
_INPUTS: Final = f"DELETE FROM inputs WHERE run_id IN {_THESE}"
_EVENTS: Final = f"DELETE FROM events WHERE run_id IN {_THESE}"
_RUNS: Final = f"DELETE FROM runs WHERE id IN {_THESE}"
_KEYS: Final = f"""
    DELETE FROM idempotency_keys WHERE org_id IN (SELECT org_id FROM runs WHERE id IN {_THESE}) AND run_id IN {_THESE}
"""


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """All of it or nothing, on a thread's own connection."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def delete_events(connection: sqlite3.Connection, run_ids: Sequence[str]) -> int:
    """Delete the journals of runs; returns how many events these were."""
    return connection.execute(_EVENTS, (encode(run_ids),)).rowcount


def delete_runs(connection: sqlite3.Connection, run_ids: Sequence[str]) -> int:
    """Delete runs with all that is only theirs, and the idempotency keys that would answer with them.

    Returns how many events these were.
    """
    these = encode(run_ids)
    events = delete_events(connection, run_ids)
    connection.execute(_APPROVALS, (these, these))
    connection.execute(_INPUTS, (these,))
    connection.execute(_KEYS, (these, these))
    connection.execute(_RUNS, (these,))
    return events


def erase_runs(connection: sqlite3.Connection, run_ids: Sequence[str]) -> None:
    """Delete runs, and what their session knew of them."""
    these = encode(run_ids)
    connection.execute(_MESSAGES, (these,))
    delete_runs(connection, run_ids)


def delete_session(connection: sqlite3.Connection, org_id: str, session_id: str) -> None:
    """Delete a session and its messages; its runs are gone already."""
    connection.execute("DELETE FROM messages WHERE org_id = ? AND session_id = ?", (org_id, session_id))
    connection.execute("DELETE FROM sessions WHERE org_id = ? AND id = ?", (org_id, session_id))
