"""What an event means for the rows that are derived from the journal: pure functions, shared by every SQL store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.events import TERMINAL_TYPES, Event

LOSSES_MAX_COUNT: Final = 20
"""How often the owner of a run may be lost without progress; once more, and its next claim fails it."""
PROGRESS_TYPES: Final = frozenset({"step.completed", "tool.completed"})
"""Types after which a loss of the owner is the first one again."""
CALL_CLOSED_TYPES: Final = frozenset({"tool.failed", "tool.denied", "tool.canceled"})
"""Types after which nobody has to decide about the call any more."""
_GIVEN_UP: Final[Mapping[str, Any]] = {"lease_owner": None, "lease_until": None}
_AT_REST: Final[Mapping[str, Any]] = {**_GIVEN_UP, "pause_requested_at": None, "available_at": None}
_AT_REST_FOR_APPROVAL: Final[Mapping[str, Any]] = {**_GIVEN_UP, "available_at": None}
"""Whoever wished for a pause still does when the run goes on."""
RETRY_DELAY_MAX_S: Final = 600
"""No delay is that long: a run that waits longer was delayed by a clock that has been set back since then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A run's new status and what comes with it."""

    columns: Mapping[str, Any]
    """Columns of the run's row and their values; JSON is encoded."""
    started: bool = False
    """Whether an attempt begins: `started_at` is set by the first."""
    gives_up: bool = False
    """Whether the lease is given back with it."""
    ends: bool = False
    """Whether the run is over."""


def status_change(event: Event, time: int) -> StatusChange | None:
    """What an event changes about its run's status; None where it is no event of the run's life.

    Args:
        event: The event.
        time: Its time, in microseconds since the epoch.
    """
    make = _CHANGES.get(event.type)
    return None if make is None else make(event, time)


def _queued(_event: Event, time: int) -> StatusChange:
    return StatusChange(columns={"status": "queued", "stop_reason": None, "available_at": time})


def _running(_event: Event, _time: int) -> StatusChange:
    cleared = ("stop_reason", "resume_reason", "available_at", "error")
    return StatusChange(columns={"status": "running", **dict.fromkeys(cleared)}, started=True)


def _paused(event: Event, _time: int) -> StatusChange:
    columns = {"status": "paused", **_json(event, "usage"), "stop_reason": event.data["stop_reason"]}
    waits_for_approval = event.data["stop_reason"] == "approval_required"
    rest = _AT_REST_FOR_APPROVAL if waits_for_approval else _AT_REST
    return StatusChange(columns={**columns, **rest}, gives_up=True)


def _retrying(event: Event, time: int) -> StatusChange:
    due = time + event.data["delay_ms"] * 1000
    columns = {"status": "retrying", **_json(event, "error"), "available_at": due, "resume_reason": "retry"}
    return StatusChange(columns={**columns, **_GIVEN_UP}, gives_up=True)


def _ended(event: Event, time: int) -> StatusChange:
    columns = {
        "status": event.type.partition(".")[2],
        "stop_reason": event.data["stop_reason"],
        "output": None,
        "error": None,
        **_json(event, "output", "error", "usage"),
        "ended_at": time,
    }
    return StatusChange(columns={**columns, **_AT_REST}, gives_up=True, ends=True)


def _json(event: Event, *names: str) -> dict[str, bytes]:
    return {name: encode(event.data[name]) for name in names if event.data.get(name) is not None}


_CHANGES: Final[Mapping[str, Callable[[Event, int], StatusChange]]] = {
    "run.queued": _queued,
    "run.started": _running,
    "run.resumed": _running,
    "run.paused": _paused,
    "run.retrying": _retrying,
    **dict.fromkeys(TERMINAL_TYPES, _ended),
}
PROJECTED_TYPES: Final = frozenset(
    {
        *_CHANGES,
        *PROGRESS_TYPES,
        *CALL_CLOSED_TYPES,
        "input.received",
        "tool.approval_requested",
        "tool.approval_resolved",
    }
)
"""Types that mean anything for any row but their own."""
