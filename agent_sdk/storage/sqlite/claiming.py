"""Which runs are claimed next: statements and the order between organisations."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from agent_sdk.storage.projection import RETRY_DELAY_MAX_S
from agent_sdk.storage.sqlite.transaction import Transaction

_DELAY_MAX: Final = RETRY_DELAY_MAX_S * 1_000_000
_FREE: Final = "depth = 0 AND lease_owner IS NULL"
_READY: Final = f"{_FREE} AND status IN ('queued', 'retrying', 'running')"
_ORGS: Final = (
    # Jumps from one organisation to the next in the index, however many runs each has.
    f"WITH RECURSIVE orgs(org) AS (SELECT min(org_id) FROM runs INDEXED BY runs_ready WHERE {_READY} "  # noqa: S608
    f"UNION ALL SELECT (SELECT min(org_id) FROM runs INDEXED BY runs_ready WHERE {_READY} AND org_id > org) "
    "FROM orgs WHERE org IS NOT NULL) SELECT org FROM orgs WHERE org IS NOT NULL"
)
_BLOCKED: Final = (
    "SELECT 1 FROM runs AS other INDEXED BY runs_open WHERE other.org_id = runs.org_id "
    "AND other.session_id = runs.session_id AND other.depth = 0 AND other.ended_at IS NULL AND other.id <> runs.id "
    "AND (other.status = 'running' OR (other.cancel_mode IS NULL AND (other.lease_owner IS NOT NULL "
    "OR (other.status IN ('queued', 'retrying') AND other.number < runs.number))))"
)
"""One run of a session at a time, in the order in which they were made; what only waits to be canceled is not asked."""
_OF_ORG: Final = (
    f"SELECT id, number FROM runs INDEXED BY runs_ready WHERE {_READY} AND org_id = ? "  # noqa: S608
    f"AND (status <> 'retrying' OR available_at <= ? OR available_at > ?) "
    f"AND (status = 'running' OR NOT EXISTS ({_BLOCKED})) ORDER BY number LIMIT ?"
)
_TO_CANCEL: Final = (
    f"SELECT id FROM runs INDEXED BY runs_to_cancel WHERE {_FREE} AND cancel_mode IS NOT NULL "  # noqa: S608
    "AND ended_at IS NULL ORDER BY number LIMIT ?"
)
_LEASED: Final = (
    "SELECT org_id, count(*) FROM runs INDEXED BY runs_leased WHERE lease_owner IS NOT NULL GROUP BY org_id"
)


class Turns:
    """Whose turn it is: the organisation with the fewest runs at work, then the one that waits longest for a turn."""

    def __init__(self) -> None:
        """Nobody has had a turn."""
        self._unreadable: set[str] = set()
        self._count = 0
        self._last: dict[str, int] = {}

    def skip(self, run_id: str) -> None:
        """Let a run have no turn any more: it cannot be read."""
        self._unreadable.add(run_id)

    def next(self, tx: Transaction, now: int, limit: int) -> Sequence[str]:
        """The ids of at most `limit` runs that can be claimed, in the order in which they should be.

        Args:
            tx: The transaction that claims them.
            now: Microseconds since the epoch.
            limit: How many at most.
        """
        count = limit + len(self._unreadable)
        to_cancel = [run_id for (run_id,) in tx.execute(_TO_CANCEL, (count,))]
        chosen = dict.fromkeys([run_id for run_id in to_cancel if run_id not in self._unreadable][:limit])
        orgs = [org for (org,) in tx.execute(_ORGS)]
        latest = now + _DELAY_MAX
        waiting = {org: tx.execute(_OF_ORG, (org, now, latest, count)).fetchall() for org in orgs}
        at_work = Counter(dict(tx.execute(_LEASED).fetchall())) if len(orgs) > 1 else Counter[str]()
        for org, run_id in self._in_order(waiting, at_work):
            if len(chosen) >= limit:
                break
            if run_id not in chosen and run_id not in self._unreadable:
                chosen[run_id] = None
                self._count += 1
                self._last[org] = self._count
        # Who has nothing to do is forgotten, so that nothing grows here.
        self._last = {org: turn for org, turn in self._last.items() if org in waiting}
        return list(chosen)

    def _in_order(
        self, waiting: Mapping[str, Sequence[tuple[str, int]]], at_work: Mapping[str, int]
    ) -> list[tuple[str, str]]:
        ranked = [
            (at_work.get(org, 0) + index, self._last.get(org, 0), number, org, run_id)
            for org, runs in waiting.items()
            for index, (run_id, number) in enumerate(runs)
        ]
        return [(org, run_id) for *_, org, run_id in sorted(ranked)]
