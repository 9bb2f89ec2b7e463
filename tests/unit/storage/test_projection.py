"""What events mean for the row of their run."""

import pytest

from agent_sdk.contracts.run import TERMINAL, TRANSITIONS
from agent_sdk.storage.projection import PROJECTED_TYPES, status_change
from tests.factories.journals import ERROR, JournalWriter

TIME = 1_000_000


@pytest.mark.parametrize(
    ("kind", "status", "gives_up", "ends"),
    [
        ("run.queued", "queued", False, False),
        ("run.started", "running", False, False),
        ("run.resumed", "running", False, False),
        ("run.paused", "paused", True, False),
        ("run.retrying", "retrying", True, False),
        ("run.completed", "completed", True, True),
        ("run.failed", "failed", True, True),
        ("run.canceled", "canceled", True, True),
    ],
)
def test_an_event_of_a_runs_life_is_its_status(kind: str, status: str, *, gives_up: bool, ends: bool) -> None:
    change = status_change(JournalWriter().add(kind), TIME)
    assert change is not None
    assert change.columns["status"] == status
    assert (change.gives_up, change.ends) == (gives_up, ends)
    assert kind in PROJECTED_TYPES


def test_every_status_has_an_event() -> None:
    changes = [status_change(JournalWriter().add(kind), TIME) for kind in PROJECTED_TYPES]
    assert {change.columns["status"] for change in changes if change is not None} == set(TRANSITIONS)
    assert {change.columns["status"] for change in changes if change and change.ends} == TERMINAL


def test_other_events_change_no_status() -> None:
    for kind in ("step.completed", "message.delta", "tool.approval_requested", "run.of_a_later_version"):
        assert status_change(JournalWriter().add(kind), TIME) is None


def test_a_delay_is_counted_from_the_event() -> None:
    change = status_change(JournalWriter().add("run.retrying", delay_ms=1500), TIME)
    assert change is not None
    assert change.columns["available_at"] == TIME + 1_500_000


def test_an_attempt_clears_what_the_last_one_left() -> None:
    change = status_change(JournalWriter().add("run.resumed"), TIME)
    assert change is not None
    assert change.started
    cleared = {name for name, value in change.columns.items() if value is None}
    assert cleared == {"stop_reason", "resume_reason", "available_at", "error"}


def test_the_words_of_a_run_that_was_canceled_are_kept_and_those_of_one_that_failed_replaced() -> None:
    canceled = status_change(JournalWriter().add("run.canceled", output="half"), TIME)
    failed = status_change(JournalWriter().add("run.failed"), TIME)
    assert canceled is not None
    assert failed is not None
    assert (canceled.columns["output"], canceled.columns["error"]) == (b'"half"', None)
    assert failed.columns["output"] is None
    assert str(ERROR["code"]).encode() in failed.columns["error"]
