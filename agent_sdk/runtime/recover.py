"""A run's state, read back from its journal: all that another process needs to go on with it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final

from agent_sdk.contracts.codec import message_from_plain, part_from_plain, usage_from_plain
from agent_sdk.contracts.errors import RunFailed
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.ids import first_message_id
from agent_sdk.contracts.messages import Message, ToolCallPart
from agent_sdk.contracts.run import RunError
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.llm import ModelResponse
from agent_sdk.runtime import loop
from agent_sdk.runtime.execute import (
    CANCELED,
    DENIED,
    answer,
    answers,
    count_failure,
    refuse_unknown,
    request_approval,
    text_of,
    told_of,
)
from agent_sdk.runtime.handoff import Handoff
from agent_sdk.runtime.outcome import Outcome
from agent_sdk.runtime.state import Call, RunState, Step
from agent_sdk.runtime.subagent import AgentTool

OUTCOME_UNKNOWN: Final = (
    "The process that ran this call was lost, and nobody knows how far the call came. "
    "Approve to run it again, or deny it to go on without."
)
_CUT_REQUEST: Final = Usage(requests=1)

ReadJournal = Callable[[str], Awaitable[Sequence[Event]]]


@dataclass(slots=True, kw_only=True)
class Recovery:
    """Reads one run's events, in order, into the state of a run that nothing has happened to yet."""

    state: RunState
    open_message: str | None = None
    """The message that a lost owner was at."""
    open_children: dict[str, str] = field(default_factory=dict[str, str])
    """Subagents that have not ended for their parent: run id by tool call."""
    status: str = "queued"
    accepted_version: str | None = None
    """Of a changed agent that somebody let go on although it does not repeat the journal."""
    _approved: set[str] = field(default_factory=set[str])
    _place: int = 0
    """Where in the transcript the results of the open step belong."""
    _handoff: Handoff | None = None
    _since: datetime | None = None
    _until: datetime | None = None

    def feed(self, event: Event) -> None:
        """Read the next event. Types that change nothing for the next step are skipped."""
        journal = self.state.journal
        journal.seq, journal.step, journal.attempt = event.seq, event.step, event.attempt
        journal.latest = max(journal.latest, event.time)
        handler = self._handlers.get(event.type)
        if handler is not None:
            handler(self, event, event.data)
        self._until = event.time

    def settle(self) -> None:
        """Close what a lost owner was at, in the journal of the attempt that takes over.

        What is journaled is never executed again; a call with unknown outcome runs again where its tool allows it,
        and otherwise waits for a human.
        """
        self.close_message()
        state, journal, step = self.state, self.state.journal, self.state.step
        if step is None:
            return
        if step.message is None:
            journal.record("step.failed", {"reason": "interrupted"})
            state.step = None
            return
        loop.accept_calls(state, step)
        for call in step.calls:
            child = state.children.get(call.part.tool_call_id)
            if child is not None and not isinstance(call.tool, AgentTool):
                loop.abandon(state, state.children.pop(call.part.tool_call_id))
            if call.tool is None and call.status != "ended":
                refuse_unknown(state, step, call, begun=call.status == "executing")
            elif call.status == "executing":
                self._settle_call(call)

    def close_message(self) -> None:
        """Close the message that a lost owner was at."""
        if self.open_message is not None:
            data = {"message_id": self.open_message, "reason": "interrupted", "usage": _CUT_REQUEST}
            self.state.journal.record("message.failed", data)
            self.state.add(_CUT_REQUEST)
            self.open_message = None

    def _settle_call(self, call: Call) -> None:
        if call.part.tool_call_id in self._approved:
            call.status = "approved"
        else:
            call.status = "repeat"
        known = call.part.tool_call_id in self.open_children
        if not known and call.tool is not None and not call.tool.spec.repeatable:
            request_approval(self.state, call, OUTCOME_UNKNOWN)

    def _on_queued(self, _: Event, data: Mapping[str, Any]) -> None:
        self._rest("queued")
        if "input" in data and not self.state.messages:
            parts = tuple([part_from_plain(part) for part in data["input"]])
            run_id = self.state.journal.run_id
            self.state.messages.append(Message(id=first_message_id(run_id), role="user", parts=parts))

    def _on_claimed(self, event: Event, _: Mapping[str, Any]) -> None:
        self._rest("running")
        self._since = event.time

    def _on_paused(self, _: Event, data: Mapping[str, Any]) -> None:
        self._rest("paused")
        if "divergence" in data:
            self.accepted_version = data.get("agent_version")

    def _on_retrying(self, _: Event, __: Mapping[str, Any]) -> None:
        self._rest("retrying")
        self.state.retried += 1

    def _on_ended(self, event: Event, data: Mapping[str, Any]) -> None:
        self._rest("ended")
        stop_reason = data["stop_reason"]
        if event.type == "run.failed":
            error: Mapping[str, Any] = data["error"]
            failure = RunFailed(error["message"], hint=error.get("hint"), stop_reason=stop_reason)
            self.state.ended = Outcome(status="failed", stop_reason=stop_reason, error=failure)
        else:
            status = "completed" if event.type == "run.completed" else "canceled"
            plain = data.get("output")
            self.state.ended = Outcome(status=status, stop_reason=stop_reason, output=plain, plain=plain)

    def _rest(self, status: str) -> None:
        """Take note of a change of state; only time at work counts against the timeout."""
        self.status = status
        if self._since is not None and self._until is not None:
            self.state.active_s += max(0.0, (self._until - self._since).total_seconds())
        self._since = None

    def _on_step_started(self, event: Event, _: Mapping[str, Any]) -> None:
        state = self.state
        started_at = state.services.clock.monotonic()
        state.step = Step(number=event.step, model=state.model, started_at=started_at)
        self._place = len(state.messages)
        self._handoff = None
        state.answered = None

    def _on_message_started(self, _: Event, data: Mapping[str, Any]) -> None:
        self.open_message = data["message_id"]

    def _on_message_failed(self, _: Event, data: Mapping[str, Any]) -> None:
        self.open_message = None
        self._count(data)
        if data["reason"] != "retry" and data.get("message", {}).get("parts"):
            self.state.messages.append(message_from_plain(data["message"]))

    def _on_message_completed(self, _: Event, data: Mapping[str, Any]) -> None:
        self.open_message = None
        self._count(data)
        message = message_from_plain(data["message"])
        self.state.messages.append(message)
        self._place = len(self.state.messages)
        if (step := self.state.step) is not None:
            step.message = message
            step.response = ModelResponse(
                parts=message.parts,
                finish_reason=data.get("finish_reason", "other"),
                usage=usage_from_plain(data.get("usage", {})),
                model=data.get("model", step.model.id),
            )

    def _count(self, data: Mapping[str, Any]) -> None:
        if "usage" in data:
            self.state.add(usage_from_plain(data["usage"]))

    def _on_added(self, _: Event, data: Mapping[str, Any]) -> None:
        self.state.messages.append(message_from_plain(data["message"]))
        if data.get("reason") != "output_accepted":
            self.state.answered = None
        if data.get("reason") == "output_invalid":
            self.state.output_failures += 1

    def _on_tool_started(self, _: Event, data: Mapping[str, Any]) -> None:
        self.state.unchecked_from = None
        step, call_id = self.state.step, data["tool_call_id"]
        if step is None or step.message is None:
            return
        part = next(part for part in step.message.tool_calls if part.tool_call_id == call_id)
        tool = self.state.agent.tools_by_name.get(part.name)
        step.calls.append(Call(part=part, tool=tool, args=data["args"]))

    def _on_tool_executing(self, _: Event, data: Mapping[str, Any]) -> None:
        self._call(data).status = "executing"
        self.state.add(Usage(tool_calls=1))

    def _on_tool_completed(self, _: Event, data: Mapping[str, Any]) -> None:
        call = self._call(data)
        answer(call, data.get("content") or text_of(data["result"]) or "", "completed")
        call.answer.extend([part_from_plain(part) for part in data.get("attachments", ())])
        self.state.tool_failures.pop(call.part.name, None)

    def _on_tool_failed(self, _: Event, data: Mapping[str, Any]) -> None:
        call, error = self._call(data), RunError(**data["error"])
        answer(call, told_of(error), "failed")
        if data.get("sent_back") and self.state.step is not None:
            count_failure(self.state, self.state.step, call.part.name, error.message, None)

    def _on_tool_denied(self, _: Event, data: Mapping[str, Any]) -> None:
        answer(self._call(data), f"{DENIED}{data['reason']}.", "denied")

    def _on_tool_canceled(self, _: Event, data: Mapping[str, Any]) -> None:
        answer(self._call(data), CANCELED, "canceled")

    def _on_approval_requested(self, _: Event, data: Mapping[str, Any]) -> None:
        call = self._call(data)
        call.status, call.waiting_for = "waiting", data.get("reason")

    def _on_approval_resolved(self, _: Event, data: Mapping[str, Any]) -> None:
        call = self._call(data)
        if data["decision"] == "approve":
            call.status = "approved"
            self._approved.add(call.part.tool_call_id)
            call.args = data.get("args", call.args)

    def _call(self, data: Mapping[str, Any]) -> Call:
        call_id = data["tool_call_id"]
        for call in self.state.step.calls if self.state.step else ():
            if call.part.tool_call_id == call_id:
                return call
        # A step that was cut is over; what is still said of its calls changes nothing.
        return Call(part=ToolCallPart(tool_call_id=call_id, name="", arguments=""), tool=None, args={})

    def _on_child_started(self, _: Event, data: Mapping[str, Any]) -> None:
        self.open_children[data["tool_call_id"]] = data["child_run_id"]

    def _on_child_ended(self, _: Event, data: Mapping[str, Any]) -> None:
        self._count(data)
        child = data["child_run_id"]
        self.open_children = {key: value for key, value in self.open_children.items() if value != child}

    def _on_handoff_completed(self, _: Event, data: Mapping[str, Any]) -> None:
        known = self.state.agent.handoffs
        self._handoff = next((item for item in known if item.agent.name == data["to"]), None)

    def _on_step_completed(self, _: Event, data: Mapping[str, Any]) -> None:
        self.state.finish_reason = data["finish_reason"]
        self.state.unchecked_from = None
        answer = self._answer()
        self._take_results()
        self.state.answered = answer
        if self._handoff is not None:
            loop.take_over(self.state, self._handoff)
            self.state.journal.agent = self.state.agent.name

    def _answer(self) -> Message | None:
        """The message of the open step, where it is an answer and asks for nothing."""
        step = self.state.step
        if step is None or step.message is None or self._handoff is not None or step.calls:
            return None
        return step.message

    def _on_step_cut(self, _: Event, __: Mapping[str, Any]) -> None:
        self._take_results()

    def _take_results(self) -> None:
        step = self.state.step
        results = answers(self.state, step.calls) if step is not None else None
        if results is not None:
            self.state.messages.insert(self._place, results)
        self.state.step = None

    _handlers: ClassVar[Mapping[str, Callable[..., None]]] = {
        "run.queued": _on_queued,
        "run.started": _on_claimed,
        "run.resumed": _on_claimed,
        "run.paused": _on_paused,
        "run.retrying": _on_retrying,
        "run.completed": _on_ended,
        "run.failed": _on_ended,
        "run.canceled": _on_ended,
        "step.started": _on_step_started,
        "step.completed": _on_step_completed,
        "step.failed": _on_step_cut,
        "step.canceled": _on_step_cut,
        "message.started": _on_message_started,
        "message.completed": _on_message_completed,
        "message.failed": _on_message_failed,
        "input.received": _on_added,
        "transcript.added": _on_added,
        "tool.started": _on_tool_started,
        "tool.executing": _on_tool_executing,
        "tool.completed": _on_tool_completed,
        "tool.failed": _on_tool_failed,
        "tool.denied": _on_tool_denied,
        "tool.canceled": _on_tool_canceled,
        "tool.approval_requested": _on_approval_requested,
        "tool.approval_resolved": _on_approval_resolved,
        "subagent.started": _on_child_started,
        "subagent.completed": _on_child_ended,
        "subagent.failed": _on_child_ended,
        "subagent.canceled": _on_child_ended,
        "handoff.completed": _on_handoff_completed,
    }
