"""Deterministic replay: the same loop over a journal, with no model asked and no tool run.

What the journal says of answers, results, decisions and what the user added is fed back in; what the loop makes of it
is compared, step by step, with what the journal says it made then. Guardrails and instructions, which are somebody's
functions, are left out; so are subagents, whose journals are replayed by themselves.
"""

import asyncio
import copy
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from agent_sdk.contracts.codec import message_from_plain, to_plain, usage_from_plain
from agent_sdk.contracts.errors import ToolArgumentsInvalid, ToolError
from agent_sdk.contracts.events import DELTA_TYPES, Event
from agent_sdk.contracts.run import RunLimits
from agent_sdk.contracts.signals import ApprovalRequired
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.ports.llm import Model, ModelChunk, ModelProfile, ModelRequest, ModelResponse
from agent_sdk.ports.tool import RunContext, Tool, ToolOutput
from agent_sdk.runtime import loop
from agent_sdk.runtime.cancellation import CancelToken
from agent_sdk.runtime.decisions import apply_decisions, interruptions
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.runtime.execute import text_of
from agent_sdk.runtime.handoff import Handoff
from agent_sdk.runtime.journal import Journal
from agent_sdk.runtime.memory_log import MemoryLog
from agent_sdk.runtime.recover import Recovery
from agent_sdk.runtime.request import limits_of
from agent_sdk.runtime.result import ApprovalDecision
from agent_sdk.runtime.services import Services
from agent_sdk.runtime.state import RunState

_COMPARED: Final = frozenset(
    {
        "message.completed",
        "tool.started",
        "tool.completed",
        "tool.failed",
        "tool.denied",
        "handoff.completed",
        "transcript.added",
        "input.received",
        "step.completed",
        "run.completed",
        "run.failed",
    }
)
_IGNORED: Final = frozenset(
    {"message_id", "duration_ms", "latency_ms", "first_token_ms", "usage", "citations"}
)
_NOT_REPEATED: Final = frozenset({"guardrail", "timeout", "model_error", "dead_letter", "policy_denied"})
"""Stop reasons that come from outside the loop: from functions, clocks, models and people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """Where a run does not repeat its journal."""

    seq: int
    """Of the journaled event."""
    step: int
    reason: str
    expected: Any
    """What the journal says; None where it says nothing more."""
    actual: Any
    """What the loop made of it now; None where it made nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """What came of a replay."""

    ok: bool
    steps: int
    """Answers of the model that were replayed."""
    divergence: Divergence | None = None


class _EndOfJournal(Exception):
    """The journal says no more: it was cut here, or somebody from outside ended it."""


async def replay(
    services: Services, agent: AgentDefinition[Any, Any], events: Sequence[Event]
) -> ReplayReport:
    """Execute a run again against its journal.

    Args:
        services: Time and ids; models are not asked.
        agent: The agent as it is now.
        events: The journal; deltas may be missing.
    """
    script = _Script.of(events)
    state = _state(services, agent, script)
    script.state = state
    script.add_inputs(0)
    outcome = await loop.run(state)
    while outcome.status == "paused" and script.decide(state):
        outcome = await loop.run(state)
    made = [event for event in state.log.events(state.journal.run_id) if _counts(event)]
    divergence = _compare(script, made)
    return ReplayReport(ok=divergence is None, steps=script.asked, divergence=divergence)


