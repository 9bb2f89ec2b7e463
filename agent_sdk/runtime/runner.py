"""The runner: runs agents with its services, and remembers the sessions of the runs it began."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from functools import cache
from types import TracebackType
from typing import Any, Final, Self, cast

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.messages import Input, Message
from agent_sdk.ports.llm import Model
from agent_sdk.ports.store import Store
from agent_sdk.runtime import loop
from agent_sdk.runtime.begin import RunSpec, new_state, queue, requeue, result_of, start
from agent_sdk.runtime.cancellation import CancelToken, Interrupter
from agent_sdk.runtime.decisions import apply_decisions, check_decisions
from agent_sdk.runtime.definition import AgentDefinition, DepsT, OutputT
from agent_sdk.runtime.durable_runner import DurableRunner, DurableStream
from agent_sdk.runtime.limits import UsageLimits
from agent_sdk.runtime.memory_log import MemoryLog
from agent_sdk.runtime.outcome import Outcome
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

    def __init__(
        self,
        services: Services | None = None,
        *,
        store: Store | str | None = None,
        agents: Sequence[AgentDefinition[Any, Any]] = (),
    ) -> None:
        """Run in memory, or durably over a store.

        Args:
            services: Models, time, ids and chance; by default what the installed platform composes from the
                environment.
            store: Where runs are kept, or its URL, such as `sqlite:///runs.db`. Without one they are journaled in
                memory and end with the process.
            agents: With a store: whose runs this process may go on with, when they were begun by one that is gone.
        """
        self._services = services
        self._sessions = MemorySessions()
        self._durable = None if store is None else DurableRunner(lambda: self.services, store, agents)

    async def __aenter__(self) -> Self:
        """Open the store, and go on with the runs of processes that are gone.

        Raises:
            StoreError: It cannot be used.
        """
        if self._durable is not None:
            await self._durable.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave what has not ended to the next process, and close the store."""
        if self._durable is not None:
            await self._durable.close()

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
            cancel=cancel,
        )
        if self._durable is not None:
            return await self._durable.run(spec)
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
        """As `Agent.stream`. Over a store, leaving early leaves the run at work."""
        spec = RunSpec(
            agent=agent,
            input=input,
            deps=deps,
            session=session,
            model=model,
            limits=limits,
            cancel=cancel,
        )
        if self._durable is not None:
            return DurableStream[OutputT](self._durable, spec)
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
        token = CancelToken()

        def begin() -> Coroutine[Any, Any, RunResult[OutputT]]:
            return self.run(
                agent, input, deps=deps, session=session, model=model, limits=limits, cancel=token
            )

        with token.following(cancel):
            return run_blocking(begin, token)

    async def _first(self, state: RunState) -> RunResult[Any]:
        self._sessions.check_free(state.journal.session_id)
        queue(state)

        def begin() -> None:
            state.history = self._sessions.history(state.journal.session_id)
            start(state)

        return await self._in_turn(state, begin)

    async def _again(self, state: RunState) -> RunResult[Any]:
        self._sessions.check_free(state.journal.session_id)

        def begin() -> None:
            requeue(state)
            apply_decisions(state, state.decisions)

        return await self._in_turn(state, begin)

    async def _in_turn(self, state: RunState, begin: Callable[[], None]) -> RunResult[Any]:
        """Wait for the session's turn, and run; the caller's token is heard all the while."""
        session_id = state.journal.session_id
        with state.token.following(state.follows):
            if not await self._entered(state):
                return result_of(state, loop.cancel_idle(state))
            try:
                with self._sessions.holding(session_id):
                    begin()
                    return self._result(state, await loop.run(state))
            finally:
                run_id, said = state.journal.run_id, state.remembered
                self._sessions.save(session_id, run_id, said, named=state.session_named)
                self._sessions.leave(session_id)

    async def _entered(self, state: RunState) -> bool:
        """Whether it has its turn now; False when it was canceled before."""
        session_id = state.journal.session_id
        if not self._sessions.enter_free(session_id) and not await self._waited(state):
            return False
        if state.token.canceled:
            self._sessions.leave(session_id)
        return not state.token.canceled

    async def _waited(self, state: RunState) -> bool:
        """Wait for the turn; False when the run was canceled meanwhile."""
        with Interrupter(state.token, modes=("now", "after_step")) as interrupter:
            try:
                await self._sessions.enter(state.journal.session_id)
            except asyncio.CancelledError:
                if interrupter.asked_by == "us":
                    return False
                loop.cancel_idle(state)
                raise
        return True

    def _result(self, state: RunState, outcome: Outcome) -> RunResult[Any]:
        result = result_of(state, outcome)
        if outcome.status != "paused":
            return result
        seq = state.paused_at = state.journal.seq

        async def resume(decisions: Sequence[ApprovalDecision]) -> RunResult[Any]:
            return await self._again(_resumed(state, decisions, seq, followed=False))

        def resume_stream(decisions: Sequence[ApprovalDecision]) -> RunStream[Any]:
            _check_resume(state, decisions, seq)
            return RunStream[Any](
                lambda: _resumed(state, decisions, seq, followed=True), self._again, tree=False
            )

        return replace(result, _resume=resume, _resume_stream=resume_stream)


def _check_resume(state: RunState, decisions: Sequence[ApprovalDecision], seq: int) -> None:
    if state.paused_at != seq:
        msg = f"this pause of {state.journal.run_id} is over: somebody resumed it"
        raise InvalidInput(msg, hint="Go on with what that resume returned.")
    check_decisions(state, decisions)


def _resumed(state: RunState, decisions: Sequence[ApprovalDecision], seq: int, *, followed: bool) -> RunState:
    _check_resume(state, decisions, seq)
    state.paused_at = 0
    state.decisions = tuple(decisions)
    state.loop = asyncio.get_running_loop()
    cast("MemoryLog", state.log).reopen(followed=followed)
    return state


@cache
def default_runner() -> Runner:
    """The process-wide runner."""
    return Runner()
