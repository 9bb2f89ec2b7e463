"""`schemas/events.v1.json` and docs/EVENTS.md: current, and in agreement with what runs really write."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from agent_sdk.contracts.codec import decode, encode
from agent_sdk.contracts.event_data import DATA_OF
from agent_sdk.contracts.events import STREAM_OF, Event
from scripts.generate_schemas import PAGE, SCHEMA, event_schema, main, wanted
from tests.factories.journals import JournalWriter, id_field
from tests.golden.scenarios import SCENARIOS, play
from tests.strategies import journals

SCHEMA_OF_EVENTS: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
VALIDATOR: Any = Draft202012Validator(SCHEMA_OF_EVENTS, format_checker=Draft202012Validator.FORMAT_CHECKER)


def problems(event: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(event)]


def problems_of(events: Iterable[Event]) -> list[str]:
    return [problem for event in events for problem in problems(decode(encode(event)))]


def plain(kind: str, **more: Any) -> dict[str, Any]:
    """An event of a type, as JSON, with `more` in its data."""
    writer = JournalWriter()
    about = {"message": "msg", "reasoning": "msg", "subagent": "run"}.get(kind.partition(".")[0], "call")
    return decode(encode(writer.add(kind, f"{about}_1" if id_field(kind) else None, **more)))


def test_the_committed_files_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_a_stale_file_is_found_and_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.generate_schemas.SCHEMA", tmp_path / "schemas" / "events.v1.json")
    monkeypatch.setattr("scripts.generate_schemas.PAGE", tmp_path / "EVENTS.md")
    (tmp_path / "EVENTS.md").write_text("# Events\n")
    assert main(["--check"]) == 1
    assert not (tmp_path / "schemas").exists()
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_the_schema_is_valid_in_its_dialect() -> None:
    assert SCHEMA_OF_EVENTS["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(SCHEMA_OF_EVENTS)
    assert event_schema() == SCHEMA_OF_EVENTS


def test_every_type_has_its_branch_and_its_place_in_the_documents() -> None:
    page = PAGE.read_text(encoding="utf-8")
    branches = [branch["if"]["properties"]["type"]["const"] for branch in SCHEMA_OF_EVENTS["allOf"]]
    assert branches == list(DATA_OF)
    assert [kind for kind in STREAM_OF if f"`{kind}`" not in page] == []


def test_the_prose_around_the_tables_is_kept() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert wanted(page)[PAGE] == page
    assert "## The order of events" in page


@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_events_of_real_runs_fit(name: str) -> None:
    assert problems_of(await play(name)) == []


@settings(max_examples=50)
@given(journals())
def test_the_events_of_any_journal_fit(journal: list[Event]) -> None:
    assert problems_of(journal) == []


@pytest.mark.parametrize("kind", DATA_OF)
def test_an_event_of_each_type_fits_and_one_without_its_data_does_not(kind: str) -> None:
    event = plain(kind)
    assert problems(event) == []
    for field in event_schema()["$defs"][DATA_OF[kind].__name__]["required"]:
        less = {name: value for name, value in event["data"].items() if name != field}
        assert problems({**event, "data": less}) == [f"$.data: '{field}' is a required property"]


@pytest.mark.parametrize("kind", DATA_OF)
def test_fields_of_a_later_version_pass(kind: str) -> None:
    assert problems({**plain(kind, brand_new=1), "also_new": [1]}) == []


def test_types_of_a_later_version_pass_with_any_data() -> None:
    assert problems({**plain("run.queued"), "type": "skill.loaded", "data": {"anything": 1}}) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "evt_1"),
        ("id", "run_00000000010000000000000001"),
        ("seq", 0),
        ("seq", "1"),
        ("run_id", "x"),
        ("depth", -1),
        ("attempt", 0),
        ("step", -1),
        ("time", "yesterday"),
        ("time", "2026-01-01T00:00:00+01:00"),
        ("stream", "assistant"),
        ("stream", "other"),
        ("type", 7),
        ("parent_run_id", 7),
        ("data", []),
    ],
)
def test_an_envelope_with_a_wrong_value_does_not_fit(field: str, value: Any) -> None:
    assert problems({**plain("run.started"), field: value})


@pytest.mark.parametrize("field", SCHEMA_OF_EVENTS["required"])
def test_an_envelope_without_one_of_its_fields_does_not_fit(field: str) -> None:
    event = plain("run.started")
    del event[field]
    assert problems(event) == [f"$: '{field}' is a required property"]


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("run.paused", {"stop_reason": "bored"}),
        ("run.resumed", {"reason": "whim"}),
        ("run.queued", {"input": [{"type": "video"}]}),
        ("run.queued", {"input": "hi"}),
        ("run.completed", {"usage": {"input_tokens": -1}}),
        ("run.failed", {"error": {"message": "no code"}}),
        ("step.completed", {"latency_ms": 1.5}),
        ("message.delta", {"part": "image"}),
        ("message.completed", {"message": {"id": "msg_1", "role": "system", "parts": []}}),
        ("tool.started", {"args": [1]}),
        ("tool.approval_resolved", {"decision": "perhaps"}),
        ("subagent.completed", {"last_seq": "9"}),
    ],
)
def test_known_fields_with_wrong_values_do_not_fit(kind: str, more: dict[str, Any]) -> None:
    assert problems(plain(kind, **more))


def test_the_example_in_the_documents_fits() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert problems(json.loads(example)) == []