@dataclass(slots=True, kw_only=True, eq=False)
class _Script:
    """What the journal says, in the order in which the loop asks for it."""

    events: Sequence[Event]
    answers: Sequence[Event]
    calls: Mapping[str, Sequence[Event]]
    """Events by tool call."""
    asked: int = 0
    exhausted: bool = False
    """Whether the loop asked for more than there is."""
    state: RunState | None = None
    decided: set[str] = field(default_factory=set[str])

    @classmethod
    def of(cls, events: Sequence[Event]) -> "_Script":
        calls: dict[str, list[Event]] = {}
        for event in events:
            if event.type.startswith("tool."):
                calls.setdefault(event.data["tool_call_id"], []).append(event)
        answers = [event for event in events if event.type == "message.completed"]
        return cls(
            events=[event for event in events if event.type not in DELTA_TYPES], answers=answers, calls=calls
        )

    def end(self) -> "_EndOfJournal":
        self.exhausted = True
        return _EndOfJournal("the journal says no more")

    def answer(self) -> Event:
        """The next answer; what the user added after it is given to the run."""
        if self.asked == len(self.answers):
            raise self.end()
        event = self.answers[self.asked]
        self.asked += 1
        self.add_inputs(event.seq)
        return event

    def add_inputs(self, after: int) -> None:
        """Give the run what the user added after an event and before the next answer."""
        until = self.answers[self.asked].seq if self.asked < len(self.answers) else self.events[-1].seq + 1
        if self.state is not None:
            self.state.inputs.extend(
                message_from_plain(item.data["message"])
                for item in self.events
                if item.type == "input.received" and after < item.seq < until
            )

    def decide(self, state: RunState) -> bool:
        """Apply what was decided on the calls that wait; False where the journal has not got that far."""
        decisions: list[ApprovalDecision] = []
        for item in interruptions(state):
            resolved = [
                event
                for event in self.calls.get(item.tool_call_id, ())
                if event.type == "tool.approval_resolved" and event.id not in self.decided
            ]
            if resolved:
                self.decided.add(resolved[0].id)
                data = resolved[0].data
                decisions.append(
                    ApprovalDecision(
                        tool_call_id=item.tool_call_id,
                        decision=data["decision"],
                        args=data.get("args"),
                        reason=data.get("reason"),
                    )
                )
        if not decisions:
            self.exhausted = True
            return False
        apply_decisions(state, decisions)
        return True


class _JournaledModel:
    """Answers what was answered then."""

    def __init__(self, model_id: str, profile: ModelProfile, script: _Script) -> None:
        self.id = model_id
        self.profile = profile
        self._script = script

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        del request
        event = self._script.answer()
        message = message_from_plain(event.data["message"])
        usage = usage_from_plain(event.data.get("usage", {}))
        finish_reason = event.data.get("finish_reason", "stop")
        yield ModelResponse(
            parts=message.parts,
            finish_reason=finish_reason,
            usage=usage,
            model=event.data.get("model", self.id),
        )


class _JournaledTool:
    """Returns what was returned then."""

    def __init__(self, spec: ToolSpec, script: _Script) -> None:
        self._spec = spec
        self._script = script

    @property
    def spec(self) -> ToolSpec:
        return self._spec

    async def call(self, ctx: RunContext[Any], args: Mapping[str, Any]) -> ToolOutput:
        del args
        events = self._script.calls.get(ctx.tool_call_id or "", ())
        asked = next((event for event in events if event.type == "tool.approval_requested"), None)
        if asked is not None and not ctx.approved and not self._spec.needs_approval:
            raise ApprovalRequired(asked.data.get("reason"))
        for event in events:
            if event.type == "tool.completed":
                value = event.data["result"]
                return ToolOutput(value=value, content=event.data.get("content") or text_of(value) or "")
            if event.type == "tool.failed":
                error = event.data["error"]
                kind = ToolArgumentsInvalid if event.data.get("sent_back") else ToolError
                raise kind(error["message"], hint=error.get("hint"))
        raise self._script.end()


def _scripted(
    agent: AgentDefinition[Any, Any], script: _Script, known: dict[int, Any]
) -> AgentDefinition[Any, Any]:
    """The agent with the journal in place of everything that reaches outside."""
    if id(agent) in known:
        return known[id(agent)]
    clone = known[id(agent)] = copy.copy(agent)
    for name in ("tools_by_name", "handoffs_by_name", "tool_specs", "version"):
        clone.__dict__.pop(name, None)
    tools: list[Tool] = [_JournaledTool(tool.spec, script) for tool in agent.tools]
    handoffs: list[Handoff] = [
        Handoff(agent=_scripted(item.agent, script, known), tool_name=item.tool_name, history=item.history)
        for item in agent.handoffs
    ]
    clone.__dict__.update(
        tools=tuple(tools),
        handoffs=tuple(handoffs),
        instructions=(),
        input_guardrails=(),
        output_guardrails=(),
        retries=replace(agent.retries, attempts_max=1),
    )
    return clone


