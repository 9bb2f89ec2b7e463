"""Trying a tool: one call of it outside of any run, by the executor that runs use."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.errors import InvalidInput, ModelError, RunFailed, ToolError
from agent_sdk.contracts.messages import ToolCallPart
from agent_sdk.contracts.platform_errors import AdmissionRefused, ApprovalNeeded
from agent_sdk.contracts.run import RunError
from agent_sdk.contracts.scope import Scope
from agent_sdk.contracts.tool import Effects
from agent_sdk.ports.llm import ModelChunk, ModelProfile, ModelRequest
from agent_sdk.ports.tool import Tool
from agent_sdk.runtime.begin import RunSpec, new_state
from agent_sdk.runtime.execute import execute
from agent_sdk.runtime.memory_log import MemoryLog
from agent_sdk.runtime.request import deps_of
from agent_sdk.runtime.services import Services
from agent_sdk.runtime.state import Call, RunState, Step
from agent_sdk.runtime.subagent import AgentTool
from agent_sdk.services.catalog import AnyAgent, Catalog

TRIALS_MAX_COUNT: Final = 32
"""Trials at work at once in this process."""
TRIALS_PER_ORG_MAX_COUNT: Final = 8
"""Of them, those of one organisation: some room is left for others."""

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolTrial:
    """What came of a trial: what a run's journal would say of the call."""

    ok: bool
    version: str
    """Of the tool that was called."""
    effects: Effects
    duration_ms: int
    result: Any = None
    """As the journal of a run would have it, cut where it is long; null where it failed, or returned nothing."""
    attachments: tuple[Mapping[str, Any], ...] = ()
    """Images and documents that it returned, as parts of a message."""
    error: RunError | None = None
    """Why it failed: its arguments did not fit, its time was over, it refused, it raised."""


class ToolTrials:
    """Use cases over the tools of a catalog."""

    def __init__(self, catalog: Catalog, services: Services) -> None:
        """Take where tools are found, and what runs are given."""
        self._catalog = catalog
        self._services = services
        self._at_work: Counter[str] = Counter()
        """Trials by organisation."""
        self._idle = asyncio.Event()
        self._idle.set()
        self._is_draining = False

    async def invoke(
        self, scope: Scope, name: str, args: Mapping[str, Any], *, approved: bool = False
    ) -> ToolTrial:
        """Call a tool once, with the deps that its agent makes by itself; whatever becomes of the call is an answer.

        Args:
            scope: Who tries, and has to be one who may begin runs.
            name: Of the tool; where several have it, the first that `Catalog.tools` lists is called.
            args: The tool checks them as it checks a model's.
            approved: Whether whoever tries it agrees to a call that a human has to approve.

        Raises:
            NotFound: There is no such tool.
            ApprovalNeeded: It needs a human's word, and `approved` is not set.
            InvalidInput: It asks an agent, which is a run's work.
            AdmissionRefused: Too many are tried at once, or the process ends.
        """
        scope.require("write")
        agent, tool = self._catalog.tool(name)
        if isinstance(tool, AgentTool):
            msg = f"{name} asks the agent {tool.agent.name!r}, which takes a run"
            raise InvalidInput(msg, hint="Make a run of an agent that has it: POST /v1/runs.")
        if tool.spec.needs_approval and not approved:
            raise ApprovalNeeded(f"{name} needs approval")
        self._begin(scope.org_id)
        try:
            return await self._call(scope, agent, tool, args, approved=approved)
        finally:
            self._end(scope.org_id)

    async def drain(self, timeout_s: float) -> None:
        """Begin no more, and wait until those at work have ended, or for `timeout_s`."""
        self._is_draining = True
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._idle.wait()

    def _begin(self, org_id: str) -> None:
        if self._is_draining:
            raise AdmissionRefused("the server is ending", hint="Repeat it when it is back.")
        if self._at_work.total() >= TRIALS_MAX_COUNT:
            raise AdmissionRefused(f"{TRIALS_MAX_COUNT} tools are being tried")
        if self._at_work[org_id] >= TRIALS_PER_ORG_MAX_COUNT:
            raise AdmissionRefused(f"{TRIALS_PER_ORG_MAX_COUNT} tools are being tried by this organisation")
        self._at_work[org_id] += 1
        self._idle.clear()

    def _end(self, org_id: str) -> None:
        self._at_work[org_id] -= 1
        self._at_work += Counter()  # keeps no organisation that tries nothing
        if not self._at_work:
            self._idle.set()

    async def _call(
        self, scope: Scope, agent: AnyAgent, tool: Tool, args: Mapping[str, Any], *, approved: bool
    ) -> ToolTrial:
        state, call = self._prepared(agent, tool, args, approved=approved)
        clock = self._services.clock
        step = Step(number=1, model=state.model, started_at=clock.monotonic(), calls=[call])
        try:
            # A failure that would end a run is told as any other: the journal has it.
            with suppress(RunFailed):
                await execute(state, step)
        finally:
            duration_ms = round((clock.monotonic() - step.started_at) * 1000)
            facts = {"principal": scope.principal, "tool": tool.spec.name, "duration_ms": duration_ms}
            _log.info("a tool was tried", extra=facts)
        if call.status == "waiting":
            why = f": {call.waiting_for}" if call.waiting_for else ""
            if not approved:
                raise ApprovalNeeded(f"{tool.spec.name} asks for approval{why}")
            return _asks_on(tool, why, duration_ms)
        return _trial(tool, state.log.events(state.journal.run_id)[-1].data)

    def _prepared(
        self, agent: AnyAgent, tool: Tool, args: Mapping[str, Any], *, approved: bool
    ) -> tuple[RunState, Call]:
        """A run in memory that has come to this call."""
        spec = RunSpec(
            agent=agent, input=f"Try {tool.spec.name}.", deps=deps_of(agent, None), model=_NoModel()
        )
        state = new_state(self._services, spec, MemoryLog(followed=False))
        state.journal.step = 1
        call_id = self._services.ids.new("call")
        part = ToolCallPart(tool_call_id=call_id, name=tool.spec.name, arguments=encode(args).decode())
        status = "approved" if approved else "accepted"
        return state, Call(part=part, tool=tool, args=args, status=status)


class _NoModel:
    """Stands where a run has its model, so that trying a tool takes no provider's key."""

    id = "none:trial"
    profile = ModelProfile()

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        """Refuse.

        Raises:
            ModelError: Always: one call takes no model.
        """
        del request
        raise ModelError("a tool that is tried has no model to ask")


def _asks_on(tool: Tool, why: str, duration_ms: int) -> ToolTrial:
    """A tool that asks for an approval that it has: to refuse it for the want of one would never end."""
    error = ToolError(
        f"{tool.spec.name} asks for approval although it was given{why}",
        hint="Have the tool look at `ctx.approved` before it raises ApprovalRequired.",
    )
    return ToolTrial(
        ok=False,
        version=tool.spec.version,
        effects=tool.spec.effects,
        duration_ms=duration_ms,
        error=error.as_data(),
    )


def _trial(tool: Tool, said: Mapping[str, Any]) -> ToolTrial:
    """What the event that ended the call says."""
    error = said.get("error")
    return ToolTrial(
        ok=error is None,
        version=tool.spec.version,
        effects=tool.spec.effects,
        duration_ms=said["duration_ms"],
        result=said.get("result"),
        attachments=tuple(said.get("attachments", ())),
        error=None if error is None else RunError(**error),
    )
