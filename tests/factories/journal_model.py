"""The grammar a second time, as questions to a run's whole history: slow, plain, no relative of the machine."""

from collections.abc import Sequence
from typing import Final

from agent_sdk.contracts.events import STREAM_OF, Event
from tests.factories.journals import id_field

_AFTER_STATUS: Final = {
    "run.queued": {"queued by nobody", "paused"},
    "run.started": {"queued"},
    "run.resumed": {"queued", "running", "retrying"},
    "run.paused": {"running"},
    "run.retrying": {"running"},
    "run.completed": {"running"},
    "run.failed": {"queued", "running", "paused", "retrying"},
    "run.canceled": {"queued", "running", "paused", "retrying"},
}
_STATUS_AFTER: Final = {"run.started": "running", "run.resumed": "running"}
_ENDS: Final = ("completed", "failed", "canceled", "denied")
_IN_ANY_STATUS: Final = ("failed", "canceled", "denied", "approval_resolved")
_TERMINAL: Final = ("run.completed", "run.failed", "run.canceled")


def is_valid(events: Sequence[Event], *, whole: bool = True) -> bool:
    """Whether each event may follow those before it, and the journal has an end."""
    ended = bool(events) and events[-1].type in _TERMINAL
    return (ended or not whole) and all(
        may_follow(events[:index], event) for index, event in enumerate(events)
    )


def may_follow(history: Sequence[Event], event: Event) -> bool:
    """Whether `event` may be written after `history`, which is valid."""
    kind, _, verb = event.type.partition(".")
    if not history:
        return event.type == "run.queued" and _envelope_fits(history, event)
    if history[-1].type in _TERMINAL or not _envelope_fits(history, event):
        return False
    if event.type not in STREAM_OF:
        return True
    if kind == "run":
        return _run_may(history, event)
    if _status(history) != "running" and verb not in _IN_ANY_STATUS:
        return False
    if kind == "step":
        return _step_may(history, event)
    field = id_field(event.type)
    if field is None:
        return True
    about = event.data.get(field)
    return isinstance(about, str) and bool(about) and _item_may(history, event, field, about)


def _envelope_fits(history: Sequence[Event], event: Event) -> bool:
    first = history[0] if history else event
    last = history[-1] if history else None
    steps = sum(each.type == "step.started" for each in history)
    attempt = last.attempt if last else 1
    return (
        event.seq == len(history) + 1
        and event.stream == STREAM_OF.get(event.type, event.stream)
        and (first.run_id, first.root_run_id, first.parent_run_id)
        == (event.run_id, event.root_run_id, event.parent_run_id)
        and (first.depth, first.session_id, first.org_id) == (event.depth, event.session_id, event.org_id)
        and (event.attempt == attempt or (event.attempt > attempt and event.type == "run.resumed"))
        and event.step == steps + (event.type == "step.started")
    )


def _status(history: Sequence[Event]) -> str:
    types = [each.type for each in history if each.type in _AFTER_STATUS]
    if not types:
        return "queued by nobody"
    return _STATUS_AFTER.get(types[-1], types[-1].removeprefix("run."))


def _run_may(history: Sequence[Event], event: Event) -> bool:
    status = _status(history)
    started = any(each.type == "run.started" for each in history)
    if status not in _AFTER_STATUS[event.type]:
        return False
    if event.type == "run.started":
        return not started
    if event.type == "run.resumed":
        return started and (status == "queued" or event.attempt > history[-1].attempt)
    return event.type not in _TERMINAL or not (_open_things(history) or _step_start(history))


def _open_things(history: Sequence[Event]) -> set[tuple[str, object]]:
    opened: set[tuple[str, object]] = set()
    for each in history:
        kind, _, verb = each.type.partition(".")
        field = id_field(each.type)
        if field is not None and each.type in STREAM_OF:
            key = (kind, each.data[field])
            if verb == "started":
                opened.add(key)
            elif verb in _ENDS:
                opened.remove(key)
    return opened


def _step_start(history: Sequence[Event]) -> Event | None:
    """The `step.started` of the open step."""
    of_steps = [each for each in history if each.type.startswith("step.")]
    return of_steps[-1] if of_steps and of_steps[-1].type == "step.started" else None


def _step_was_cut(history: Sequence[Event], start: Event) -> bool:
    answered = any(each.type == "message.completed" for each in history[start.seq :])
    return not answered and history[-1].attempt > start.attempt


def _step_may(history: Sequence[Event], event: Event) -> bool:
    start = _step_start(history)
    if event.type == "step.started":
        return start is None
    if start is None or _open_things(history):
        return False
    return event.type != "step.completed" or not _step_was_cut(history, start)


def _item_may(history: Sequence[Event], event: Event, field: str, about: str) -> bool:
    kind, _, verb = event.type.partition(".")
    kind = "message" if kind == "reasoning" else kind
    opened = _open_things(history)
    if verb == "started":
        start = _step_start(history)
        fresh = not any(each.type == event.type and each.data.get(field) == about for each in history)
        alone = kind != "message" or not any(other == "message" for other, _ in opened)
        return fresh and alone and start is not None and not _step_was_cut(history, start)
    if (kind, about) not in opened:
        return False
    life = [each for each in history if each.data.get(field) == about and each.type.startswith(f"{kind}.")]
    if kind == "message":
        return verb == "failed" or life[0].attempt == history[-1].attempt
    return kind != "tool" or _tool_may(history, event, life)


def _tool_may(history: Sequence[Event], event: Event, life: Sequence[Event]) -> bool:
    """`life` is what was written about the call; output does not change what it is at."""
    last = [each for each in life if each.type != "tool.delta"][-1]
    began = last.type == "tool.executing"
    executing = began and last.attempt == history[-1].attempt
    waiting = last.type == "tool.approval_requested"
    refused = last.type == "tool.approval_resolved" and last.data["decision"] == "deny"
    match event.type:
        case "tool.executing":
            return not (executing or waiting or refused)
        case "tool.delta" | "tool.completed":
            return executing
        case "tool.denied":
            return not began
        case "tool.approval_requested":
            return last.type in {"tool.started", "tool.executing"}
        case "tool.approval_resolved":
            return waiting and event.data.get("decision") in {"approve", "deny"}
        case _:
            return True
