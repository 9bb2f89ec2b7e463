"""The `data` of each event type, as typed dictionaries.

They are what a writer builds and what the JSON Schema is generated from. In an `Event` everything is plain JSON
(`agent_sdk.contracts.codec.to_plain`), so that an event from memory equals the same event from a store.
Times are milliseconds, money is US dollars.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NotRequired, TypedDict

from agent_sdk.contracts.messages import CitationPart, DocumentPart, FinishReason, ImagePart, Message, Part
from agent_sdk.contracts.run import CancelMode, RunError, RunLimits, StopReason
from agent_sdk.contracts.usage import Usage


class RunQueued(TypedDict):
    """The run was accepted (again, after a pause)."""

    model: str
    input: NotRequired[Sequence[Part]]
    limits: NotRequired[RunLimits]
    metadata: NotRequired[Mapping[str, Any]]
    tags: NotRequired[Sequence[str]]


class RunStarted(TypedDict):
    """The first attempt began."""

    model: str


class RunResumed(TypedDict):
    """A later claim: after a pause, a retry, or the loss of the owner."""

    reason: Literal["resumed", "retry", "owner_lost", "drained", "forked"]


class PendingCall(TypedDict):
    """A call that waits for a human."""

    tool_call_id: str
    name: str
    args: Mapping[str, Any]


class RunPaused(TypedDict):
    """The run waits for somebody."""

    stop_reason: StopReason
    usage: Usage
    pending: NotRequired[Sequence[PendingCall]]
    divergence: NotRequired[str]
    """Why nobody but a human may let it go on: the agent has changed, and no longer repeats the journal."""
    agent_version: NotRequired[str]
    """Of the agent that diverges; letting the run go on accepts exactly this one."""


class RunRetrying(TypedDict):
    """The attempt failed and another follows."""

    error: RunError
    delay_ms: int


class RunCompleted(TypedDict):
    """The run ended well."""

    stop_reason: StopReason
    output: Any
    usage: Usage


class RunFailed(TypedDict):
    """The run ended in an error or at a limit."""

    stop_reason: StopReason
    error: RunError
    usage: Usage


class RunCanceled(TypedDict):
    """The run was canceled; what it had said is kept."""

    stop_reason: StopReason
    mode: CancelMode
    usage: Usage
    reason: NotRequired[str | None]
    output: NotRequired[Any]


class StepStarted(TypedDict):
    """One model call and its tool calls begin."""

    model: str


class StepCompleted(TypedDict):
    """The model answered and every tool call it asked for has ended."""

    model: str
    usage: Usage
    finish_reason: FinishReason
    latency_ms: int
    first_token_ms: NotRequired[int | None]


class StepEnded(TypedDict):
    """The step was cut."""

    reason: str
    usage: NotRequired[Usage]
    error: NotRequired[RunError]


class MessageStarted(TypedDict):
    """The first sign of the model's answer."""

    message_id: str
    model: str


class MessageDelta(TypedDict):
    """Text, or the arguments of a tool call, as they stream in."""

    message_id: str
    delta: str
    part: Literal["text", "tool_call"]
    index: NotRequired[int]
    """Of the tool call in the message, from 0."""
    name: NotRequired[str]


class ReasoningDelta(TypedDict):
    """Reasoning as it streams in."""

    message_id: str
    delta: str


class MessageCompleted(TypedDict):
    """The whole answer."""

    message_id: str
    message: Message
    usage: NotRequired[Usage]
    """Of the request, so that it is counted also when the step's end is never written."""
    finish_reason: NotRequired[FinishReason]
    model: NotRequired[str]
    """The model that answered, as the provider calls it."""
    citations: NotRequired[Sequence[CitationPart]]


class MessageFailed(TypedDict):
    """The answer was cut; a client drops what it rendered of it, or shows it as cut."""

    message_id: str
    reason: Literal["interrupted", "retry", "error", "canceled", "timeout"]
    message: NotRequired[Message]
    """What had arrived."""
    usage: NotRequired[Usage]
    """What the cut request is counted as."""
    error: NotRequired[RunError]


class ToolStarted(TypedDict):
    """The model's call was accepted. Written once per call, never again after a crash."""

    tool_call_id: str
    name: str
    version: str
    args: Mapping[str, Any]
    message_id: str


class ToolExecuting(TypedDict):
    """An execution begins; one per attempt at it."""

    tool_call_id: str
    idempotency_key: str


class ToolDelta(TypedDict):
    """Output of a tool that is still running."""

    tool_call_id: str
    delta: str


