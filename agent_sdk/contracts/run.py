"""A run: its states, the legal moves between them, and the record that describes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal

from agent_sdk.contracts.usage import Usage

RunStatus = Literal["queued", "running", "paused", "retrying", "completed", "failed", "canceled"]
StopReason = Literal[
    "end_turn",
    "max_steps",
    "max_tokens",
    "max_cost",
    "timeout",
    "approval_required",
    "input_required",
    "canceled",
    "quota_exceeded",
    "policy_denied",
    "guardrail",
    "model_error",
    "tool_error",
    "dead_letter",
]
OnBusy = Literal["reject", "enqueue", "interrupt"]
CancelMode = Literal["now", "after_step"]

TERMINAL: Final[frozenset[RunStatus]] = frozenset({"completed", "failed", "canceled"})
TRANSITIONS: Final[Mapping[RunStatus, frozenset[RunStatus]]] = {
    "queued": frozenset({"running", "failed", "canceled"}),
    "running": frozenset({"running", "paused", "retrying", "completed", "failed", "canceled"}),
    "paused": frozenset({"queued", "failed", "canceled"}),
    "retrying": frozenset({"running", "failed", "canceled"}),
    "completed": frozenset(),
    "failed": frozenset(),
    "canceled": frozenset(),
}
"""From each state, the states that may follow. `running → running` is a claim after the owner was lost."""


def may_follow(current: RunStatus, following: RunStatus) -> bool:
    """Say whether a run in `current` may become `following`."""
    return following in TRANSITIONS[current]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """Ceilings of one run, as a request names them; None means no ceiling of its own."""

    max_steps: int | None = None
    max_tokens: int | None = None
    """Input and output tokens together, over all requests of the run and its children."""
    max_cost_usd: Decimal | None = None
    timeout_s: float | None = None
    """Seconds of wall-clock time from the start of the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunError:
    """Why a run failed, as data."""

    code: str
    message: str
    hint: str | None = None
    retryable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of an agent: the unit of status, cost and cancellation."""

    id: str
    session_id: str
    agent: str
    model: str
    status: RunStatus
    created_at: datetime
    stop_reason: StopReason | None = None
    input: Any = None
    output: Any = None
    error: RunError | None = None
    usage: Usage = field(default_factory=Usage)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempt: int = 1
    last_seq: int = 0
    parent_run_id: str | None = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
