"""A new run that goes on from a point of another one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.ids import event_id, event_id_head, run_mark
from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.platform_errors import Conflict
from agent_sdk.contracts.run import Run, RunLimits
from agent_sdk.contracts.scope import Scope
from agent_sdk.ports.records import IdempotencyKey
from agent_sdk.ports.store import NewRun, Origin
from agent_sdk.runtime.begin import user_parts
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.runtime.journal import Journal
from agent_sdk.runtime.request import Collector, RunRequest, input_of, new_run
from agent_sdk.runtime.services import Services


def forked(
    services: Services,
    scope: Scope,
    run: Run,
    events: Sequence[Event],
    *,
    agent: AgentDefinition[Any, Any],
    history: Sequence[Message],
    origin: Origin,
    after_seq: int | None = None,
    after_step: int | None = None,
    given: Any = None,
    idempotency: IdempotencyKey | None = None,
) -> NewRun:
    """Copy a journal up to the last border of a step at or before a point.

    Args:
        services: Ids and time.
        scope: Whose run it is.
        run: The run.
        events: Its whole journal.
        agent: Its agent, as it is now.
        history: What the session knew before the run.
        origin: What its caller had chosen for it.
        after_seq: The point as a place in the journal; or
        after_step: as a step.
        given: What the user says there; where no step had ended yet, in place of the run's own input.
        idempotency: Of the request.

    Raises:
        InvalidInput: There is no such point, or nothing would be left to do.
        Conflict: The journal was compacted: what is missing cannot be copied.
    """
    prefix = _prefix(events, _point(events, after_seq, after_step))
    request = RunRequest(
        agent=run.agent,
        input=given if given is not None and len(prefix) == 1 else run.input,
        model=origin.model_choice,
        deps=origin.deps,
        limits=RunLimits(**prefix[0].data.get("limits", {})),
        tags=run.tags,
        metadata=run.metadata,
        idempotency=idempotency,
    )
    new = new_run(services, scope, agent, request)
    copied: Sequence[Event] = new.events
    if len(prefix) > 1:
        if given is None and not _calls_tools(prefix):
            msg = "the step before this point ended with an answer"
            raise InvalidInput(msg, hint="Send `input` for the run to go on with, or an earlier point.")
        copied = [_moved(event, new, scope) for event in prefix]
        copied += _said(services, new, scope, copied[-1], given)
    return replace(
        new,
        events=copied,
        history=history,
        forked_from=run.id,
        session_named=False,
        agent_version=agent.version,
    )


def _point(events: Sequence[Event], after_seq: int | None, after_step: int | None) -> int:
    if (after_seq is None) == (after_step is None):
        raise InvalidInput("send either after_seq or after_step", hint="GET …/events shows both.")
    if after_seq is not None:
        if not 1 <= after_seq <= events[-1].seq:
            msg = f"there is no event {after_seq}"
            raise InvalidInput(msg, hint=f"The journal has 1 to {events[-1].seq}.")
        return after_seq
    ends = [event.seq for event in events if event.type == "step.completed" and event.step == after_step]
    if not ends:
        msg = f"no step {after_step} has ended"
        raise InvalidInput(msg, hint="Only what a step left behind can be gone on with.")
    return ends[0]


def _border(events: Sequence[Event], point: int) -> int:
    """The last border of a step at or before a point, with what the runtime itself added there."""
    border = 1
    for event in events:
        if (event.seq <= point and event.type == "step.completed") or (
            event.type == "transcript.added" and event.seq == border + 1
        ):
            border = event.seq
    return border


def _prefix(events: Sequence[Event], point: int) -> Sequence[Event]:
    border = _border(events, point)
    prefix = [event for event in events if event.seq <= border]
    if len(prefix) != border:
        raise Conflict(
            "the journal was compacted, so that its beginning cannot be copied",
            hint="Fork before retention lets deltas go.",
        )
    return prefix


def _calls_tools(prefix: Sequence[Event]) -> bool:
    """Whether the last step left something to go on with: results, another agent, or an answer to correct."""
    last = [event for event in prefix if event.step == prefix[-1].step]
    added = [event.data["reason"] for event in last if event.type == "transcript.added"]
    if "output_accepted" in added:
        return False
    return bool(added) or any(event.type in {"tool.started", "handoff.started"} for event in last)


def _moved(event: Event, new: NewRun, scope: Scope) -> Event:
    head = event_id_head(int(event.time.timestamp() * 1000), run_mark(new.id))
    return replace(
        event,
        id=event_id(head, event.seq),
        run_id=new.id,
        root_run_id=new.id,
        parent_run_id=None,
        depth=0,
        session_id=new.session_id,
        org_id=scope.org_id,
    )


def _said(services: Services, new: NewRun, scope: Scope, last: Event, given: Any) -> Sequence[Event]:
    if given is None:
        return ()
    events: list[Event] = []
    journal = Journal(
        Collector(events),
        services.clock,
        run_id=new.id,
        session_id=new.session_id,
        org_id=scope.org_id,
        agent=last.agent,
    )
    journal.attempt, journal.seq, journal.step, journal.latest = last.attempt, last.seq, last.step, last.time
    message = Message(id=services.ids.new("msg"), role="user", parts=user_parts(input_of(given)))
    journal.record("input.received", {"message": message})
    return events
