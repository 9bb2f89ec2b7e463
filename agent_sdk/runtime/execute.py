"""The tool calls of one step: accepted, approved, executed in parallel, answered in the model's order."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

from agent_sdk.contracts.codec import canonical, decode, encode
from agent_sdk.contracts.errors import (
    AgentSDKError,
    RunFailed,
    ToolArgumentsInvalid,
    ToolCrashed,
    ToolError,
    ToolNotFound,
    ToolTimeout,
)
from agent_sdk.contracts.messages import Message, ToolCallPart, ToolOutcome, ToolResultPart
from agent_sdk.contracts.run import RunError
from agent_sdk.contracts.signals import ApprovalRequired, ModelRetry, ToolFailed
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.tool import Tool, ToolOutput
from agent_sdk.runtime.state import Call, CallStatus
from agent_sdk.tools.output import bounded

if TYPE_CHECKING:
    from agent_sdk.runtime.state import RunState, Step

TOOL_TIMEOUT_DEFAULT_S: Final = 120.0
TOOL_DELTA_MAX_CHARS: Final = 200_000
"""Streamed output of one call; more is not shown."""
DENIED: Final = "The call was denied: "
CANCELED: Final = "The call was canceled."
_READY: Final[frozenset[CallStatus]] = frozenset({"accepted", "approved", "repeat"})
_ONE_CALL: Final = Usage(tool_calls=1)


async def execute(state: "RunState", step: "Step") -> None:
    """Execute every call that may run now; calls that need a human are left waiting.

    Raises:
        RunFailed: A call ended the run.
    """
    if step.fatal is not None:
        raise step.fatal
    for group in _groups(step.calls):
        _request_approvals(state, group)
        ready = [call for call in group if call.status in _READY]
        if len(ready) == 1:
            await _run_call(state, step, ready[0])
        elif ready:
            async with asyncio.TaskGroup() as tasks:
                for call in ready:
                    tasks.create_task(_run_call(state, step, call), name=f"tool {call.part.name}")
        if step.fatal is not None:
            raise step.fatal
        if any(call.status == "waiting" for call in group):
            return


def accept(state: "RunState", step: "Step", part: ToolCallPart) -> Call:
    """Take a model's call over into the journal; one that cannot run ends here."""
    tool = state.agent.tools_by_name.get(part.name)
    args = _read_args(part.arguments)
    state.journal.record(
        "tool.started",
        {
            "tool_call_id": part.tool_call_id,
            "name": part.name,
            "version": tool.spec.version if tool else "",
            "args": args or {},
            "message_id": cast("Message", step.message).id,
        },
    )
    call = Call(part=part, tool=tool, args=args or {})
    if tool is None:
        refuse_unknown(state, step, call)
    elif args is None:
        error = ToolArgumentsInvalid(f"The arguments of {part.name} are not a JSON object.")
        _handle_failure(state, step, call, error, 0)
    return call


def refuse_unknown(state: "RunState", step: "Step", call: Call, *, begun: bool = False) -> None:
    """End a call of a tool that the agent has not, or has no more; `begun` where nobody knows how far it came."""
    known = ", ".join(sorted(state.agent.tools_by_name)) or "none"
    told = f"There is no tool named {call.part.name!r}."
    if begun:
        told = f"The call was begun, nobody knows how far it came, and the tool {call.part.name!r} is gone."
    _handle_failure(state, step, call, ToolNotFound(told, hint=f"Tools: {known}."), 0)


def args_hash(name: str, args: Mapping[str, Any]) -> str:
    """SHA-256 of a call's name and arguments: an approval is bound to it."""
    return hashlib.sha256(canonical([name, args])).hexdigest()


def deny(state: "RunState", call: Call, reason: str | None) -> None:
    """End a call that a human refused."""
    why = reason or "no reason was given"
    data = {"tool_call_id": call.part.tool_call_id, "name": call.part.name, "reason": why}
    state.journal.record("tool.denied", data)
    answer(call, f"{DENIED}{why}.", "denied")


def cancel_calls(state: "RunState", calls: Iterable[Call]) -> None:
    """End every call that has not ended."""
    for call in calls:
        if call.status != "ended":
            _canceled(state, call, 0)


