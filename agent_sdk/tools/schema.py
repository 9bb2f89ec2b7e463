"""JSON Schema 2020-12 (https://json-schema.org/draft/2020-12): closing and rewriting, and telling misfits.

Schemas are plain dictionaries, and every function here returns a new one.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, cast

Schema = dict[str, Any]

PROBLEMS_SHOWN_COUNT_MAX: Final = 10
PROBLEM_LENGTH_MAX_CHARS: Final = 300

_MAPS_OF_SCHEMAS: Final = frozenset({"properties", "$defs", "patternProperties", "dependentSchemas"})
_LISTS_OF_SCHEMAS: Final = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_SCHEMAS: Final = frozenset(
    {"items", "additionalProperties", "contains", "propertyNames", "not", "if", "then", "else"}
    | {"unevaluatedItems", "unevaluatedProperties"}
)


def mapped(schema: Mapping[str, Any], change: Callable[[Schema], Schema]) -> Schema:
    """Apply `change` to every schema within `schema`, innermost first, and to itself."""
    copy: Schema = {}
    for key, value in schema.items():
        if key in _MAPS_OF_SCHEMAS:
            copy[key] = {name: _mapped_any(each, change) for name, each in value.items()}
        elif key in _LISTS_OF_SCHEMAS:
            copy[key] = [_mapped_any(each, change) for each in value]
        else:
            copy[key] = _mapped_any(value, change) if key in _SCHEMAS else value
    return change(copy)


def _mapped_any(schema: Any, change: Callable[[Schema], Schema]) -> Any:
    # `true` and `false` are schemas, too.
    return mapped(cast("Schema", schema), change) if isinstance(schema, Mapping) else schema


def closed(schema: Mapping[str, Any], *, keep_open: bool = False) -> Schema:
    """Forbid unknown properties wherever properties are named; `keep_open` leaves those that say they are open."""

    def close(each: Schema) -> Schema:
        if "properties" not in each or (keep_open and "additionalProperties" in each):
            return each
        return {**each, "additionalProperties": False}

    return mapped(schema, close)


def plain(schema: Mapping[str, Any]) -> Schema:
    """Leave out titles, which only repeat a name, and OpenAPI's `discriminator`, which is not JSON Schema."""
    return mapped(schema, _plain)


def _plain(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in ("title", "discriminator")}


def path_text(path: Iterable[str | int]) -> str:
    """Write a path as one reads it: `items[0].price`; the whole value is `(root)`."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}"
    return text.removeprefix(".") or "(root)"


def problems_text(problems: list[str]) -> str:
    """Join what is wrong with a value into one bounded line."""
    shown = [problem[:PROBLEM_LENGTH_MAX_CHARS] for problem in problems[:PROBLEMS_SHOWN_COUNT_MAX]]
    more = len(problems) - len(shown)
    return "; ".join([*shown, f"and {more} more"] if more else shown)
