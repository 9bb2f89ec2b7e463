"""The state of a claimed run: fresh, or read back from its journal with those of its subagents."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from agent_sdk.contracts.errors import RunFailed
from agent_sdk.contracts.ids import first_message_id
from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.run import Run, RunLimits
from agent_sdk.contracts.scope import ORG_DEFAULT
from agent_sdk.ports.llm import Model, ModelChunk, ModelProfile, ModelRequest
from agent_sdk.ports.store import Lease
from agent_sdk.runtime.begin import user_parts
from agent_sdk.runtime.cancellation import CancelToken
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.runtime.journal import Journal
from agent_sdk.runtime.memory_log import MemoryLog
from agent_sdk.runtime.recover import ReadJournal, Recovery
from agent_sdk.runtime.request import deps_of, input_of, journal_of, limits_of
from agent_sdk.runtime.services import Services
from agent_sdk.runtime.state import RunLog, RunState, model_for
from agent_sdk.runtime.subagent import AgentTool


def blank(services: Services, agent: AgentDefinition[Any, Any], run: Run) -> RunState:
    """A state to read a journal into, only to know what was said."""
    log = MemoryLog(followed=False)
    journal = Journal(
        log, services.clock, run_id=run.id, session_id=run.session_id, org_id=ORG_DEFAULT, agent=agent.name
    )
    return RunState(
        services=services,
        agent=agent,
        model=_NoModel(run.model),
        model_choice=_NoModel(run.model),
        deps=None,
        limits=agent.limits,
        token=CancelToken(),
        follows=None,
        log=log,
        journal=journal,
        loop=asyncio.get_running_loop(),
        session_named=True,
        history=(),
        messages=[],
    )


async def begun(services: Services, lease: Lease, agent: AgentDefinition[Any, Any], log: RunLog) -> RunState:
    """The state of a run that nobody has executed yet."""
    run = lease.claim.run
    model = model_for(services, agent, lease.claim.model_choice)
    state = _state(services, lease, agent, log, model)
    # Claims before this one were for a cancellation, and lost: the run has not started.
    state.journal.attempt = 1
    parts = user_parts(input_of(run.input))
    state.messages.append(Message(id=first_message_id(run.id), role="user", parts=parts))
    state.history = tuple(await lease.history())
    return state


async def resumed(
    services: Services, lease: Lease, agent: AgentDefinition[Any, Any], log: RunLog
) -> tuple[RunState, Recovery]:
    """The state of a run that another attempt was at, its subagents' included."""
    model = model_for(services, agent, lease.claim.model_choice)
    state = _state(services, lease, agent, log, model)
    state.history = tuple(await lease.history())
    return state, await _read(state, lease.journal)


async def stand_in(services: Services, lease: Lease, log: RunLog) -> tuple[RunState, Recovery]:
    """The state of a run whose agent or model is not to be had: enough to end it."""
    run = lease.claim.run
    agent: AgentDefinition[Any, Any] = AgentDefinition(run.agent)
    state = _state(services, lease, agent, log, _NoModel(run.model), deps=False)
    return state, await _read(state, lease.journal)


def _state(
    services: Services,
    lease: Lease,
    agent: AgentDefinition[Any, Any],
    log: RunLog,
    model: Model,
    *,
    deps: bool = True,
) -> RunState:
    claim = lease.claim
    journal = journal_of(services, claim, log)
    journal.agent = agent.name
    return RunState(
        services=services,
        agent=agent,
        model=model,
        model_choice=claim.model_choice,
        deps=deps_of(agent, claim.deps) if deps else None,
        limits=limits_of(agent, claim.limits),
        token=CancelToken(),
        follows=None,
        log=log,
        journal=journal,
        loop=asyncio.get_running_loop(),
        session_named=True,
        history=(),
        messages=[],
        unchecked_from=0 if agent.input_guardrails else None,
    )


async def _read(state: RunState, read: ReadJournal) -> Recovery:
    """Read the state's journal, then those of the subagents that it left open."""
    recovery = Recovery(state=state)
    for event in await read(state.journal.run_id):
        recovery.feed(event)
    for call in state.step.calls if state.step else ():
        child_id = recovery.open_children.get(call.part.tool_call_id)
        if child_id is not None:
            agent = call.tool.agent if isinstance(call.tool, AgentTool) else None
            state.children[call.part.tool_call_id] = await _child(state, agent, child_id, read)
    return recovery


async def _child(
    parent: RunState, agent: AgentDefinition[Any, Any] | None, run_id: str, read: ReadJournal
) -> RunState:
    """The state of a subagent; without its agent it is good enough to be ended."""
    events = await read(run_id)
    model: Model = _NoModel("")
    if agent is None:
        agent = AgentDefinition(events[0].agent)
    else:
        model = model_for(parent.services, agent, parent.model_choice)
    session_id = events[0].session_id
    limits: dict[str, Any] = events[0].data.get("limits", {})
    journal = Journal(
        parent.log,
        parent.services.clock,
        run_id=run_id,
        session_id=session_id,
        org_id=parent.journal.org_id,
        agent=agent.name,
        parent=parent.journal,
    )
    child = RunState(
        services=parent.services,
        agent=agent,
        model=model,
        model_choice=parent.model_choice,
        deps=parent.deps,
        limits=limits_of(agent, RunLimits(**limits)),
        token=CancelToken(),
        follows=None,
        log=parent.log,
        journal=journal,
        loop=parent.loop,
        session_named=False,
        history=(),
        messages=[],
        parent=parent,
        unchecked_from=0 if agent.input_guardrails else None,
    )
    recovery = await _read(child, read)
    if recovery.status == "running":

        def settle() -> None:
            journal.record("run.resumed", {"reason": "owner_lost"})
            recovery.settle()

        child.settle = settle
    return child


class _NoModel:
    """Stands where a model is not to be had; asking it is a bug."""

    profile = ModelProfile()

    def __init__(self, model_id: str) -> None:
        self.id = model_id

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        del request
        for chunk in _nothing():
            yield chunk
        msg = f"{self.id} is not to be had"
        raise RunFailed(msg)


def _nothing() -> Sequence[ModelChunk]:
    return ()
