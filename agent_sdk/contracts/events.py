"""The event envelope: an immutable, sequenced fact about a run.

Additive only: new types and new optional fields may appear at any time; readers skip what they do not know.
`schemas/events.v1.json` is generated from this module and `agent_sdk.contracts.event_data`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

Stream = Literal["assistant", "tool", "lifecycle"]

LifecycleType = Literal[
    "run.queued",
    "run.started",
    "run.resumed",
    "run.paused",
    "run.retrying",
    "run.completed",
    "run.failed",
    "run.canceled",
    "step.started",
    "step.completed",
    "step.failed",
    "step.canceled",
    "handoff.started",
    "handoff.completed",
    "handoff.failed",
    "subagent.started",
    "subagent.completed",
    "subagent.failed",
    "subagent.canceled",
    "memory.compacted",
    "route.fallback",
    "input.received",
    "transcript.added",
]
AssistantType = Literal[
    "message.started", "message.delta", "message.completed", "message.failed", "reasoning.delta"
]
ToolType = Literal[
    "tool.started",
    "tool.executing",
    "tool.delta",
    "tool.completed",
    "tool.failed",
    "tool.denied",
    "tool.canceled",
    "tool.approval_requested",
    "tool.approval_resolved",
]
EventType = LifecycleType | AssistantType | ToolType

STREAM_OF: Final[Mapping[str, Stream]] = {
    **dict.fromkeys(get_args(LifecycleType), "lifecycle"),
    **dict.fromkeys(get_args(AssistantType), "assistant"),
    **dict.fromkeys(get_args(ToolType), "tool"),
}
"""The stream of each event type."""
EVENT_VERSION: Final = 1
TERMINAL_TYPES: Final = frozenset({"run.completed", "run.failed", "run.canceled"})
DELTA_TYPES: Final = frozenset({"message.delta", "reasoning.delta"})
"""Types that retention may compact away: the whole is in `message.completed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact about a run. `data` has the shape that `agent_sdk.contracts.event_data` gives its `type`."""

    id: str
    """`evt_…`"""
    seq: int
    """1 for the first event of a run, then one more for each; never reused."""
    run_id: str
    """`run_…`"""
    root_run_id: str
    """The run that a user began; the run itself, unless it is a subagent's."""
    parent_run_id: str | None
    """The run whose subagent this is."""
    depth: int
    """0 for a root run, one more for each generation of subagents."""
    session_id: str
    """`ses_…`, or the caller's own name for it."""
    org_id: str
    """`org_…`; `org_00000000000000000000000001` where there is only one organisation."""
    agent: str
    """Name of the agent at work; a handoff changes it."""
    attempt: int
    """Of the worker that wrote it, from 1."""
    step: int
    """0 before the first step."""
    time: datetime
    """When it was written, UTC."""
    stream: Stream
    type: EventType | str
    """A type that this version does not know comes from a later one; readers skip it."""
    version: int
    """Of the envelope."""
    data: Mapping[str, Any]
