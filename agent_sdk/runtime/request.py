"""What somebody asks a platform to run, and the run that is made of it."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import NoneType
from typing import Any, cast

from agent_sdk.contracts.codec import part_from_plain
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.ids import is_session_id
from agent_sdk.contracts.messages import Input
from agent_sdk.contracts.run import OnBusy, RunLimits
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.journal import Entry, EventSink
from agent_sdk.ports.records import IdempotencyKey
from agent_sdk.ports.store import Claim, NewRun
from agent_sdk.runtime.begin import user_parts
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.runtime.journal import Journal
from agent_sdk.runtime.limits import UsageLimits
from agent_sdk.runtime.services import Services
from agent_sdk.runtime.state import model_for


class Collector:
    """Takes a run's first events, before there is anything to write them to."""

    awaited = False

    def __init__(self, events: list[Event]) -> None:
        """Append to `events`."""
        self._events = events

    def append(self, entry: Entry) -> None:
        """Take the next event."""
        self._events.append(entry if isinstance(entry, Event) else entry.seal())

    async def committed(self) -> None:
        """Nothing is: whoever takes the events commits them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """A run as it is asked for from outside."""

    agent: str
    input: Any
    """Text, or a list of parts in their plain form."""
    session_id: str | None = None
    model: str | None = None
    deps: Any = None
    """Plain JSON, read as the agent's `deps_type`."""
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    tags: tuple[str, ...] = ()
    limits: RunLimits = field(default_factory=RunLimits)
    on_busy: OnBusy = "enqueue"
    idempotency: IdempotencyKey | None = None


def new_run(
    services: Services, scope: Scope, agent: AgentDefinition[Any, Any], request: RunRequest
) -> NewRun:
    """Make the run that is asked for; nothing is written yet.

    Raises:
        InvalidInput: Input, session id, limits or deps cannot be used.
        ConfigError: There is no such model, or its key is missing.
        DefinitionError: The agent cannot work.
    """
    agent.check()
    parts = user_parts(input_of(request.input))
    if request.session_id is not None and not is_session_id(request.session_id):
        msg = f"{request.session_id!r} cannot be a session id"
        raise InvalidInput(msg, hint="Use letters, digits and _ . : @ -, at most 128 of them.")
    model = model_for(services, agent, request.model)
    limits = limits_of(agent, request.limits)
    if limits.max_cost_usd is not None and not model.profile.priced:
        msg = f"the price of {model.id} is not known, so max_cost_usd cannot be kept"
        raise InvalidInput(msg, hint="Use max_tokens, or a model whose price is known.")
    deps_of(agent, request.deps)
    run_id, session_id = services.ids.new("run"), request.session_id or services.ids.new("ses")
    events: list[Event] = []
    journal = Journal(
        Collector(events),
        services.clock,
        run_id=run_id,
        session_id=session_id,
        org_id=scope.org_id,
        agent=agent.name,
    )
    data: dict[str, Any] = {"model": model.id, "input": parts, "limits": limits.as_data()}
    if request.metadata:
        data["metadata"] = request.metadata
    if request.tags:
        data["tags"] = request.tags
    journal.record("run.queued", data)
    return NewRun(
        id=run_id,
        session_id=session_id,
        session_named=request.session_id is not None,
        agent=request.agent,
        agent_version=agent.version,
        model=model.id,
        model_choice=request.model,
        input=request.input,
        events=events,
        limits=request.limits,
        deps=request.deps,
        metadata=request.metadata,
        tags=request.tags,
        on_busy=request.on_busy,
        idempotency=request.idempotency,
    )


def opening(services: Services) -> Callable[[Claim], Sequence[Event]]:
    """What a claim writes first: that the run starts, or that another attempt goes on with it."""

    def open_claim(claim: Claim) -> Sequence[Event]:
        if ends_idle(claim):
            return ()
        events: list[Event] = []
        journal = journal_of(services, claim, Collector(events))
        if claim.resume is None:
            journal.record("run.started", {"model": claim.run.model})
            return events
        if claim.resume == "resumed":
            journal.attempt -= 1
            journal.record("run.queued", {"model": claim.run.model})
            journal.attempt += 1
        journal.record("run.resumed", {"reason": claim.resume})
        return events

    return open_claim


