"""The loop: `run → step → query → execute`. There is one, whoever watches."""

import asyncio
from typing import TYPE_CHECKING, Any, Final, Literal

from agent_sdk.contracts.errors import AgentSDKError, ContentFiltered, ModelError, OutputInvalid, RunFailed
from agent_sdk.contracts.messages import Message, TextPart, ToolCallPart, ToolResultPart
from agent_sdk.contracts.signals import ModelRetry
from agent_sdk.runtime.cancellation import Interrupter
from agent_sdk.runtime.execute import accept, answers, cancel_calls, execute
from agent_sdk.runtime.limits import unpriced
from agent_sdk.runtime.outcome import (
    Outcome,
    canceled,
    failed,
    interrupted,
    journal_outcome,
    record_child_end,
    retrying,
    wrapped,
)
from agent_sdk.runtime.output import OUTPUT_TOOL
from agent_sdk.runtime.query import query
from agent_sdk.runtime.state import Step, model_for

if TYPE_CHECKING:
    from agent_sdk.runtime.handoff import Handoff
    from agent_sdk.runtime.state import RunState

EMPTY_ANSWER: Final = "Your answer was empty. Answer the user, or call a tool."
OUTPUT_ACCEPTED: Final = "The answer was accepted."
AddedBecause = Literal["handoff", "output_accepted", "output_invalid"]
TOO_LATE: Final = "Not done: the conversation was handed over to another agent."


async def run(state: "RunState") -> Outcome:
    """Run to the end or to a pause, and journal it. A failure is an outcome; only a foreign cancellation is raised.

    A run that drains is left at the border of a step, with the outcome `running` and nothing journaled.
    """
    clock = state.services.clock
    began = clock.monotonic()
    with Interrupter(None if state.parent else state.token, state.time_left_s) as interrupter:
        state.interrupter = interrupter
        try:
            outcome = await _guarded(state)
        except asyncio.CancelledError as error:
            if interrupter.asked_by == "others":
                journal_outcome(state, canceled(state))
                raise
            # A CancelledError that nobody asked for is a bug in what raised it, as any other exception is.
            outcome = interrupted(state) if state.interrupted else failed(wrapped(error))
        except (RunFailed, ModelError) as error:
            outcome = retrying(state, error) or failed(error)
        except Exception as error:  # noqa: BLE001 - a bug in a caller's function ends the run, journaled, not lost
            outcome = failed(wrapped(error))
        except BaseException as error:
            # It ends more than this run, whose journal is closed first.
            journal_outcome(state, failed(wrapped(error)))
            raise
    state.active_s += clock.monotonic() - began
    if outcome.status != "running":
        journal_outcome(state, outcome)
    await state.journal.committed()
    return outcome


def fail_idle(state: "RunState", error: AgentSDKError) -> Outcome:
    """Journal the end of a run that cannot be executed."""
    _cut(state, error)
    outcome = failed(error)
    journal_outcome(state, outcome)
    return outcome


def cancel_idle(state: "RunState") -> Outcome:
    """Journal the end of a run that is canceled while nobody executes it: it waits for its turn, or is paused."""
    _cut(state, asyncio.CancelledError())
    outcome = canceled(state)
    journal_outcome(state, outcome)
    return outcome


async def _guarded(state: "RunState") -> Outcome:
    """The steps; the guardrails that run beside them end with them."""
    try:
        return await _steps(state)
    finally:
        for guard in state.guards:
            guard.cancel()
        if state.guards:
            verdicts = await asyncio.gather(*state.guards, return_exceptions=True)
            if not any(verdicts) and state.unchecked_from == 0:
                state.unchecked_from = None


async def _steps(state: "RunState") -> Outcome:
    # Where nothing is unchecked from the first message on, they have spoken in an earlier attempt.
    if not state.token.canceled and state.unchecked_from == 0:
        await _guard_input(state)
    while True:
        # Also what a function swallowed: an interruption is not forgotten.
        if state.interrupted or (state.step is None and state.token.canceled):
            _cut(state, asyncio.CancelledError())
            return interrupted(state)
        if state.step is None and (outcome := _at_border(state)) is not None:
            return outcome
        outcome = await _step(state) if state.answered is None else await _read_again(state, state.answered)
        if outcome is not None and not await _has_more_to_answer(state, outcome):
            return outcome


async def _read_again(state: "RunState", message: Message) -> Outcome | None:
    """Take an answer that a lost owner had closed its step with, and not yet ended the run."""
    state.answered = None
    try:
        return await _read_output(state, message)
    except ModelRetry as signal:
        _ask_again(state, message, str(signal))
        return None


def _at_border(state: "RunState") -> Outcome | None:
    """Between two steps: stop where that is asked for, and take in what the user added."""
    if state.draining:
        return Outcome(status="running", stop_reason="end_turn")
    while state.inputs:
        message = state.inputs.popleft()
        state.messages.append(message)
        state.journal.record("input.received", {"message": message})
        state.answered = None
    if state.pause_requested:
        state.pause_requested = False
        return Outcome(status="paused", stop_reason="input_required")
    return None


