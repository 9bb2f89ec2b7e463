"""How a run ends or pauses, and the event that says so."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from agent_sdk.contracts.errors import AgentSDKError, LimitExceeded, ModelError, RunFailed
from agent_sdk.contracts.events import EventType
from agent_sdk.contracts.run import RunStatus, StopReason

if TYPE_CHECKING:
    from agent_sdk.runtime.state import RunState


RETRY_AFTER_MAX_S: Final = 300.0
"""A provider that asks for a longer wait has failed the run."""
_SUBAGENT_ENDS: Final[dict[str, EventType]] = {
    "completed": "subagent.completed",
    "failed": "subagent.failed",
    "canceled": "subagent.canceled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The state that a run is left in."""

    status: RunStatus
    stop_reason: StopReason
    output: Any = None
    plain: Any = None
    """The output as the journal carries it."""
    error: AgentSDKError | None = None
    divergence: str | None = None
    """Why it pauses, where its agent has changed too much."""
    agent_version: str | None = None
    delay_s: float = 0.0
    """Until the next attempt, where the status is `retrying`."""


def canceled(state: "RunState") -> Outcome:
    """The outcome of a cancellation: what was said is kept."""
    last = state.messages[-1]
    said = last.text if last.role == "assistant" else ""
    return Outcome(status="canceled", stop_reason="canceled", output=said or None, plain=said or None)


def interrupted(state: "RunState") -> Outcome:
    """The outcome of an interruption: of a cancellation, or of the run's time being over."""
    if state.interruption == "canceled":
        return canceled(state)
    error = LimitExceeded(
        f"the run did not end within timeout_s = {state.limits.timeout_s:g}",
        hint="Raise timeout_s, or look at which step took long.",
        stop_reason="timeout",
    )
    return Outcome(status="failed", stop_reason="timeout", error=error)


def failed(error: AgentSDKError) -> Outcome:
    """The outcome of an error."""
    reason = error.stop_reason if isinstance(error, RunFailed) else "model_error"
    return Outcome(status="failed", stop_reason=reason, error=error)


def retrying(state: "RunState", error: AgentSDKError) -> Outcome | None:
    """The outcome of an error that another attempt may get over, or None where none is left or none would help."""
    left = state.retry_delays_s[state.retried :]
    if not left or not isinstance(error, ModelError) or not error.retryable or state.token.canceled:
        return None
    delay_s = max(left[0], error.retry_after or 0.0)
    if delay_s > RETRY_AFTER_MAX_S:
        return None
    return Outcome(status="retrying", stop_reason="model_error", error=error, delay_s=delay_s)


def wrapped(error: BaseException, *, stop_reason: StopReason = "tool_error") -> RunFailed:
    """An exception out of somebody's model, guardrail, instructions, filter or schema."""
    if isinstance(error, AgentSDKError):
        failure = RunFailed(str(error), hint=error.hint, stop_reason=stop_reason)
    else:
        failure = RunFailed(f"{type(error).__name__}: {error}", stop_reason=stop_reason)
    failure.__cause__ = error
    return failure


def journal_outcome(state: "RunState", outcome: Outcome) -> None:
    """Write the run's terminal event, or that it pauses."""
    data: dict[str, Any] = {"stop_reason": outcome.stop_reason, "usage": state.usage}
    if outcome.status == "completed":
        state.journal.record("run.completed", {**data, "output": outcome.plain})
    elif outcome.status == "failed" and outcome.error is not None:
        state.journal.record("run.failed", {**data, "error": outcome.error.as_data()})
    elif outcome.status == "retrying" and outcome.error is not None:
        delay_ms = round(outcome.delay_s * 1000)
        state.journal.record("run.retrying", {"error": outcome.error.as_data(), "delay_ms": delay_ms})
    elif outcome.status == "canceled":
        token = state.token
        more = {"mode": token.mode or "now", "reason": token.reason, "output": outcome.plain}
        state.journal.record("run.canceled", {**data, **more})
    else:
        pending = [
            {"tool_call_id": call.part.tool_call_id, "name": call.part.name, "args": call.args}
            for call in (state.step.waiting if state.step else ())
        ]
        data["pending"] = pending
        if outcome.divergence is not None:
            data |= {"divergence": outcome.divergence, "agent_version": outcome.agent_version}
        state.journal.record("run.paused", data)


def record_child_end(
    parent: "RunState",
    child: "RunState",
    verb: Literal["completed", "failed", "canceled"],
    reason: str | None,
) -> None:
    """Write, into the parent's journal, how a subagent ended. The child's own journal ends first."""
    data = {
        "child_run_id": child.journal.run_id,
        "agent": child.journal.agent,
        "last_seq": child.journal.seq,
        "usage": child.usage,
        "reason": reason,
    }
    parent.journal.record(_SUBAGENT_ENDS[verb], data)