class _Models:
    def __init__(self, model: Model) -> None:
        self._model = model

    def resolve(self, model_id: str | None) -> Model:
        del model_id
        return self._model


def _state(services: Services, agent: AgentDefinition[Any, Any], script: _Script) -> RunState:
    first = script.events[0]
    scripted = _scripted(agent, script, {})
    # Whatever the agent's own model is, the price of what was journaled is journaled with it.
    model = _JournaledModel(first.data["model"], ModelProfile(priced=True), script)
    limits: dict[str, Any] = dict(first.data.get("limits", {}), timeout_s=None)
    log = MemoryLog(followed=False)
    journal = Journal(
        log,
        services.clock,
        run_id=first.run_id,
        session_id=first.session_id,
        org_id=first.org_id,
        agent=agent.name,
    )
    state = RunState(
        services=replace(services, models=_Models(model)),
        agent=scripted,
        model=model,
        model_choice=model,
        deps=None,
        limits=limits_of(scripted, RunLimits(**limits)),
        token=CancelToken(),
        follows=None,
        log=log,
        journal=journal,
        loop=asyncio.get_running_loop(),
        session_named=False,
        history=(),
        messages=[],
    )
    Recovery(state=state).feed(first)
    return state


def _compare(script: _Script, made: Sequence[Event]) -> Divergence | None:
    said = _skeleton([event for event in script.events if event.type in _COMPARED])
    now = _skeleton(made)
    for index, (event, told) in enumerate(said):
        if index >= len(now):
            return None if script.exhausted or _from_outside(event) else _divergence(event, told, None)
        _, actual = now[index]
        if told != actual:
            if _from_outside(event) or (script.exhausted and actual["type"] == "run.failed"):
                return None
            return _divergence(event, told, actual)
    if len(now) > len(said) and not script.exhausted:
        last = script.events[-1]
        return _divergence(last, None, now[len(said)][1])
    return None


def _counts(event: Event) -> bool:
    """Whether it is compared; what failed only because the journal says no more is not."""
    if event.type == "tool.failed" and _EndOfJournal.__name__ in event.data["error"]["message"]:
        return False
    return event.type in _COMPARED


def _from_outside(event: Event) -> bool:
    return event.type == "run.failed" and event.data["stop_reason"] in _NOT_REPEATED


def _divergence(event: Event, expected: Any, actual: Any) -> Divergence:
    what = (
        "does something else than"
        if expected and actual
        else "does more than"
        if actual
        else "does less than"
    )
    reason = f"the run {what} its journal at seq {event.seq} ({event.type})"
    return Divergence(seq=event.seq, step=event.step, reason=reason, expected=expected, actual=actual)


def _skeleton(events: Sequence[Event]) -> list[tuple[Event, Mapping[str, Any]]]:
    """What is compared of each event; the calls of a step in the model's order, whichever ended first."""
    order = {
        event.data["tool_call_id"]: index
        for index, event in enumerate(events)
        if event.type == "tool.started"
    }
    steps: dict[int, int] = {}
    place = 0
    keyed: list[tuple[tuple[int, int, int, int], Event]] = []
    for index, event in enumerate(events):
        if event.type == "message.completed":
            place += 1
        steps[index] = place
        call = order.get(event.data.get("tool_call_id", ""), -1) if event.type.startswith("tool.") else -1
        group = 1 if call >= 0 else 0 if event.type == "message.completed" else 2
        keyed.append(((place, group, call, index), event))
    return [(event, _told(event)) for _, event in sorted(keyed, key=lambda item: item[0])]


def _told(event: Event) -> Mapping[str, Any]:
    data = {key: value for key, value in event.data.items() if key not in _IGNORED}
    if event.type == "tool.failed":
        # What the model was told. The error's class is the tool's own, which is not run again.
        data["error"] = data["error"]["message"]
    if event.type == "run.failed":
        data = {"stop_reason": data["stop_reason"]}
    if "message" in data:
        data["message"] = {"role": data["message"]["role"], "parts": data["message"]["parts"]}
    return to_plain({"type": event.type, **data})
