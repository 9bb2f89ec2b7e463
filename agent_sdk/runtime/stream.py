"""A run seen as events, while it goes on in a task of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Generic, Self, cast

from typing_extensions import TypeVar

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.run import CancelMode
from agent_sdk.runtime.memory_log import MemoryLog
from agent_sdk.runtime.result import RunResult
from agent_sdk.runtime.state import RunState

OutputT = TypeVar("OutputT", default=str)


class RunStream(Generic[OutputT]):
    """`async with agent.stream("hi") as stream: async for event in stream: …`.

    Leaving early cancels the run. The result is there after the last event, and can be awaited at any time inside.
    """

    def __init__(
        self,
        prepare: Callable[[], RunState],
        execute: Callable[[RunState], Awaitable[RunResult[OutputT]]],
        *,
        tree: bool,
    ) -> None:
        """Begin nothing yet; `prepare` makes the run and `execute` runs it."""
        self._prepare = prepare
        self._execute = execute
        self._tree = tree
        self._state: RunState | None = None
        self._log: MemoryLog | None = None
        self._task: asyncio.Task[RunResult[OutputT]] | None = None

    async def __aenter__(self) -> Self:
        """Start the run.

        Raises:
            InvalidInput: It was started before, or what was asked for cannot be run.
            DefinitionError, ConfigError: As `Agent.run` does.
        """
        if self._state is not None:
            msg = "the stream was entered before"
            raise InvalidInput(msg, hint="Each run is one stream: call agent.stream(…) again.")
        self._state = state = self._prepare()
        self._log = cast("MemoryLog", state.log)  # streams are of runs in memory
        self._task = asyncio.get_running_loop().create_task(self._run(state), name=state.journal.run_id)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel the run if it is still going, and wait until everything of it has ended."""
        state, task = self._entered()
        if not task.done():
            state.token.cancel("now", reason="the stream was left")
        # A failure is the business of `result`; here only the end counts.
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            # The run was told to end; whoever wants this task to end, too, is heard when it has.
            await asyncio.wait([task])
            raise
        finally:
            if task.done() and not task.cancelled():
                task.exception()

    def __aiter__(self) -> Self:
        """The events, once."""
        return self

    def __anext__(self) -> Coroutine[Any, Any, Event]:
        """The next event."""
        log = self._log
        if log is None:
            raise _not_entered()
        # Handed on as it is, without a coroutine around it: this is done for each token.
        return log.take(tree=self._tree)

    @property
    def run_id(self) -> str:
        """Its id, `run_…`."""
        return self._entered()[0].journal.run_id

    @property
    def session_id(self) -> str:
        """The session's id: `ses_…`, or the caller's own."""
        return self._entered()[0].journal.session_id

    def cancel(self, mode: CancelMode = "now", *, reason: str | None = None) -> None:
        """Cancel the run; the events of its end still come."""
        self._entered()[0].token.cancel(mode, reason=reason)

    async def result(self) -> RunResult[OutputT]:
        """Wait for the end.

        Raises:
            RunFailed, ModelError: As `Agent.run` does.
        """
        return await asyncio.shield(self._entered()[1])

    async def _run(self, state: RunState) -> RunResult[OutputT]:
        try:
            return await self._execute(state)
        finally:
            cast("MemoryLog", state.log).close()

    def _entered(self) -> "tuple[RunState, asyncio.Task[RunResult[OutputT]]]":
        if self._state is None or self._task is None:
            raise _not_entered()
        return self._state, self._task


def _not_entered() -> InvalidInput:
    return InvalidInput(
        "the stream has not been entered", hint="Use it as `async with agent.stream(…) as stream`."
    )
