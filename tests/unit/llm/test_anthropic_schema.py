"""How the Anthropic provider fits a schema to structured output."""

from typing import Any

import pytest

from agent_sdk.llm.providers.anthropic_schema import supported_schema


def test_objects_are_closed_at_every_depth() -> None:
    person = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"people": {"type": "array", "items": person}, "boss": {"$ref": "#/$defs/Boss"}},
        "$defs": {"Boss": person},
    }
    closed = {**person, "additionalProperties": False}
    assert supported_schema(schema) == {
        "type": "object",
        "properties": {"people": {"type": "array", "items": closed}, "boss": {"$ref": "#/$defs/Boss"}},
        "$defs": {"Boss": closed},
        "additionalProperties": False,
    }


def test_what_is_not_supported_moves_into_the_description() -> None:
    assert supported_schema({"type": "integer", "minimum": 1, "description": "How many."}) == {
        "type": "integer",
        "description": 'How many.\n\n{"minimum":1}',
    }
    assert supported_schema({"type": "string", "pattern": "^a"})["description"] == '{"pattern":"^a"}'


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "format": "date-time"},
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
        {"enum": ["a", "b"]},
        {"type": "integer", "default": 3, "title": "N"},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
    ],
)
def test_what_is_supported_stays(schema: dict[str, Any]) -> None:
    assert supported_schema(schema) == schema


def test_one_of_becomes_any_of() -> None:
    assert supported_schema({"oneOf": [{"const": 1}, {"const": 2}]}) == {
        "anyOf": [{"const": 1}, {"const": 2}]
    }


def test_longer_lists_and_unknown_formats_are_told_in_words() -> None:
    told = supported_schema({"type": "array", "items": {"type": "string", "format": "regex"}, "minItems": 2})
    assert told == {
        "type": "array",
        "items": {"type": "string", "description": '{"format":"regex"}'},
        "description": '{"minItems":2}',
    }


@pytest.mark.parametrize("odd", [{"items": True}, {"properties": 3}, {"anyOf": "x"}])
def test_odd_schemas_do_not_break_it(odd: dict[str, Any]) -> None:
    assert isinstance(supported_schema(odd), dict)


def test_a_nullable_object_is_closed_too() -> None:
    assert supported_schema({"type": ["object", "null"]})["additionalProperties"] is False
