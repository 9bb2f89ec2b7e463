"""JSON Schema as Claude's structured output takes it.

It knows a part of the standard, and refuses the rest. What it would refuse moves into the description, where the
model still reads it; the runtime checks the answer against the whole schema anyway.
Source: https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import msgspec

SCHEMA_DEPTH_MAX_LEVELS: Final = 100

_FORMATS: Final = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"}
)
_AS_IT_IS: Final = frozenset({"type", "description", "title", "enum", "const", "required", "$ref", "default"})
_SILENT: Final = frozenset({"additionalProperties", "$schema", "$id", "$comment"})


def supported_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a schema that structured output takes, with the rest in words.

    Raises:
        ValueError: It is nested deeper than `SCHEMA_DEPTH_MAX_LEVELS`.
    """
    return _schema(schema, 0)


def _schema(given: object, level: int) -> dict[str, Any]:
    if level > SCHEMA_DEPTH_MAX_LEVELS:
        raise ValueError(f"a schema nested deeper than {SCHEMA_DEPTH_MAX_LEVELS} levels")
    # `true` and `false` are schemas, too; the API has no word for either.
    schema = cast("Mapping[str, Any]", given if isinstance(given, Mapping) else {})
    kept: dict[str, Any] = {}
    told: dict[str, Any] = {}
    for word, value in schema.items():
        if word in _AS_IT_IS:
            kept[word] = value
        elif word in _INNER:
            renamed, convert = _INNER[word]
            kept[renamed] = convert(value, level + 1)
        elif _is_supported(word, value):
            kept[word] = value
        elif word not in _SILENT:
            told[word] = value
    if _is_object(schema):
        kept["additionalProperties"] = False
    if told:
        kept["description"] = _with_rest(kept.get("description"), told)
    return kept


def _is_object(schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type")
    return "properties" in schema or kind == "object" or (isinstance(kind, list) and "object" in kind)


def _is_supported(word: str, value: object) -> bool:
    return (word == "format" and value in _FORMATS) or (word == "minItems" and value in {0, 1})


def _with_rest(description: object, told: Mapping[str, Any]) -> str:
    rest = msgspec.json.encode(told).decode()
    return f"{description}\n\n{rest}" if description else rest


def _named(value: object, level: int) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {}
    return {name: _schema(each, level) for name, each in cast("Mapping[str, Any]", value).items()}


def _listed(value: object, level: int) -> list[dict[str, Any]]:
    return [_schema(each, level) for each in cast("list[Any]", value)] if isinstance(value, list) else []


_INNER: Final[Mapping[str, tuple[str, Callable[[object, int], Any]]]] = {
    "properties": ("properties", _named),
    "$defs": ("$defs", _named),
    "definitions": ("definitions", _named),
    "items": ("items", _schema),
    "anyOf": ("anyOf", _listed),
    "oneOf": ("anyOf", _listed),
    "allOf": ("allOf", _listed),
}
"""Words that hold schemas: what they become, and how their value is converted."""
