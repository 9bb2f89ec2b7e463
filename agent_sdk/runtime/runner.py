"""The runner: runs agents with its services, and remembers the sessions of the runs it began."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from agent_sdk.contracts.messages import Input, Message
from agent_sdk.ports.llm import Model
from agent_sdk.runtime import loop
from agent_sdk.runtime.begin import RunSpec, new_state, queue, requeue, result_of, start
from agent_sdk.runtime.cancellation import CancelToken
from agent_sdk.runtime.decisions import apply_decisions, check_decisions
from agent_sdk.runtime.definition import AgentDefinition, DepsT, OutputT
from agent_sdk.runtime.limits import UsageLimits
from agent_sdk.runtime.memory_log import MemoryLog
from agent_sdk.runtime.result import ApprovalDecision, RunResult
from agent_sdk.runtime.services import Services, default_services
from agent_sdk.runtime.sessions import MemorySessions
from agent_sdk.runtime.state import RunState
from agent_sdk.runtime.stream import RunStream
from agent_sdk.runtime.sync import run_blocking

NO_DEPS: Final[Any] = None
"""Stands for "no deps given", where the type of `deps` is the caller's."""


class Runner:
    """Runs agents. `Agent.run` and its siblings use one runner per process, `default_runner()`."""

    def __init__(self, services: Services | None = None) -> None:
        """Use these services, or those that the installed platform composes from the environment."""
        self._services = services
        self._sessions = MemorySessions()

    @property
    def services(self) -> Services:
        """Models, time, ids and chance."""
        if self._services is None:
            self._services = default_services()
        return self._services

    def history(self, session: str) -> tuple[Message, ...]:
        """What was said in a session so far."""
        return self._sessions.history(session)

    async def run(
        self,
        agent: AgentDefinition[DepsT, OutputT],
        input: Input,  # noqa: A002 - the contract's word
        *,
        deps: DepsT = NO_DEPS,
        session: str | None = None,
        model: str | Model | None = None,
        limits: UsageLimits | None = None,
        cancel: CancelToken | None = None,
    ) -> RunResult[OutputT]:
        """As `Agent.run`."""
        spec = RunSpec(
            agent=agent,
            input=input,
            deps=deps,
            session=session,
            model=model,
            limits=limits,
            token=cancel or CancelToken(),
        )
        return await self._first(new_state(self.services, spec, MemoryLog(followed=False)))

    def stream(
        self,
        agent: AgentDefinition[DepsT, OutputT],
        input: Input,  # noqa: A002 - the contract's word
        *,
        deps: DepsT = NO_DEPS,
        session: str | None = None,
        model: str | Model | None = None,
        limits: UsageLimits | None = None,
        cancel: CancelToken | None = None,
        tree: bool = False,
    ) -> RunStream[OutputT]:
        """As `Agent.stream`."""
        spec = RunSpec(
            agent=agent,
            input=input,
            deps=deps,
            session=session,
            model=model,
            limits=limits,
            token=cancel or CancelToken(),
        )
        return RunStream[OutputT](
            lambda: new_state(self.services, spec, MemoryLog(followed=True)), self._first, tree=tree
        )

    def run_sync(
        self,
        agent: AgentDefinition[DepsT, OutputT],
        input: Input,  # noqa: A002 - the contract's word
        *,
        deps: DepsT = NO_DEPS,
        session: str | None = None,
        model: str | Model | None = None,
        limits: UsageLimits | None = None,
        cancel: CancelToken | None = None,
    ) -> RunResult[OutputT]:
        """As `Agent.run_sync`."""
        token = cancel or CancelToken()
        work = self.run(agent, input, deps=deps, session=session, model=model, limits=limits, cancel=token)
        return run_blocking(work, token)

    async def _first(self, state: RunState) -> RunResult[Any]:
        queue(state)
        async with self._sessions.turn(state.journal.session_id) as history:
            state.history = history
            start(state)
            return await self._go(state)

    async def _again(self, state: RunState) -> RunResult[Any]:
        async with self._sessions.turn(state.journal.session_id):
            requeue(state)
            apply_decisions(state, state.decisions)
            return await self._go(state)

    async def _go(self, state: RunState) -> RunResult[Any]:
        try:
            outcome = await loop.run(state)
        finally:
            self._sessions.save(state.journal.session_id, (*state.history, *state.messages))
        result = result_of(state, outcome)
        if outcome.status != "paused":
            return result

        async def resume(decisions: Sequence[ApprovalDecision]) -> RunResult[Any]:
            return await self._again(_resumed(state, decisions, followed=False))

        def resume_stream(decisions: Sequence[ApprovalDecision]) -> RunStream[Any]:
            check_decisions(state, decisions)
            return RunStream[Any](lambda: _resumed(state, decisions, followed=True), self._again, tree=False)

        return replace(result, _resume=resume, _resume_stream=resume_stream)


def _resumed(state: RunState, decisions: Sequence[ApprovalDecision], *, followed: bool) -> RunState:
    check_decisions(state, decisions)
    state.decisions = tuple(decisions)
    state.log.reopen(followed=followed)
    return state


@cache
def default_runner() -> Runner:
    """The process-wide runner."""
    return Runner()
