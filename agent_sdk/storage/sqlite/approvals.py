"""Approvals: listed, read, decided. What is asked is written by the run's owner, what is answered here."""

# ruff: noqa: S608 - statements are put together from constants
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from agent_sdk.contracts.approval import Approval, ApprovalStatus, Verdict
from agent_sdk.contracts.codec import encode, to_plain
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.page import Page, PageRequest
from agent_sdk.contracts.platform_errors import Conflict, NotFound
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.system import Clock
from agent_sdk.storage.sqlite.database import Database, explained
from agent_sdk.storage.sqlite.pages import LAST, ByNumber, page_of, place_of
from agent_sdk.storage.sqlite.records import APPROVAL_COLUMNS, Row, approval_from_row, to_micros
from agent_sdk.storage.sqlite.transaction import Transaction
from agent_sdk.storage.sqlite.transitions import requeue
from agent_sdk.storage.sqlite.writer import Writer

_STATUS_AFTER: Final[Mapping[Verdict, ApprovalStatus]] = {"approve": "approved", "deny": "denied"}

_ONE: Final = f"SELECT {APPROVAL_COLUMNS} FROM approvals WHERE org_id = ? AND id = ?"
_PAGE: Final = f"SELECT {APPROVAL_COLUMNS}, number FROM approvals WHERE org_id = ? AND number < ?"
_NEWEST_FIRST: Final = " ORDER BY number DESC LIMIT ?"
_PENDING: Final = " AND status = 'pending'"
_DECIDE: Final = """
    UPDATE approvals SET status = ?, decided_at = max(requested_at, ?), decided_by = ?, decision_reason = ?,
    edited_args = ?
    WHERE org_id = ? AND id = ?
"""
_WAITS_FOR_NOTHING_MORE: Final = """
    SELECT 1 FROM runs WHERE id = ? AND status = 'paused' AND stop_reason = 'approval_required'
    AND NOT EXISTS (SELECT 1 FROM approvals WHERE root_run_id = runs.id AND status = 'pending')
"""


class Approvals:
    """Implements `agent_sdk.ports.store.ApprovalRecords`."""

    def __init__(self, database: Database, writer: Writer, clock: Clock) -> None:
        """Over an open database."""
        self._database = database
        self._writer = writer
        self._clock = clock

    async def list(self, scope: Scope, *, pending: bool, page: PageRequest) -> Page[Approval]:
        """Approvals, newest first."""
        (before,) = place_of(page, ByNumber, (LAST,))
        sql = _PAGE + (_PENDING if pending else "") + _NEWEST_FIRST
        rows = self._read(sql, scope.org_id, before, page.limit + 1)
        return page_of(rows, page, approval_from_row, lambda row: (row[-1],))

    async def get(self, scope: Scope, approval_id: str) -> Approval:
        """One approval."""
        return _found(self._read(_ONE, scope.org_id, approval_id), approval_id)

    async def decide(
        self,
        scope: Scope,
        approval_id: str,
        verdict: Verdict,
        *,
        args: Mapping[str, Any] | None,
        reason: str | None,
    ) -> Approval:
        """Decide; the last decision that a run waits for lets it go on."""
        edited = _edited(verdict, args)
        status = _STATUS_AFTER[verdict]
        now = to_micros(self._clock.now())

        def decide(tx: Transaction) -> Approval:
            one = (scope.org_id, approval_id)
            asked = _found(tx.execute(_ONE, one).fetchall(), approval_id)
            if asked.status == status and asked.edited_args == edited:
                return asked
            if asked.status != "pending":
                raise Conflict(f"the approval {approval_id} is {asked.status} already")
            kept = None if edited is None else encode(edited)
            tx.execute(_DECIDE, (status, now, scope.principal, reason, kept, *one))
            tx.signals.add(asked.root_run_id)
            if tx.execute(_WAITS_FOR_NOTHING_MORE, (asked.root_run_id,)).fetchone():
                requeue(tx, asked.root_run_id, now)
            return _found(tx.execute(_ONE, one).fetchall(), approval_id)

        return await self._writer.do(decide)

    def _read(self, sql: str, *values: Any) -> Sequence[Row]:
        with explained("the store"):
            return self._database.reader.execute(sql, values).fetchall()


def _found(rows: Sequence[Row], approval_id: str) -> Approval:
    if not rows:
        raise NotFound(f"there is no approval {approval_id!r}")
    return approval_from_row(rows[0])


def _edited(verdict: Verdict, args: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The arguments that are approved in place of those that were asked about, as plain JSON."""
    if args is None:
        return None
    if verdict == "deny":
        raise InvalidInput(
            "a denied call has no arguments", hint="Leave args out, or approve the call with them."
        )
    edited: Any = to_plain(args)
    if not isinstance(edited, dict):
        raise InvalidInput("args is not an object", hint="Send all arguments of the call as one JSON object.")
    return cast("dict[str, Any]", edited)
