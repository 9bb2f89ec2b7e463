import json
from dataclasses import replace
from pathlib import Path

import pytest

from agent_sdk.contracts.events import Event
from agent_sdk.testing import check_golden, normalize
from tests.factories.journals import JournalWriter


def written(run: int = 1) -> list[Event]:
    writer = JournalWriter(run)
    call = writer.id("call", 7)
    writer.add("run.queued")
    writer.add("step.started")
    writer.add("tool.started", call, args={"duration_ms": 5, "text": f"about {call}"})
    writer.add("tool.completed", call, duration_ms=run * 100)
    return writer.events


def lines(events: list[Event]) -> list[dict[str, object]]:
    return [json.loads(line) for line in normalize(events).splitlines()]


def test_two_runs_of_one_script_are_the_same_whatever_their_ids_and_times() -> None:
    assert written(1) != written(2)
    assert normalize(written(1)) == normalize(written(2))


def test_ids_are_numbered_by_kind_wherever_they_stand() -> None:
    started = lines(written())[2]
    assert started["run_id"] == "run_1"
    assert started["data"] == {
        "tool_call_id": "call_1",
        "name": "add",
        "version": "1.0.0",
        "message_id": "msg_1",
        "args": {"duration_ms": 5, "text": "about call_1"},
    }


def test_different_ids_stay_different() -> None:
    writer = JournalWriter()
    calls = [writer.id("call", number) for number in (9, 8, 9)]
    for each in calls:
        writer.add("tool.started", each)
    assert [line["data"]["tool_call_id"] for line in lines(writer.events)] == ["call_1", "call_2", "call_1"]  # pyright: ignore[reportIndexIssue]


def test_measured_durations_are_zero_and_a_missing_one_stays_missing() -> None:
    writer = JournalWriter()
    writer.add("step.completed", latency_ms=17, first_token_ms=None)
    writer.add("run.retrying", delay_ms=500)
    step, retry = [line["data"] for line in lines(writer.events)]
    assert isinstance(step, dict)
    assert isinstance(retry, dict)
    assert (step["latency_ms"], step["first_token_ms"]) == (0, None)
    assert retry["delay_ms"] == 500, "decided, not measured"


def test_a_missing_file_says_how_to_write_it(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"x\.jsonl is missing; run with --update-golden to write it"):
        check_golden(written(), tmp_path / "x.jsonl")


def test_an_update_writes_the_file_and_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.jsonl"
    check_golden(written(1), path, update=True)
    check_golden(written(2), path)


def test_the_first_line_that_differs_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    events = written()
    check_golden(events, path, update=True)
    changed = replace(events[2], data={**events[2].data, "name": "subtract"})
    with pytest.raises(
        AssertionError, match=r'x.jsonl:3 differs\n  golden: .*"add".*\n  now:    .*"subtract"'
    ):
        check_golden([*events[:2], changed, events[3]], path)


def test_events_too_few_or_too_many_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    check_golden(written(), path, update=True)
    with pytest.raises(AssertionError, match=r"x\.jsonl has 4 events, now there are 3"):
        check_golden(written()[:3], path)
