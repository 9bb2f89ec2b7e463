"""JSON Schema in the subset that OpenAI's strict structured output takes.

Source: https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas
"""

from collections.abc import Mapping
from typing import Any, Final, cast

# What the model is not held to anyway; each is refused by the API.
_DROPPED: Final = frozenset({"default", "discriminator", "$schema", "examples"})
_MAPS: Final = frozenset({"properties", "$defs", "definitions"})


def strict_schema(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema with every object closed and every property required; None where that would change its meaning.

    A property with a default is then always written by the model, which the original schema accepts too.
    Objects with free keys cannot be closed.
    """
    if schema.get("type") != "object" or "properties" not in schema:
        return None
    try:
        return _strict(schema)
    except _FreeKeys:
        return None


class _FreeKeys(Exception):
    """An object takes any key."""


def _strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        # Nothing may stand beside a reference.
        return {"$ref": schema["$ref"]}
    strict = {_renamed(name): _value(name, value) for name, value in schema.items() if name not in _DROPPED}
    if schema.get("type") == "object":
        if schema.get("additionalProperties") or "properties" not in schema:
            raise _FreeKeys
        strict["additionalProperties"] = False
        strict["required"] = list(schema["properties"])
    return strict


def _renamed(name: str) -> str:
    return "anyOf" if name == "oneOf" else name


def _value(name: str, value: Any) -> Any:
    if name in _MAPS and isinstance(value, Mapping):
        inner = cast("Mapping[str, Any]", value)
        return {key: _any(each) for key, each in inner.items()}
    if name in {"enum", "const", "required"}:
        return value
    return _any(value)


def _any(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _strict(cast("Mapping[str, Any]", value))
    if isinstance(value, list):
        return [_any(each) for each in cast("list[Any]", value)]
    return value
