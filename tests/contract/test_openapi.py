"""`openapi/v1.json`: current, valid, and in agreement with the schema of events."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agent_sdk.contracts.errors import AgentSDKError
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.page import Page
from agent_sdk.contracts.run import Run
from agent_sdk.server.json_schema import Shapes, name_of
from scripts.generate_openapi import DOCUMENT, main
from scripts.generate_schemas import event_schema

SPEC: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
SCHEMAS: dict[str, Any] = SPEC["components"]["schemas"]
METHODS = {"get", "post", "delete"}

CONTRACT = """
POST /v1/runs | GET /v1/runs | GET /v1/runs/{run_id} | DELETE /v1/runs/{run_id}
GET /v1/runs/{run_id}/events | POST /v1/runs/{run_id}/cancel | POST /v1/runs/{run_id}/pause
POST /v1/runs/{run_id}/resume | POST /v1/runs/{run_id}/input | POST /v1/runs/{run_id}/fork
POST /v1/runs/{run_id}/replay | GET /v1/feed
GET /v1/approvals | GET /v1/approvals/{approval_id} | POST /v1/approvals/{approval_id}
GET /v1/sessions | GET /v1/sessions/{session_id} | DELETE /v1/sessions/{session_id}
GET /v1/sessions/{session_id}/messages
GET /v1/agents | GET /v1/presets | GET /v1/tools | GET /v1/models | GET /v1/meta
POST /v1/tools/{name}/invoke
GET /v1/keys | POST /v1/keys | POST /v1/keys/{key_id}/rotate | DELETE /v1/keys/{key_id}
POST /v1/sign-in-codes | POST /v1/sign-in | POST /v1/sign-out
GET /health | GET /ready | GET /metrics | GET /openapi.json | GET /docs | GET /
POST /run | GET /run/{run_id} | GET /run/{run_id}/events | GET /sessions | GET /sessions/{session_id}
"""

PUBLIC = {"GET /", "GET /docs", "GET /openapi.json", "GET /health", "GET /ready", "POST /v1/sign-in"}


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in SPEC["paths"].items():
        for method, operation in item.items():
            assert method in METHODS
            yield f"{method.upper()} {path}", operation


OPERATIONS = dict(operations())


def references(node: Any) -> list[str]:
    """Every `$ref` below a node."""
    return re.findall(r'"\$ref": "([^"]+)"', json.dumps(node))


def resolved(reference: str) -> Any:
    node: Any = SPEC
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_the_committed_document_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_a_stale_document_is_found_and_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.generate_openapi.DOCUMENT", tmp_path / "openapi" / "v1.json")
    assert main(["--check"]) == 1
    assert not (tmp_path / "openapi").exists()
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_every_route_of_the_contract_is_there_and_no_other() -> None:
    assert sorted(OPERATIONS) == sorted(re.split(r"\s*[|\n]\s*", CONTRACT.strip()))


def test_every_reference_leads_somewhere() -> None:
    for each in references(SPEC):
        assert resolved(each), each


def test_every_schema_is_valid_in_its_dialect() -> None:
    assert SPEC["openapi"].startswith("3.1.")
    for schema in SCHEMAS.values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_route_has_typed_answers_and_problems(name: str) -> None:
    responses = OPERATIONS[name]["responses"]
    good = [each for status, each in responses.items() if status.startswith("2")]
    assert good
    for answer in good:
        for media in answer.get("content", {}).values():
            assert media["schema"]
        assert {"X-Request-Id", "Agent-SDK-Api-Version"} <= answer["headers"].keys()
    bad = [resolved(each["$ref"]) for each in responses.values() if "$ref" in each]
    assert bad
    assert all(each["content"].keys() == {"application/problem+json"} for each in bad)
    public = OPERATIONS[name].get("security") == []
    assert public == (name in PUBLIC)
    assert public or {"401", "403", "503"} <= responses.keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_route_is_described_and_its_parameters_are_declared(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["description"]
    declared = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
    assert declared == set(re.findall(r"\{(\w+)\}", name))
    if name.startswith("GET") and any(
        each.endswith("Page") for each in references(operation["responses"]["200"])
    ):
        paged = {"limit", "cursor"} <= {each["name"] for each in operation.get("parameters", ())}
        assert paged or name.partition("/v1/")[2] in {"agents", "presets", "tools"}


def test_operation_ids_are_unique_names() -> None:
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(ids)) == len(ids)
    assert [each for each in ids if not re.fullmatch(r"[a-z_]+", each)] == []


def test_the_deprecated_routes_say_so_and_answer_as_their_twins() -> None:
    old = {name: each for name, each in OPERATIONS.items() if each.get("deprecated")}
    assert sorted(name.split()[1] for name in old) == [
        "/run",
        "/run/{run_id}",
        "/run/{run_id}/events",
        "/sessions",
        "/sessions/{session_id}",
    ]
    twin, legacy = OPERATIONS["GET /v1/runs/{run_id}"], old["GET /run/{run_id}"]
    assert legacy["responses"].keys() == twin["responses"].keys()
    assert {"Deprecation", "Sunset", "Link"} <= legacy["responses"]["200"]["headers"].keys()
    assert "Deprecation" not in twin["responses"]["200"]["headers"]


def test_events_have_the_shapes_of_their_own_schema() -> None:
    whole = json.loads(json.dumps(event_schema()).replace("#/$defs/", "#/components/schemas/"))
    shapes = whole.pop("$defs")
    assert {name: SCHEMAS[name] for name in shapes} == shapes
    assert {name: each for name, each in SCHEMAS["Event"].items() if name in whole} == {
        name: each for name, each in whole.items() if not name.startswith("$")
    }


def test_a_page_is_named_by_what_it_holds() -> None:
    assert name_of(Page[Run]) == "RunPage"
    assert SCHEMAS["RunPage"]["properties"]["data"]["items"] == {"$ref": "#/components/schemas/Run"}


def test_a_type_without_a_schema_and_two_shapes_of_one_name_are_errors() -> None:
    with pytest.raises(TypeError, match="no JSON Schema"):
        Shapes("#/$defs/").schema(set[int])
    shapes = Shapes("#/$defs/")
    shapes.schema(Event)
    other = type("Event", (), {"__annotations__": {}, "__doc__": "Another one."})
    from dataclasses import dataclass

    with pytest.raises(TypeError, match="two shapes are named 'Event'"):
        shapes.schema(dataclass(other))


def test_the_codes_of_problems_are_those_of_the_errors() -> None:
    assert AgentSDKError.code.startswith("ASDK-")
    assert SCHEMAS["Problem"]["required"] == [
        "type",
        "title",
        "status",
        "detail",
        "code",
        "hint",
        "request_id",
    ]
