from typing import Any

import pytest

from agent_sdk.contracts.errors import DefinitionError
from agent_sdk.tools.schema import closed, path_text, strict_parameters, validator


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


def test_the_strict_form_requires_everything_and_lets_optional_be_null() -> None:
    strict = strict_parameters(
        {
            "type": "object",
            "properties": {
                "a": {"type": "integer"},
                "b": {"type": "string", "default": "x", "description": "B."},
                "c": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
                "d": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
                "e": {"oneOf": [{"type": "integer"}]},
            },
            "required": ["a"],
            "additionalProperties": False,
        }
    )
    null = {"type": "null"}
    assert strict == {
        "type": "object",
        "properties": {
            "a": {"type": "integer"},
            "b": {"description": "B.", "anyOf": [{"type": "string"}, null]},
            "c": {"anyOf": [{"type": "integer"}, {"type": "string"}, null]},
            "d": {"anyOf": [{"type": "integer"}, null]},
            "e": {"anyOf": [{"type": "integer"}, null]},
        },
        "required": ["a", "b", "c", "d", "e"],
        "additionalProperties": False,
    }


def test_free_keys_have_no_strict_form() -> None:
    with pytest.raises(DefinitionError, match="free keys"):
        strict_parameters(
            {"properties": {"x": {"type": "object", "additionalProperties": {"type": "integer"}}}}
        )


def test_a_parameter_named_default_stays() -> None:
    assert list(strict_parameters({"properties": {"default": {"type": "integer"}}})["properties"]) == [
        "default"
    ]


def test_what_is_no_schema_is_refused() -> None:
    with pytest.raises(DefinitionError, match=r"x is not a JSON Schema: properties\.a\.type"):
        validator({"properties": {"a": {"type": "int"}}}, of="x")


def test_paths_read_like_code() -> None:
    assert path_text(["a", 0, "b", "c"]) == "a[0].b.c"
    assert path_text([]) == "(root)"
