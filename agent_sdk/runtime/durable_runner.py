"""Runs over a store, from code: begun here, executed by a worker of this process, gone on with after a crash."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import replace
from types import TracebackType
from typing import Any, Final, Protocol, Self, cast

from typing_extensions import TypeVar

from agent_sdk import plugins
from agent_sdk.contracts.codec import decode_event
from agent_sdk.contracts.errors import GuardrailTripped, InvalidInput, LimitExceeded, RunFailed
from agent_sdk.contracts.events import DELTA_TYPES, Event
from agent_sdk.contracts.page import PAGE_MAX_COUNT, PageRequest
from agent_sdk.contracts.platform_errors import NotFound
from agent_sdk.contracts.run import CancelMode, Run, RunLimits
from agent_sdk.contracts.scope import LOCAL
from agent_sdk.ports.store import Admission, Store
from agent_sdk.runtime.begin import RunSpec
from agent_sdk.runtime.cancellation import CancelToken
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.runtime.recover import Recovery
from agent_sdk.runtime.request import RunRequest, new_run, plain_deps
from agent_sdk.runtime.result import ApprovalDecision, Interruption, RunResult
from agent_sdk.runtime.resume import blank
from agent_sdk.runtime.services import Services
from agent_sdk.runtime.stream import RunStream

OutputT = TypeVar("OutputT", default=str)

WAIT_S: Final = 60.0
"""For one look at a journal; then it is looked at again."""
DRAIN_MAX_S: Final = 20.0
ADMISSION: Final = Admission(queued_max_count=100_000, queued_per_org_max_count=100_000)
_LIMITS: Final = frozenset({"max_steps", "max_tokens", "max_cost", "timeout"})
_STOPS: Final = frozenset({"run.completed", "run.failed", "run.canceled", "run.paused"})


class Executor(Protocol):
    """What executes runs: the entry point `worker` of the group `agent_sdk.defaults`."""

    async def start(self) -> None:
        """Begin, with what was left over by processes that are dead."""
        ...

    async def drain(self, timeout_s: float) -> None:
        """End at the next borders of steps."""
        ...


class DurableRunner:
    """Opens the store and starts the worker with the first run."""

    def __init__(
        self,
        services: Callable[[], Services],
        store: Store | str,
        agents: Sequence[AgentDefinition[Any, Any]],
    ) -> None:
        """Take a store, or the URL of one, and the agents whose runs may be gone on with."""
        self._services = services
        self._given = store
        self._agents: dict[str, AgentDefinition[Any, Any]] = {}
        self._store: Store | None = None
        self._worker: Executor | None = None
        self._starting: asyncio.Task[None] | None = None
        for agent in agents:
            self._register(agent)

    async def start(self) -> Store:
        """Open and begin, once; runs of dead processes go on.

        Raises:
            StoreError: The store cannot be used.
        """
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._start())
        await asyncio.shield(self._starting)
        return cast("Store", self._store)

    async def close(self) -> None:
        """Give back what has not ended, and disconnect."""
        if self._starting is not None:
            await self._starting
        if self._worker is not None:
            await self._worker.drain(DRAIN_MAX_S)
        if self._store is not None:
            await self._store.close()
        self._store = self._worker = self._starting = None

    async def run(self, spec: RunSpec) -> RunResult[Any]:
        """As `Agent.run`."""
        return await self._finish(spec, await self.begin(spec))

    async def begin(self, spec: RunSpec) -> Run:
        """Create a run.

        Raises:
            InvalidInput: Something of it could not be made again from the store alone.
        """
        self._register(spec.agent)
        if not isinstance(spec.model, str | None):
            raise InvalidInput(
                "a durable run names its model", hint="Pass provider:model, or give it to the agent."
            )
        store = await self.start()
        limits = spec.limits.as_data() if spec.limits is not None else RunLimits()
        request = RunRequest(
            agent=spec.agent.name,
            input=spec.input if isinstance(spec.input, str) else list(spec.input),
            session_id=spec.session,
            model=spec.model,
            deps=plain_deps(spec.agent, spec.deps),
            limits=limits,
        )
        new = new_run(self._services(), LOCAL, spec.agent, request)
        return (await store.runs.create(LOCAL, new, ADMISSION)).run

    async def events(self, run_id: str, after: int = 0) -> AsyncGenerator[Event, None]:
        """The committed events of a run, to its end or its next pause."""
        store = await self.start()
        with await store.runs.follow(LOCAL, run_id, after=after) as follower:
            while not follower.ended:
                for stored in await follower.take(WAIT_S):
                    yield decode_event(stored.data)
                    if stored.type in _STOPS:
                        return

    async def cancel(self, run_id: str, mode: CancelMode, reason: str | None) -> None:
        """Ask for the end of a run."""
        store = await self.start()
        await store.runs.cancel(LOCAL, run_id, mode, reason)

    async def _finish(self, spec: RunSpec, run: Run, after: int = 0) -> RunResult[Any]:
        with Canceling(self, spec.cancel, run.id):
            async for _ in self.events(run.id, after):
                pass
        return await self.result(spec, run.id)

    async def result(self, spec: RunSpec, run_id: str) -> RunResult[Any]:
        """What a run left behind, or has so far.

        Raises:
            RunFailed: It failed.
        """
        store = await self.start()
        run = await store.runs.get(LOCAL, run_id)
        events = await self._journal(store, run_id)
        state = blank(self._services(), spec.agent, run)
        recovery = Recovery(state=state)
        for event in events:
            recovery.feed(event)
        history = tuple(await store.runs.history(LOCAL, run_id))
        said = tuple(state.messages)
        completed = run.status == "completed"
        result: RunResult[Any] = RunResult(
            run_id=run.id,
            session_id=run.session_id,
            status=run.status,
            stop_reason=run.stop_reason or "end_turn",
            output=spec.agent.output.from_plain(run.output) if completed else run.output,
            usage=run.usage,
            messages=(*history, *said),
            new_messages=said,
            events=tuple([event for event in events if event.type not in DELTA_TYPES]),
            finish_reason=state.finish_reason,
            interruptions=await self._interruptions(store, run),
            last_agent=state.agent.name,
        )
        if run.status == "failed":
            raise _failure(run, result)
        if run.status != "paused":
            return result
        return replace(result, _resume=self._resume(spec, run))

    def _resume(self, spec: RunSpec, run: Run) -> Callable[[Sequence[ApprovalDecision]], Any]:
        async def resume(decisions: Sequence[ApprovalDecision]) -> RunResult[Any]:
            store = await self.start()
            for item in decisions:
                await store.approvals.decide(
                    LOCAL, item.tool_call_id, item.decision, args=item.args, reason=item.reason
                )
            if not decisions:
                await store.runs.resume(LOCAL, run.id)
            return await self._finish(spec, run, after=run.last_seq)

        return resume

    async def _interruptions(self, store: Store, run: Run) -> tuple[Interruption, ...]:
        if run.status != "paused":
            return ()
        page = await store.approvals.list(LOCAL, pending=True, page=PageRequest(limit=PAGE_MAX_COUNT))
        return tuple(
            [
                Interruption(
                    tool_call_id=item.id,
                    name=item.tool,
                    args=item.args,
                    args_hash=item.args_hash,
                    reason=item.reason,
                )
                for item in reversed(page.data)
                if item.root_run_id == run.id
            ]
        )

    async def _journal(self, store: Store, run_id: str) -> list[Event]:
        events: list[Event] = []
        while True:
            after = events[-1].seq if events else 0
            page = await store.runs.events(LOCAL, run_id, after=after, limit=PAGE_MAX_COUNT)
            events += [decode_event(item.data) for item in page.events]
            if not page.events or events[-1].seq >= page.last_seq:
                return events

    async def _start(self) -> None:
        services = self._services()
        store = self._given
        if isinstance(store, str):
            scheme = store.partition(":")[0]
            store = cast("Store", plugins.load("stores", scheme)(store, services))
        await store.open()
        self._store = store
        make = plugins.load("defaults", "worker")
        worker = make(store.work, services, self._resolve, owner=services.ids.new("job"))
        self._worker = cast("Executor", worker)
        await self._worker.start()

    def _register(self, agent: AgentDefinition[Any, Any]) -> None:
        known = self._agents.setdefault(agent.name, agent)
        if known is not agent:
            msg = f"two agents are named {agent.name!r}"
            raise InvalidInput(msg, hint="A durable run names its agent, so each needs a name of its own.")

    def _resolve(self, name: str) -> AgentDefinition[Any, Any]:
        if name not in self._agents:
            known = ", ".join(sorted(self._agents)) or "none"
            raise NotFound(f"there is no agent {name!r}", hint=f"Runner(store=…, agents=[…]) knows: {known}.")
        return self._agents[name]


class Canceling:
    """Passes a caller's token on to a run, while inside."""

    def __init__(self, runner: DurableRunner, token: CancelToken | None, run_id: str) -> None:
        """Listen to `token`, if there is one."""
        self._runner = runner
        self._token = token
        self._run_id = run_id
        self._asked: set[asyncio.Future[None]] = set()
        self._stop: Callable[[], None] = lambda: None

    def __enter__(self) -> None:
        """Begin to listen."""
        token = self._token
        if token is not None:
            loop = asyncio.get_running_loop()

            def ask(mode: CancelMode) -> None:
                asked = asyncio.ensure_future(self._runner.cancel(self._run_id, mode, token.reason))
                self._asked.add(asked)

            def hear(mode: CancelMode) -> None:
                with suppress(RuntimeError):  # the loop is gone, and with it whoever waited
                    loop.call_soon_threadsafe(ask, mode)

            self._stop = token.listen(hear)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listen no more."""
        self._stop()


class DurableStream(RunStream[OutputT]):
    """The stream of a run over a store: leaving early leaves the run at work."""

    def __init__(self, runner: DurableRunner, spec: RunSpec) -> None:
        """Begin nothing yet."""
        self._runner = runner
        self._spec = spec
        self._asked = CancelToken()
        self._leave = AsyncExitStack()
        self._run_begun: Run | None = None
        self._events: AsyncGenerator[Event, None] | None = None

    async def __aenter__(self) -> Self:
        """Create the run.

        Raises:
            InvalidInput: Something of it could not be made again from the store alone.
        """
        self._run_begun = run = await self._runner.begin(self._spec)
        self._leave.enter_context(self._asked.following(self._spec.cancel))
        self._leave.enter_context(Canceling(self._runner, self._asked, run.id))
        self._events = await self._leave.enter_async_context(aclosing(self._runner.events(run.id)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave; the run goes on."""
        await self._leave.aclose()

    async def __anext__(self) -> Event:
        """The next committed event."""
        if self._events is None:
            raise _not_entered()
        return await anext(self._events)

    @property
    def run_id(self) -> str:
        """Its id, `run_…`."""
        return self._begun().id

    @property
    def session_id(self) -> str:
        """The session's id."""
        return self._begun().session_id

    def cancel(self, mode: CancelMode = "now", *, reason: str | None = None) -> None:
        """Cancel the run; the events of its end still come."""
        self._begun()
        self._asked.cancel(mode, reason=reason)

    async def result(self) -> RunResult[OutputT]:
        """Wait for the end.

        Raises:
            RunFailed: It failed.
        """
        run = self._begun()
        async for _ in self._runner.events(run.id):
            pass
        return await self._runner.result(self._spec, run.id)

    def _begun(self) -> Run:
        if self._run_begun is None:
            raise _not_entered()
        return self._run_begun


def _not_entered() -> InvalidInput:
    return InvalidInput(
        "the stream has not been entered", hint="Use it as `async with runner.stream(…) as stream`."
    )


def _failure(run: Run, result: RunResult[Any]) -> RunFailed:
    reason = run.stop_reason or "model_error"
    kind = LimitExceeded if reason in _LIMITS else GuardrailTripped if reason == "guardrail" else RunFailed
    error = run.error
    failure = kind(
        error.message if error is not None else None,
        hint=error.hint if error is not None else None,
        stop_reason=reason,
    )
    failure.result = result
    return failure