class ToolCompleted(TypedDict):
    """The tool's result."""

    tool_call_id: str
    name: str
    version: str
    result: Any
    duration_ms: int
    content: NotRequired[str]
    """What the model reads, where that is not `result` itself or its JSON text."""
    attachments: NotRequired[Sequence[ImagePart | DocumentPart]]


class ToolFailed(TypedDict):
    """The call ended without a result; `error.message` is what the model reads."""

    tool_call_id: str
    name: str
    version: str
    error: RunError
    duration_ms: int
    sent_back: NotRequired[bool]
    """Whether the model is asked to correct the call, which it may a bounded number of times."""


class ToolDenied(TypedDict):
    """A human or a policy refused the call."""

    tool_call_id: str
    name: str
    reason: str


class ToolCanceled(TypedDict):
    """The call was canceled with its run; it may have had effects."""

    tool_call_id: str
    name: str
    duration_ms: int


class ApprovalRequested(TypedDict):
    """The call waits for a decision, which is bound to these arguments by their hash."""

    tool_call_id: str
    name: str
    args: Mapping[str, Any]
    args_hash: str
    """SHA-256 of name and arguments, hexadecimal."""
    reason: NotRequired[str | None]
    child_run_id: NotRequired[str]
    """Where it is a subagent that waits: its own journal asks, and nobody has to decide here."""


class ApprovalResolved(TypedDict):
    """The decision on a waiting call."""

    tool_call_id: str
    decision: Literal["approve", "deny"]
    args: NotRequired[Mapping[str, Any]]
    """Arguments edited by whoever approved."""
    reason: NotRequired[str | None]
    by: NotRequired[str | None]


# Functional syntax, because `from` is a keyword.
Handoff = TypedDict(
    "Handoff", {"tool_call_id": str, "from": str, "to": str, "reason": NotRequired[str | None]}
)
Handoff.__doc__ = (
    "Another agent takes over the same run; its events carry the new agent from the next step on."
)
RouteFallback = TypedDict("RouteFallback", {"from": str, "to": str, "reason": str})
RouteFallback.__doc__ = "Another model is asked in place of the one that failed."


class SubagentStarted(TypedDict):
    """A child run begins; its events are in its own journal."""

    child_run_id: str
    agent: str
    tool_call_id: NotRequired[str]


class SubagentEnded(TypedDict):
    """The child run ended."""

    child_run_id: str
    agent: str
    last_seq: int
    usage: Usage
    reason: NotRequired[str | None]


class InputReceived(TypedDict):
    """The user said something more while the run was at work; the next step answers it."""

    message: Message


class TranscriptAdded(TypedDict):
    """The runtime added a message of its own to the transcript: journaled, because nothing else tells of it."""

    message: Message
    reason: Literal["handoff", "output_accepted", "output_invalid"]


class MemoryCompacted(TypedDict):
    """History was shortened for the next request; the originals are kept."""

    reason: str
    messages_before: int
    messages_after: int


DATA_OF: Final[Mapping[str, type]] = {
    "run.queued": RunQueued,
    "run.started": RunStarted,
    "run.resumed": RunResumed,
    "run.paused": RunPaused,
    "run.retrying": RunRetrying,
    "run.completed": RunCompleted,
    "run.failed": RunFailed,
    "run.canceled": RunCanceled,
    "step.started": StepStarted,
    "step.completed": StepCompleted,
    "step.failed": StepEnded,
    "step.canceled": StepEnded,
    "handoff.started": Handoff,
    "handoff.completed": Handoff,
    "handoff.failed": Handoff,
    "subagent.started": SubagentStarted,
    "subagent.completed": SubagentEnded,
    "subagent.failed": SubagentEnded,
    "subagent.canceled": SubagentEnded,
    "memory.compacted": MemoryCompacted,
    "route.fallback": RouteFallback,
    "input.received": InputReceived,
    "transcript.added": TranscriptAdded,
    "message.started": MessageStarted,
    "message.delta": MessageDelta,
    "message.completed": MessageCompleted,
    "message.failed": MessageFailed,
    "reasoning.delta": ReasoningDelta,
    "tool.started": ToolStarted,
    "tool.executing": ToolExecuting,
    "tool.delta": ToolDelta,
    "tool.completed": ToolCompleted,
    "tool.failed": ToolFailed,
    "tool.denied": ToolDenied,
    "tool.canceled": ToolCanceled,
    "tool.approval_requested": ApprovalRequested,
    "tool.approval_resolved": ApprovalResolved,
}
"""The shape of `data` for each event type."""
