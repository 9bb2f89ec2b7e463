"""Approvals: tool calls that wait for a human, and the human's word."""

from collections.abc import Mapping
from typing import Any, Final

from agent_sdk.contracts.approval import Approval, Verdict
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.page import Page, PageRequest
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.records import ApprovalRecords

REASON_LENGTH_MAX_CHARS: Final = 4096


class Approvals:
    """Use cases over approvals. Every method raises `NotFound` for what is outside the scope."""

    def __init__(self, records: ApprovalRecords) -> None:
        """Take where they are kept."""
        self._records = records

    async def list(self, scope: Scope, *, pending: bool, page: PageRequest) -> Page[Approval]:
        """Approvals, newest first; only those that wait where `pending`."""
        scope.require("read")
        return await self._records.list(scope, pending=pending, page=page)

    async def get(self, scope: Scope, approval_id: str) -> Approval:
        """One approval."""
        scope.require("read")
        return await self._records.get(scope, approval_id)

    async def decide(
        self,
        scope: Scope,
        approval_id: str,
        verdict: Verdict,
        *,
        args: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> Approval:
        """Decide; the last open approval of a run lets it go on. The same decision again changes nothing.

        Args:
            scope: Who decides.
            approval_id: `call_…`
            verdict: Whether the call may run.
            args: To run it with instead of what the model asked for; the tool checks them as it checks the model's.
            reason: Told to the model.

        Raises:
            InvalidInput: Arguments for a call that is denied, or a reason that is too long.
            Conflict: It was decided otherwise, or its run has ended.
        """
        scope.require("write")
        if verdict == "deny" and args is not None:
            raise InvalidInput(
                "a call that is denied takes no arguments", hint="Leave out `args`, or approve."
            )
        if reason is not None and len(reason) > REASON_LENGTH_MAX_CHARS:
            raise InvalidInput(f"the reason is longer than {REASON_LENGTH_MAX_CHARS} characters")
        return await self._records.decide(scope, approval_id, verdict, args=args, reason=reason)