async def _has_more_to_answer(state: "RunState", outcome: Outcome) -> bool:
    """Whether the user said more before this answer, which then does not end the run."""
    if outcome.status != "completed":
        return False
    if state.refresh is not None:
        await state.refresh()
    return bool(state.inputs)


async def _step(state: "RunState") -> Outcome | None:
    """Begin a step, or go on with the one that paused; None asks for another."""
    step = state.step
    try:
        if step is None:
            step = _begin(state)
            response = await query(state, step)
            await _hear_guards(state)
            state.check_answer()
            accept_calls(state, step)
            if response.finish_reason == "content_filter" and not response.parts:
                msg = f"the content filter of {step.model.id} withheld the whole answer"
                raise ContentFiltered(msg, provider=step.model.id)
        await _hear_guards(state)
        await execute(state, step)
        if not step.waiting:
            return await _finish(state, step)
    except BaseException as error:
        _cut(state, error)
        raise
    if not state.token.canceled:
        return Outcome(status="paused", stop_reason="approval_required")
    # Whoever canceled does not wait for a human any more.
    _cut(state, asyncio.CancelledError())
    return canceled(state)


def _begin(state: "RunState") -> Step:
    _check_limits(state)
    journal, clock = state.journal, state.services.clock
    journal.step += 1
    state.step = step = Step(number=journal.step, model=state.model, started_at=clock.monotonic())
    journal.record("step.started", {"model": step.model.id})
    return step


async def _hear_guards(state: "RunState") -> None:
    """Nothing is executed and nothing is an answer before their verdicts."""
    if state.guards:
        await asyncio.gather(*state.guards)
        # Heard once: nobody waits for them again between an answer and the end of its run.
        state.guards = []
        state.unchecked_from = None


def accept_calls(state: "RunState", step: Step) -> None:
    """Journal the calls of the answer; handoffs and the hidden output tool are not tools to a reader.

    Those that were journaled before a crash stay as they are.
    """
    known = {call.part.tool_call_id: call for call in step.calls}
    step.calls = []
    hidden: set[str] = set(state.agent.handoffs_by_name)
    if not state.agent.output.is_text:
        hidden.add(OUTPUT_TOOL)
    for part in _message(step).tool_calls:
        if part.name not in hidden:
            step.calls.append(known.get(part.tool_call_id) or accept(state, step, part))
    unknown = next((call for call in step.calls if call.tool is None), None)
    if unknown is not None and state.agent.on_tool_not_found == "fail":
        msg = f"the model called {unknown.part.name!r}, which is no tool of {state.agent.name!r}"
        raise RunFailed(msg, stop_reason="tool_error")


async def _finish(state: "RunState", step: Step) -> Outcome | None:
    """Take the results into the transcript, close the step, and say what follows from the answer."""
    message = _message(step)
    results = answers(state, step.calls)
    if results is not None:
        state.messages.append(results)
    verdict: Outcome | None = None
    problem: str | None = None
    if not _hand_off(state, message):
        try:
            verdict = await _read_output(state, message)
        except ModelRetry as signal:
            problem = str(signal)
    _close(state, step)
    if problem is not None:
        _ask_again(state, message, problem)
    return verdict


async def _read_output(state: "RunState", message: Message) -> Outcome | None:
    """The run's outcome if this message is the answer.

    Raises:
        ModelRetry: It should be one and is not.
        GuardrailTripped: An output guardrail said no.
    """
    output = state.agent.output
    final = _final_call(message)
    if output.is_text or final is None:
        if message.tool_calls:
            return None
        value: Any = message.text
        if not value.strip():
            raise ModelRetry(EMPTY_ANSWER)
        if not output.is_text:
            value = output.read(value)
    else:
        value = output.read(final.arguments)
        _answer_hidden(state, final, OUTPUT_ACCEPTED, "output_accepted")
    state.unchecked_from = state.messages.index(message)
    for guardrail in state.agent.output_guardrails:
        await guardrail.verdict(state.context(), value)
    state.unchecked_from = None
    plain = output.to_plain(value)
    return Outcome(status="completed", stop_reason="end_turn", output=value, plain=plain)


def _ask_again(state: "RunState", message: Message, problem: str) -> None:
    state.output_failures += 1
    if state.output_failures > state.agent.output_retries_max:
        msg = f"the answer could not be used after {state.output_failures} tries: {problem}"
        raise OutputInvalid(
            msg, hint="Look at the output type and the instructions, or use a stronger model."
        )
    final = _final_call(message)
    if final is not None:
        _answer_hidden(state, final, problem, "output_invalid")
    else:
        said = Message(id=state.services.ids.new("msg"), role="user", parts=(TextPart(text=problem),))
        _add(state, said, "output_invalid")


