"""What a run is created from, and what comes of it: a part of the port in `agent_sdk.ports.store`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent_sdk.contracts.events import Event
from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.run import OnBusy, Run, RunLimits
from agent_sdk.ports.records import IdempotencyKey


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run to create: its row, its first events and its idempotency key go into one transaction."""

    id: str
    session_id: str
    session_named: bool
    """Whether the caller gave the session's id."""
    agent: str
    agent_version: str
    model: str
    """Id of the resolved model."""
    model_choice: str | None
    """What the caller chose, if anything."""
    input: Any
    """As it was sent: text, or a list of parts."""
    events: Sequence[Event]
    """The first is `run.queued`. A fork brings the prefix that it copied, which ends at the border of a step: where it
    is longer than one event, the row is that of a run whose owner was lost, at `attempt` of the last event, to be
    claimed with the reason `forked`."""
    limits: RunLimits
    """Only what the caller named."""
    deps: Any = None
    """Plain JSON."""
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    tags: tuple[str, ...] = ()
    on_busy: OnBusy = "enqueue"
    forked_from: str | None = None
    history: Sequence[Message] = ()
    """What a session made for this run knows from the start, as a fork's does."""
    idempotency: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the caller chose for a run, beyond what a `Run` shows: a fork begins with it."""

    model_choice: str | None
    deps: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """What came of `create`."""

    run: Run
    replayed: bool = False
    """Whether the idempotency key had made this run before; nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """How much may wait."""

    queued_max_count: int
    """Runs that wait in the whole store."""
    queued_per_org_max_count: int