def answers(state: "RunState", calls: Iterable[Call]) -> Message | None:
    """The tool message of a step, in the model's order, or None where no call has ended."""
    parts = tuple([part for call in calls for part in call.answer])
    return Message(id=state.services.ids.new("msg"), role="tool", parts=parts) if parts else None


async def _run_call(state: "RunState", step: "Step", call: Call) -> None:
    tool = cast("Tool", call.tool)  # a call without tool ended when it was accepted
    journal, clock = state.journal, state.services.clock
    key = f"{journal.run_id}:{step.number}:{call.part.tool_call_id}"
    context = state.context(
        tool_call_id=call.part.tool_call_id,
        idempotency_key=key,
        approved=call.status == "approved",
        on_delta=_Emitter(state, call).emit,
    )
    journal.record("tool.executing", {"tool_call_id": call.part.tool_call_id, "idempotency_key": key})
    state.add(_ONE_CALL)
    await journal.committed()
    began = clock.monotonic()
    limit_s = tool.spec.timeout_s or TOOL_TIMEOUT_DEFAULT_S
    timeout = asyncio.timeout(limit_s)
    try:
        async with timeout:
            output = await tool.call(context, call.args)
        _complete(state, call, tool.spec, output, _ms(clock.monotonic() - began))
    except ApprovalRequired as signal:
        request_approval(state, call, signal.reason)
    except asyncio.CancelledError as error:
        if _is_canceled(state):
            _canceled(state, call, _ms(clock.monotonic() - began))
            raise
        # Something that the tool waited for was canceled, not the tool.
        _handle_failure(state, step, call, error, _ms(clock.monotonic() - began))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a tool raises is told to the model, never lost
        if isinstance(error, TimeoutError) and timeout.expired():
            error = ToolTimeout(f"{tool.spec.name} did not end within {limit_s:g} s.")
        _handle_failure(state, step, call, error, _ms(clock.monotonic() - began))


def _is_canceled(state: "RunState") -> bool:
    task = asyncio.current_task()
    return state.interrupted or (task is not None and task.cancelling() > 0)


def _complete(state: "RunState", call: Call, spec: ToolSpec, output: ToolOutput, duration_ms: int) -> None:
    shown = bounded(output)
    # What was cut for the model is cut in the journal too: a run stays readable whatever a tool returns.
    value = output.value if shown is output else shown.content
    state.journal.record(
        "tool.completed",
        {
            "tool_call_id": call.part.tool_call_id,
            "name": spec.name,
            "version": spec.version,
            "result": value,
            "duration_ms": duration_ms,
            **({"content": shown.content} if shown.content != text_of(value) else {}),
            **({"attachments": output.attachments} if output.attachments else {}),
        },
    )
    state.tool_failures.pop(spec.name, None)
    answer(call, shown.content, "completed")
    call.answer.extend(output.attachments)


def text_of(value: Any) -> str | None:
    """What a model reads of a result, unless its tool says otherwise; None where it has no JSON form."""
    if isinstance(value, str):
        return value
    try:
        return encode(value).decode()
    except (TypeError, ValueError):
        return None


def _handle_failure(
    state: "RunState", step: "Step", call: Call, error: BaseException, duration_ms: int
) -> None:
    """Journal a failure, and end the run where the model had its chances."""
    name = call.part.name
    if isinstance(error, ToolError):
        told = error
    elif isinstance(error, AgentSDKError):
        told = ToolError(str(error), hint=error.hint)
    elif isinstance(error, ModelRetry | ToolFailed):
        told = ToolError(str(error))
    else:
        told = ToolCrashed(f"{type(error).__name__}: {error}")
    told.__cause__ = None if told is error else error
    sent_back = isinstance(error, ModelRetry | ToolArgumentsInvalid | ToolNotFound)
    _fail(state, call, told, duration_ms, sent_back=sent_back)
    if sent_back:
        count_failure(state, step, name, str(told), error)


