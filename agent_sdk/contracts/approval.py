"""A tool call that waits for a human, as a record that outlives the process."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Verdict = Literal["approve", "deny"]
ApprovalStatus = Literal["pending", "approved", "denied", "canceled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What is asked, and what was answered. It is bound to its run, its call, its tool and these arguments."""

    id: str
    """The id of the call, `call_…`, which is asked about once at a time."""
    run_id: str
    """The run whose call it is, which may be a subagent's."""
    root_run_id: str
    """The run that goes on when the last of its approvals is decided."""
    session_id: str
    agent: str
    tool: str
    args: Mapping[str, Any]
    args_hash: str
    """SHA-256 of tool and arguments, hexadecimal."""
    status: ApprovalStatus
    requested_at: datetime
    reason: str | None = None
    """Why it is asked."""
    decided_at: datetime | None = None
    decided_by: str | None = None
    """`key_…` or `usr_…`"""
    decision_reason: str | None = None
    edited_args: Mapping[str, Any] | None = None
    """Instead of `args`, where whoever approved changed them."""
