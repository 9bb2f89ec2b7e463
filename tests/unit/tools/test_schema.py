from typing import Any

import pytest

from agent_sdk.contracts.errors import DefinitionError
from agent_sdk.tools.checker import Checker
from agent_sdk.tools.schema import closed, path_text


def test_closing_reaches_every_schema_and_leaves_maps_open() -> None:
    schema: dict[str, Any] = {
        "properties": {
            "properties": {"type": "object", "properties": {"x": True}},
            "map": {"type": "object", "additionalProperties": {"properties": {}}},
            "list": {"items": {"anyOf": [{"properties": {}}, {"type": "null"}]}},
        }
    }
    done = closed(schema)
    assert done["additionalProperties"] is False
    assert done["properties"]["properties"] == {
        "type": "object",
        "properties": {"x": True},
        "additionalProperties": False,
    }
    assert done["properties"]["map"] == {
        "type": "object",
        "additionalProperties": {"properties": {}, "additionalProperties": False},
    }
    assert done["properties"]["list"]["items"]["anyOf"][0]["additionalProperties"] is False
    assert "additionalProperties" not in schema


def test_what_is_no_schema_is_refused() -> None:
    with pytest.raises(DefinitionError, match=r"x is not a JSON Schema: properties\.a\.type"):
        Checker({"properties": {"a": {"type": "int"}}}, of="x")


def test_paths_read_like_code() -> None:
    assert path_text(["a", 0, "b", "c"]) == "a[0].b.c"
    assert path_text([]) == "(root)"
