"""What a run leaves behind."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, cast

from typing_extensions import TypeVar

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.messages import FinishReason, Message
from agent_sdk.contracts.run import RunStatus, StopReason
from agent_sdk.contracts.usage import Usage

if TYPE_CHECKING:
    from agent_sdk.runtime.stream import RunStream

OutputT = TypeVar("OutputT", default=str)


Verdict = Literal["approve", "deny"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDecision:
    """What a human says to a waiting call."""

    tool_call_id: str
    decision: Verdict
    args: Mapping[str, Any] | None = None
    """Instead of the model's arguments."""
    reason: str | None = None
    by: str | None = None
    """Who decided, where that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """A call that waits for a human."""

    tool_call_id: str
    name: str
    args: Mapping[str, Any]
    args_hash: str
    """SHA-256 of name and arguments: what the decision is bound to."""
    reason: str | None = None

    def approve(self, *, args: Mapping[str, Any] | None = None) -> ApprovalDecision:
        """Let it run, with other arguments where `args` is given."""
        return ApprovalDecision(tool_call_id=self.tool_call_id, decision="approve", args=args)

    def deny(self, reason: str | None = None) -> ApprovalDecision:
        """Refuse it; the model is told why."""
        return ApprovalDecision(tool_call_id=self.tool_call_id, decision="deny", reason=reason)


Resume = Callable[[Sequence[ApprovalDecision]], Awaitable["RunResult[Any]"]]
ResumeStream = Callable[[Sequence[ApprovalDecision]], "RunStream[Any]"]


_ResultT = TypeVar("_ResultT")


def _events_on_demand(cls: type[_ResultT]) -> type[_ResultT]:
    """Let `events` be any sequence when an object is made, of which the first look makes the tuple.

    Nobody looks at the events of most runs, and to make them takes as long as all else that the journal does.
    """
    slot: Any = cls.__dict__["events"]

    def read(result: _ResultT) -> tuple[Event, ...]:
        events: Sequence[Event] = slot.__get__(result)
        if isinstance(events, tuple):
            return events
        made = tuple(events)
        slot.__set__(result, made)
        return made

    type.__setattr__(cls, "events", property(read, slot.__set__, doc="As `RunResult` says."))
    return cls


@_events_on_demand
@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult(Generic[OutputT]):
    """A run that completed, paused or was canceled; a failed one stands in `error.result` of what was raised."""

    run_id: str
    session_id: str
    status: RunStatus
    stop_reason: StopReason
    output: OutputT
    """Of the agent's output type when the run completed; else the text so far, or None."""
    usage: Usage
    messages: tuple[Message, ...]
    """The session's history and what this run added."""
    new_messages: tuple[Message, ...]
    """What this run added, the user's message first."""
    events: tuple[Event, ...]
    """The journal without the deltas of messages, which their `message.completed` holds whole."""
    finish_reason: FinishReason | None = None
    """Of the last answer; `length` says that the model had to stop early."""
    interruptions: tuple[Interruption, ...] = ()
    """Calls that wait for a human, when the run paused for approval."""
    last_agent: str = ""
    """Name of the agent that had the last word; handoffs change it."""
    _resume: Resume | None = field(default=None, repr=False)
    _resume_stream: ResumeStream | None = field(default=None, repr=False)

    async def resume(self, decisions: Sequence[ApprovalDecision]) -> "RunResult[OutputT]":
        """Go on after a pause: `await result.resume([i.approve() for i in result.interruptions])`.

        Calls without a decision go on waiting, and the run pauses again.

        Raises:
            InvalidInput: The run did not pause, or a decision names no waiting call.
        """
        return await _require(self._resume)(decisions)

    def resume_stream(self, decisions: Sequence[ApprovalDecision]) -> "RunStream[OutputT]":
        """`resume`, seen as events.

        Raises:
            InvalidInput: The run did not pause, or a decision names no waiting call.
        """
        return cast("RunStream[OutputT]", _require(self._resume_stream)(decisions))


def _require(resume: Any) -> Any:
    if resume is None:
        msg = "only a paused run can be resumed"
        raise InvalidInput(
            msg, hint="Look at `result.interruptions` first: it is empty unless the run paused."
        )
    return resume