def _hand_off(state: "RunState", message: Message) -> bool:
    """Let the first handoff that the message asks for happen; others, and an answer, come too late."""
    taken: Handoff | None = None
    for part in message.tool_calls:
        found = state.agent.handoffs_by_name.get(part.name)
        if found is None:
            continue
        data = {"tool_call_id": part.tool_call_id, "from": state.agent.name, "to": found.agent.name}
        state.journal.record("handoff.started", data)
        if taken is None:
            taken = found
            state.journal.record("handoff.completed", data)
            _answer_hidden(state, part, f"The agent {found.agent.name} has taken over.", "handoff")
        else:
            state.journal.record("handoff.failed", {**data, "reason": "another handoff came first"})
            _answer_hidden(state, part, TOO_LATE, "handoff")
    if taken is None:
        return False
    final = _final_call(message)
    if final is not None and not state.agent.output.is_text:
        _answer_hidden(state, final, TOO_LATE, "handoff")
    take_over(state, taken)
    return True


def take_over(state: "RunState", taken: "Handoff") -> None:
    """Let another agent go on with the run."""
    state.agent = taken.agent
    state.model = model_for(state.services, taken.agent, state.model_choice)
    if taken.history is not None:
        # The next agent's view; what the run added stays whole for the session.
        state.view = tuple(taken.history(state.transcript))
        state.view_from = len(state.messages)


def _final_call(message: Message) -> ToolCallPart | None:
    return next((part for part in message.tool_calls if part.name == OUTPUT_TOOL), None)


def _answer_hidden(state: "RunState", part: ToolCallPart, content: str, reason: AddedBecause) -> None:
    """Answer a call that is no tool to a reader, so that the transcript stays valid. Once, also after a crash."""
    if any(
        isinstance(known, ToolResultPart) and known.tool_call_id == part.tool_call_id
        for message in state.messages
        for known in message.parts
    ):
        return
    result = ToolResultPart(
        tool_call_id=part.tool_call_id,
        name=part.name,
        content=content,
        provider_call_id=part.provider_call_id,
    )
    _add(state, Message(id=state.services.ids.new("msg"), role="tool", parts=(result,)), reason)


def _add(state: "RunState", message: Message, reason: AddedBecause) -> None:
    """Add a message of the runtime's own, which nothing else in the journal tells of."""
    state.messages.append(message)
    state.journal.record("transcript.added", {"message": message, "reason": reason})


def _message(step: Step) -> Message:
    if step.message is None:
        msg = f"step {step.number} has no answer yet"
        raise RuntimeError(msg)
    return step.message


def _close(state: "RunState", step: Step) -> None:
    response = step.response
    if response is None:
        msg = f"step {step.number} has no answer yet"
        raise RuntimeError(msg)
    state.finish_reason = response.finish_reason
    state.journal.record(
        "step.completed",
        {
            "model": response.model,
            "usage": response.usage,
            "finish_reason": response.finish_reason,
            "latency_ms": step.latency_ms,
            "first_token_ms": step.first_token_ms,
        },
    )
    state.step = None
    # A handoff shows from the next step on: until here the step was the old agent's.
    state.journal.agent = state.agent.name


def _cut(state: "RunState", error: BaseException) -> None:
    """Close everything that the open step holds, inside out, and keep the results that came in."""
    step = state.step
    if step is None:
        return
    for child in state.children.values():
        abandon(state, child)
    state.children.clear()
    cancel_calls(state, step.calls)
    results = answers(state, step.calls)
    if results is not None:
        state.messages.append(results)
    if not isinstance(error, asyncio.CancelledError):
        reason = error.code if isinstance(error, ModelError | RunFailed) else type(error).__name__
        state.journal.record("step.failed", {"reason": reason})
    elif state.interruption == "timeout":
        state.journal.record("step.failed", {"reason": "timeout"})
    else:
        state.journal.record("step.canceled", {"reason": "canceled"})
    state.step = None


def abandon(state: "RunState", child: "RunState") -> None:
    """End a subagent because its parent ends: one that waits, one whose owner was lost, or one that had ended."""
    ended = child.ended
    if ended is not None and ended.status != "canceled":
        verb = "completed" if ended.status == "completed" else "failed"
        record_child_end(state, child, verb, None if ended.error is None else str(ended.error))
        return
    if ended is None:
        if child.settle is not None:
            child.journal.attempt = state.journal.attempt
            child.settle()
            child.settle = None
        _cut(child, asyncio.CancelledError())
        journal_outcome(child, canceled(child))
    record_child_end(state, child, "canceled", "the parent ended")


def _check_limits(state: "RunState") -> None:
    state.limits.check_step(state.journal.step, state.usage)
    bound: RunState | None = state
    while bound is not None:
        bound.limits.check_budget(bound.usage)
        # A cost ceiling also binds the models of handoffs and subagents.
        if bound.limits.max_cost_usd is not None and not state.model.profile.priced:
            raise unpriced()
        bound = bound.parent


async def _guard_input(state: "RunState") -> None:
    """Run the blocking input guardrails, then start the parallel ones."""
    text = state.messages[0].text
    for guardrail in state.agent.input_guardrails:
        if not guardrail.parallel:
            await guardrail.verdict(state.context(), text)
    state.guards = [
        asyncio.ensure_future(guardrail.verdict(state.context(), text))
        for guardrail in state.agent.input_guardrails
        if guardrail.parallel
    ]
    if not state.guards:
        state.unchecked_from = None