def count_failure(
    state: "RunState", step: "Step", name: str, message: str, cause: BaseException | None
) -> None:
    """Count a call that was sent back to the model, and set what ends the run where it had its chances."""
    # Parallel calls that fail in one step are one try: the model had no chance to correct itself in between.
    if name in step.sent_back:
        return
    step.sent_back.add(name)
    failures = state.tool_failures[name] = state.tool_failures.get(name, 0) + 1
    if failures > state.agent.tool_retries_max:
        msg = f"{name} was called wrongly {failures} times in a row; the last time: {message}"
        fatal = RunFailed(msg, hint="Look at the tool's description and schema.", stop_reason="tool_error")
        fatal.__cause__ = cause
        step.fatal = fatal


def _fail(state: "RunState", call: Call, error: ToolError, duration_ms: int, *, sent_back: bool) -> None:
    data = error.as_data()
    # Messages of the operating system may hold what is no text, such as the name of a file in another encoding.
    data = replace(data, message=as_text(data.message))
    state.journal.record(
        "tool.failed",
        {
            "tool_call_id": call.part.tool_call_id,
            "name": call.part.name,
            "version": call.tool.spec.version if call.tool else "",
            "error": data,
            "duration_ms": duration_ms,
            **({"sent_back": True} if sent_back else {}),
        },
    )
    answer(call, told_of(data), "failed")


def told_of(error: RunError) -> str:
    """What the model reads of a failure."""
    if not error.hint:
        return error.message
    message = error.message if error.message.endswith((".", "!", "?")) else f"{error.message}."
    return f"{message} {error.hint}"


def _canceled(state: "RunState", call: Call, duration_ms: int) -> None:
    data = {"tool_call_id": call.part.tool_call_id, "name": call.part.name, "duration_ms": duration_ms}
    state.journal.record("tool.canceled", data)
    answer(call, CANCELED, "canceled")


def answer(call: Call, content: str, outcome: ToolOutcome) -> None:
    """End a call with what the model reads of it."""
    call.status = "ended"
    call.answer = [
        ToolResultPart(
            tool_call_id=call.part.tool_call_id,
            name=call.part.name,
            content=content,
            outcome=outcome,
            provider_call_id=call.part.provider_call_id,
        )
    ]


def _request_approvals(state: "RunState", calls: Iterable[Call]) -> None:
    for call in calls:
        if call.status == "accepted" and call.tool is not None and call.tool.spec.needs_approval:
            request_approval(state, call, None)


def request_approval(state: "RunState", call: Call, reason: str | None) -> None:
    """Leave a call waiting for a human."""
    call.status = "waiting"
    call.waiting_for = reason
    child = state.children.get(call.part.tool_call_id)
    state.journal.record(
        "tool.approval_requested",
        {
            "tool_call_id": call.part.tool_call_id,
            "name": call.part.name,
            "args": call.args,
            "args_hash": args_hash(call.part.name, call.args),
            "reason": reason,
            **({"child_run_id": child.journal.run_id} if child is not None else {}),
        },
    )


def _groups(calls: Iterable[Call]) -> list[list[Call]]:
    """Calls that may run beside each other; a sequential one is a group of its own."""
    groups: list[list[Call]] = [[]]
    for call in calls:
        if call.status == "ended":
            continue
        if call.tool is not None and call.tool.spec.sequential:
            groups += [[call], []]
        else:
            groups[-1].append(call)
    return [group for group in groups if group]


def _read_args(arguments: str) -> dict[str, Any] | None:
    """Arguments as an object, or None where they are none. Some models send nothing for no arguments."""
    if not arguments.strip():
        return {}
    try:
        value = decode(arguments)
    except ValueError:
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def as_text(text: str) -> str:
    """`text` without lone surrogates, which no encoder writes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


class _Emitter:
    """Shows a tool's output while it runs, up to a bound."""

    def __init__(self, state: "RunState", call: Call) -> None:
        self._state = state
        self._call = call
        self._left_chars = TOOL_DELTA_MAX_CHARS

    def emit(self, delta: str) -> None:
        # A thread that outlived its call may still speak; the journal no longer listens.
        shown = as_text(delta[: self._left_chars])
        if not shown or self._call.status in {"ended", "waiting"}:
            return
        self._left_chars -= len(shown)
        self._state.journal.delta(
            "tool.delta", {"tool_call_id": self._call.part.tool_call_id, "delta": shown}
        )
