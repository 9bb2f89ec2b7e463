"""What callers change about a run that is not at work: statements that several parts of the store share."""

from typing import Final

from agent_sdk.contracts.run import CancelMode
from agent_sdk.storage.sqlite.transaction import Transaction

_REQUEUE: Final = (
    "UPDATE runs SET status = 'queued', stop_reason = NULL, available_at = ?, resume_reason = 'resumed', "
    "change_seq = ? WHERE id = ?"
)
# UNION also ends where a row of a damaged file is its own parent.
_CANCEL_TREE: Final = (
    "WITH RECURSIVE tree(id) AS (SELECT ? UNION SELECT runs.id FROM runs JOIN tree ON runs.parent_id = tree.id) "
    "UPDATE runs SET cancel_mode = ?, cancel_reason = coalesce(cancel_reason, ?), "
    "cancel_requested_at = coalesce(cancel_requested_at, ?) "
    "WHERE id IN (SELECT id FROM tree) AND ended_at IS NULL AND (cancel_mode IS NULL OR cancel_mode = 'after_step')"
)


def requeue(tx: Transaction, run_id: str, now: int) -> None:
    """Let a paused run go on; whoever claims it journals that.

    Args:
        tx: The transaction.
        run_id: A root run that is paused.
        now: Microseconds since the epoch.
    """
    tx.execute(_REQUEUE, (now, tx.change_of(run_id), run_id))
    tx.work = True


def cancel_tree(tx: Transaction, run_id: str, mode: CancelMode, reason: str | None, now: int) -> None:
    """Ask for the cancellation of a run and its descendants; `now` overrides `after_step`, and nothing else does.

    Args:
        tx: The transaction.
        run_id: Where to begin.
        mode: When to cancel.
        reason: Why; the first that is given stays.
        now: Microseconds since the epoch.
    """
    tx.execute(_CANCEL_TREE, (run_id, mode, reason, now))
    (root_id,) = tx.execute("SELECT root_id FROM runs WHERE id = ?", (run_id,)).fetchone()
    tx.signals.add(root_id)
    tx.work = True
