"""From what a caller asked for to the state of a run, and from a run's end to its result."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from agent_sdk.contracts.errors import GuardrailTripped, InvalidInput
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.ids import first_message_id, is_session_id
from agent_sdk.contracts.messages import DocumentPart, ImagePart, Input, Message, Part, TextPart, input_parts
from agent_sdk.contracts.scope import ORG_DEFAULT
from agent_sdk.ports.llm import Model
from agent_sdk.runtime.cancellation import CancelToken
from agent_sdk.runtime.decisions import interruptions
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.runtime.execute import as_text
from agent_sdk.runtime.journal import Journal
from agent_sdk.runtime.limits import UsageLimits
from agent_sdk.runtime.outcome import Outcome
from agent_sdk.runtime.result import RunResult
from agent_sdk.runtime.services import Services
from agent_sdk.runtime.state import RunLog, RunState, model_for


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """What a caller asked for."""

    agent: AgentDefinition[Any, Any]
    input: Input
    deps: Any = None
    session: str | None = None
    model: str | Model | None = None
    limits: UsageLimits | None = None
    cancel: CancelToken | None = None
    """The caller's token, which may be that of other runs, too: a run hears it and never sets it."""


def new_state(services: Services, spec: RunSpec, log: RunLog, parent: RunState | None = None) -> RunState:
    """Make the state of a run that has not begun. Must be called on the event loop that will run it.

    Raises:
        InvalidInput: The input is empty or holds what no user says, or the session id cannot be one.
        DefinitionError: The agent cannot work.
        ConfigError: There is no such model, or its key is missing.
    """
    agent, ids = spec.agent, services.ids
    agent.check()
    parts = user_parts(spec.input)
    if spec.session is not None and not is_session_id(spec.session):
        msg = f"{spec.session!r} cannot be a session id"
        raise InvalidInput(msg, hint="Use letters, digits and _ . : @ -, at most 128 of them.")
    session_id = spec.session or ids.new("ses")
    journal = Journal(
        log,
        services.clock,
        run_id=ids.new("run"),
        session_id=session_id,
        org_id=ORG_DEFAULT,
        agent=agent.name,
        parent=parent.journal if parent else None,
    )
    return RunState(
        services=services,
        agent=agent,
        model=model_for(services, agent, spec.model),
        model_choice=spec.model,
        deps=spec.deps,
        limits=spec.limits or agent.limits,
        token=CancelToken(),
        follows=spec.cancel,
        log=log,
        journal=journal,
        loop=asyncio.get_running_loop(),
        session_named=spec.session is not None,
        history=(),
        messages=[Message(id=first_message_id(journal.run_id), role="user", parts=parts)],
        parent=parent,
        unchecked_from=0 if agent.input_guardrails else None,
    )


def user_parts(given: Input) -> tuple[Part, ...]:
    """The parts of what a user says.

    Raises:
        InvalidInput: It is empty, or holds what no user says.
    """
    if not _is_input(given):
        msg = f"the input is of type {type(given).__name__}"
        raise InvalidInput(msg, hint="Pass text, or a list of parts.")
    parts = input_parts(given)
    for part in parts:
        if not isinstance(part, TextPart | ImagePart | DocumentPart):
            msg = f"a user does not say {part!r}"
            raise InvalidInput(
                msg, hint="Pass text, images and documents; the session has what was said before."
            )
        if isinstance(part, TextPart) and as_text(part.text) != part.text:
            msg = "the input holds lone surrogates, which are no text"
            raise InvalidInput(msg, hint="Decode it with the right encoding, or with errors='replace'.")
    if all(isinstance(part, TextPart) and not part.text.strip() for part in parts):
        msg = "the input is empty"
        raise InvalidInput(msg, hint="Pass text, or at least one part.")
    return parts


def _is_input(given: object) -> bool:
    # Bytes are sequences, too, but of numbers.
    return isinstance(given, str | Sequence) and not isinstance(given, bytes | bytearray | memoryview)


def queue(state: RunState) -> None:
    """Journal that the run was accepted."""
    data = {"model": state.model.id, "input": state.messages[0].parts, "limits": state.limits.as_data()}
    state.journal.record("run.queued", data)


def start(state: RunState) -> None:
    """Journal that the run begins."""
    state.journal.record("run.started", {"model": state.model.id})


def requeue(state: RunState, *, attempt: int | None = None) -> None:
    """Journal that a paused run goes on; in another attempt, where its number is given."""
    state.journal.record("run.queued", {"model": state.model.id})
    state.journal.attempt = attempt or state.journal.attempt
    state.journal.record("run.resumed", {"reason": "resumed"})


def result_of(state: RunState, outcome: Outcome) -> RunResult[Any]:
    """What the run leaves behind.

    Raises:
        AgentSDKError: The run failed: its error, with the result attached.
    """
    journal, said = state.journal, tuple(state.messages)
    result: RunResult[Any] = RunResult(
        run_id=journal.run_id,
        session_id=journal.session_id,
        status=outcome.status,
        stop_reason=outcome.stop_reason,
        output=_said(said) if _keeps_words(outcome) else outcome.output,
        usage=state.usage,
        messages=(*state.history, *said),
        new_messages=said,
        events=cast("tuple[Event, ...]", state.log.events(journal.run_id)),
        finish_reason=state.finish_reason,
        interruptions=tuple(interruptions(state)) if outcome.status == "paused" else (),
        last_agent=state.agent.name,
    )
    if outcome.error is not None:
        outcome.error.result = result
        raise outcome.error
    return result


def _keeps_words(outcome: Outcome) -> bool:
    """Whether the result shows what was said before the run failed; what a guardrail refused is not shown."""
    return outcome.error is not None and not isinstance(outcome.error, GuardrailTripped)


def _said(messages: Sequence[Message]) -> str | None:
    last = messages[-1] if messages else None
    return (last.text or None) if last is not None and last.role == "assistant" else None
