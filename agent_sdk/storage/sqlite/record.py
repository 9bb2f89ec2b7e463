"""Writing events together with the rows that are derived from them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.events import Event
from agent_sdk.storage.projection import (
    CALL_CLOSED_TYPES,
    PROGRESS_TYPES,
    PROJECTED_TYPES,
    StatusChange,
    status_change,
)
from agent_sdk.storage.sqlite.records import to_micros
from agent_sdk.storage.sqlite.transaction import Transaction, Written
from agent_sdk.storage.sqlite.transitions import requeue

_PROGRESS: Final = "UPDATE runs SET losses = 0 WHERE id = ? AND losses > 0"
_RECEIVED: Final = "UPDATE inputs SET consumed = 1 WHERE id = ? AND run_id = ?"
_ASK: Final = (
    "INSERT INTO approvals (id, org_id, run_id, root_run_id, session_id, agent, tool, args, args_hash, reason, status, "
    "requested_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?) "
    "ON CONFLICT (id) DO UPDATE SET args = excluded.args, args_hash = excluded.args_hash, reason = excluded.reason, "
    "status = 'pending', consumed = 0, requested_at = excluded.requested_at, decided_at = NULL, decided_by = NULL, "
    "decision_reason = NULL, edited_args = NULL WHERE run_id = excluded.run_id"
)
_RESOLVED: Final = (
    "UPDATE approvals SET consumed = 1, status = CASE status WHEN 'pending' THEN ? ELSE status END "
    "WHERE id = ? AND run_id = ?"
)
_MOOT: Final = "UPDATE approvals SET status = 'canceled' WHERE id = ? AND run_id = ? AND status = 'pending'"
_MOOT_OF_RUN: Final = (
    "UPDATE approvals SET status = 'canceled' WHERE root_run_id = ? AND run_id = ? AND status = 'pending'"
)
_MOOT_OF_TREE: Final = "UPDATE approvals SET status = 'canceled' WHERE root_run_id = ? AND status = 'pending'"
_CHILD: Final = (
    "INSERT INTO runs (id, org_id, project_id, session_id, session_named, root_id, parent_id, depth, agent, "
    "agent_version, model, on_busy, status, attempt, last_seq, change_seq, created_at, input, limits, metadata, tags) "
    "SELECT ?, org_id, project_id, session_id, session_named, id, ?, ?, ?, agent_version, ?, on_busy, 'queued', "
    "?, ?, ?, ?, ?, ?, ?, ? FROM runs WHERE id = ? ON CONFLICT (id) DO NOTHING"
)
_CAME_ALREADY: Final = {
    "approval_required": (
        "SELECT 1 FROM approvals WHERE root_run_id = :run AND consumed = 0 AND status IN ('approved', 'denied') "
        "AND NOT EXISTS (SELECT 1 FROM approvals WHERE root_run_id = :run AND status = 'pending')"
    ),
    "input_required": (
        "SELECT 1 FROM inputs JOIN runs ON runs.id = inputs.run_id WHERE inputs.run_id = :run AND consumed = 0 "
        "AND inputs.created_at > coalesce(pause_requested_at, -1)"
    ),
}
"""What a run pauses for; where somebody asked for the pause, that is what came after it was asked."""
_NOT_BEFORE: Final = {"ended_at": "max(coalesce(started_at, created_at), ?)"}
"""Columns that hold even where a clock was set back."""
_USED: Final = "UPDATE sessions SET updated_at = max(updated_at, ?) WHERE org_id = ? AND id = ?"
_NEXT_IN_SESSION: Final = (
    "SELECT 1 FROM runs INDEXED BY runs_open WHERE org_id = ? AND session_id = ? AND depth = 0 "
    "AND ended_at IS NULL AND lease_owner IS NULL AND status IN ('queued', 'retrying') LIMIT 1"
)
_DECIDED: Final = {"approve": "approved", "deny": "denied"}


def record(tx: Transaction, written: Sequence[Written], *, lost_before: bool = True) -> bool:
    """Append events and bring the derived rows up to date; whether the root run gave its lease back with them.

    Args:
        tx: The transaction.
        written: The events.
        lost_before: Whether an owner may have been lost since the run last made progress.
    """
    tx.insert_events(written)
    gave_up = False
    for event, _ in written:
        if event.type in PROGRESS_TYPES:
            if lost_before:
                tx.execute(_PROGRESS, (event.root_run_id,))
        elif event.type in PROJECTED_TYPES:
            gave_up |= _project(tx, event)
    return gave_up


def _project(tx: Transaction, event: Event) -> bool:
    kind = event.type
    change = status_change(event, to_micros(event.time)) if kind.startswith("run.") else None
    if change is not None:
        _change_status(tx, event, change)
        return change.gives_up and event.depth == 0
    if kind in CALL_CLOSED_TYPES:
        tx.execute(_MOOT, (event.data["tool_call_id"], event.run_id))
    elif kind == "input.received":
        tx.execute(_RECEIVED, (event.data["message"]["id"], event.run_id))
    elif kind == "tool.approval_requested":
        _ask(tx, event)
    else:
        decided = _DECIDED[event.data["decision"]]
        tx.execute(_RESOLVED, (decided, event.data["tool_call_id"], event.run_id))
    return False


def _change_status(tx: Transaction, event: Event, change: StatusChange) -> None:
    if event.type == "run.queued" and event.depth > 0 and _insert_child(tx, event):
        return
    time = to_micros(event.time)
    # Asked before the row forgets who wished for the pause.
    goes_on = event.type == "run.paused" and event.depth == 0 and _need_not_wait(tx, event)
    values = [*change.columns.values(), event.seq, event.attempt, tx.change_of(event.run_id)]
    if change.started:
        values.append(time)
    tx.execute(_update(tuple(change.columns), started=change.started), (*values, event.run_id))
    if change.ends:
        _end(tx, event, time)
    elif goes_on:
        requeue(tx, event.run_id, time)
    if change.gives_up and event.depth == 0 and not tx.work:
        waiting = tx.execute(_NEXT_IN_SESSION, (event.org_id, event.session_id)).fetchone()
        tx.work = waiting is not None


@lru_cache
def _update(columns: tuple[str, ...], *, started: bool) -> str:
    """The statement for a kind of change: one text each, so that SQLite compiles it once."""
    sets = ", ".join([f"{column} = {_NOT_BEFORE.get(column, '?')}" for column in columns])
    first = ", started_at = coalesce(started_at, max(created_at, ?))" if started else ""
    # The names are those that `agent_sdk.storage.projection` writes down, and no caller's.
    return (
        f"UPDATE runs SET {sets}, last_seq = ?, attempt = max(attempt, ?), change_seq = ?{first} WHERE id = ?"  # noqa: S608
    )


def _need_not_wait(tx: Transaction, event: Event) -> bool:
    """Whether what a run pauses for came before the pause was written: nobody will send it again."""
    if event.data.get("divergence") is not None:
        # Of that nobody knew before.
        return False
    sql = _CAME_ALREADY.get(event.data["stop_reason"])
    return sql is not None and tx.execute(sql, {"run": event.run_id}).fetchone() is not None


def _end(tx: Transaction, event: Event, time: int) -> None:
    if event.depth == 0:
        tx.execute(_MOOT_OF_TREE, (event.run_id,))
        tx.execute(_USED, (time, event.org_id, event.session_id))
    else:
        tx.execute(_MOOT_OF_RUN, (event.root_run_id, event.run_id))


def _insert_child(tx: Transaction, event: Event) -> bool:
    data = event.data
    values = (
        event.run_id,
        event.parent_run_id,
        event.depth,
        event.agent,
        data["model"],
        event.attempt,
        event.seq,
        tx.change_of(event.run_id),
        to_micros(event.time),
        encode(data.get("input")),
        encode(data.get("limits", {})),
        encode(data.get("metadata", {})),
        encode(data.get("tags", ())),
        event.root_run_id,
    )
    return tx.execute(_CHILD, values).rowcount > 0


def _ask(tx: Transaction, event: Event) -> None:
    data = event.data
    values = (
        data["tool_call_id"],
        event.org_id,
        event.run_id,
        event.root_run_id,
        event.session_id,
        event.agent,
        data["name"],
        encode(data["args"]),
        data["args_hash"],
        data.get("reason"),
        to_micros(event.time),
    )
    tx.execute(_ASK, values)