def ends_idle(claim: Claim) -> bool:
    """Whether it is claimed only to be canceled: from where it waits, in the journal of the attempt before."""
    return claim.canceled and claim.resume in {None, "resumed", "retry"}


def journal_of(services: Services, claim: Claim, sink: EventSink) -> Journal:
    """The journal of a claimed run, at its head."""
    run = claim.run
    journal = Journal(
        sink,
        services.clock,
        run_id=run.id,
        session_id=run.session_id,
        org_id=claim.scope.org_id,
        agent=run.agent,
    )
    journal.attempt, journal.seq, journal.step = run.attempt, run.last_seq, claim.step
    # A clock that is behind the last owner's changes nothing: ids stay in the order of the run.
    journal.latest = claim.last_time
    return journal


def input_of(given: Any) -> Input:
    """Input as it came over the wire: text, or parts in their plain form.

    Raises:
        InvalidInput: It is neither.
    """
    if isinstance(given, str):
        return given
    if not isinstance(given, list | tuple):
        msg = f"the input is of type {type(given).__name__}"
        raise InvalidInput(msg, hint='Send text, or a list of parts such as {"type": "text", "text": "…"}.')
    items = cast("Sequence[Any]", given)
    if not all(isinstance(item, dict) for item in items):
        raise InvalidInput("a part of the input is no object", hint='Send {"type": "text", "text": "…"}.')
    return [part_from_plain(item) for item in items]


def limits_of(agent: AgentDefinition[Any, Any], given: RunLimits) -> UsageLimits:
    """The agent's ceilings, with those in their place that the caller names.

    Raises:
        InvalidInput: One cannot be a ceiling.
    """
    named = {item.name: getattr(given, item.name) for item in dataclasses.fields(given)}
    return replace(agent.limits, **{name: value for name, value in named.items() if value is not None})


def plain_deps(agent: AgentDefinition[Any, Any], deps: Any) -> Any:
    """`deps` as the store keeps them.

    Raises:
        InvalidInput: They have no JSON form, and the agent has no factory to make them again.
    """
    if deps is None:
        return None
    from pydantic import PydanticSchemaGenerationError, TypeAdapter
    from pydantic_core import PydanticSerializationError

    try:
        return TypeAdapter(agent.deps_type).dump_python(deps, mode="json")
    except (PydanticSchemaGenerationError, PydanticSerializationError) as error:
        if agent.deps_factory is not None:
            return None
        msg = f"the deps of {agent.name!r} have no JSON form, so nobody could go on with the run: {error}"
        raise InvalidInput(
            msg, hint="Give the agent a deps_factory, or deps that pydantic can write."
        ) from error


def deps_of(agent: AgentDefinition[Any, Any], plain: Any) -> Any:
    """What tools find as `ctx.deps`: made by the agent's factory, or read from plain JSON.

    Raises:
        InvalidInput: `plain` does not fit the agent's `deps_type`.
    """
    if plain is None:
        return agent.deps_factory() if agent.deps_factory is not None else None
    if agent.deps_type is NoneType:
        msg = f"the agent {agent.name!r} takes no deps"
        raise InvalidInput(msg, hint="Leave `deps` out, or declare a deps_type.")
    from pydantic import PydanticSchemaGenerationError, TypeAdapter, ValidationError

    try:
        return cast("Any", TypeAdapter(agent.deps_type).validate_python(plain))
    except (ValidationError, PydanticSchemaGenerationError) as error:
        msg = f"the deps do not fit {agent.deps_type.__name__}: {error}"
        raise InvalidInput(msg, hint="GET /v1/agents shows what the agent takes.") from error
