"""Whether every value that fits one JSON Schema fits another, for the part of draft 2020-12 that tools use.

The answer errs on one side: what cannot be decided is a refusal.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from agent_sdk.contracts.codec import encode

_WORDS: Final = frozenset({"title", "description", "default", "examples", "deprecated", "$comment", "$defs"})
_LOWER_BOUNDS: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_STRUCTURE: Final = frozenset(
    {"type", "enum", "const", "properties", "required", "additionalProperties", "items", "prefixItems"}
)
_NAMES_OF_TYPES: Final[Mapping[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}

AnySchema = Mapping[str, Any] | bool


def refusals(old: AnySchema, new: AnySchema, *, unknown_allowed: bool = False) -> tuple[str, ...]:
    """Why `new` may refuse a value that fits `old`, as `path: reason`; empty when it never does.

    Args:
        old: The schema that values fit.
        new: The schema that is asked about them.
        unknown_allowed: Whether `new` is taken to allow properties that it does not name.
    """
    comparison = _Comparison(old=old, new=new, unknown_allowed=unknown_allowed)
    return tuple(comparison.refusals(old, new, "(root)"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    old: AnySchema
    new: AnySchema
    unknown_allowed: bool
    _open: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Pairs that are being compared: a recursive schema meets itself again."""

    def refusals(self, old: AnySchema, new: AnySchema, path: str) -> Iterator[str]:
        olds, news = _alternatives(old, self.old), _alternatives(new, self.new)
        pair = (repr(olds), repr(news))
        if pair in self._open:
            return
        self._open.add(pair)
        try:
            yield from self._between(olds, news, path)
        finally:
            self._open.discard(pair)

    def _between(
        self, olds: list[Mapping[str, Any]], news: list[Mapping[str, Any]], path: str
    ) -> Iterator[str]:
        for old in olds:
            reasons = [list(self._plain(old, new, path)) for new in news]
            if all(reasons):
                # Of several alternatives, the nearest one tells most.
                yield from min(reasons, key=len, default=[f"{path}: nothing is allowed"])

    def _plain(self, old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[str]:
        lost = _types(old) - _types(new)
        if lost:
            yield f"{path}: type {_listed(lost)} is not allowed"
            return
        yield from _values(old, new, path)
        yield from _bounds(old, new, path)
        yield from self._properties(old, new, path)
        yield from self._items(old, new, path)
        known = _STRUCTURE | _WORDS | {*_LOWER_BOUNDS, *_UPPER_BOUNDS}
        for key in sorted(set(new) - known):
            if new[key] != old.get(key):
                yield f"{path}: {key} is {_text(new[key])}"

    def _properties(self, old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[str]:
        if "object" not in _types(old):
            return
        for name in new.get("required", ()):
            if name not in old.get("required", ()):
                yield f"{_below(path, name)}: is required"
        rest = True if self.unknown_allowed else new.get("additionalProperties", True)
        for name, each in old.get("properties", {}).items():
            target = new.get("properties", {}).get(name, rest)
            if target is False and _alternatives(each, self.old):
                yield f"{_below(path, name)}: is unknown"
            else:
                yield from self.refusals(each, target, _below(path, name))
        if old.get("additionalProperties", True) is not False:
            yield from self._free_keys(old, new, rest, path)

    def _free_keys(
        self, old: Mapping[str, Any], new: Mapping[str, Any], rest: AnySchema, path: str
    ) -> Iterator[str]:
        free = old.get("additionalProperties", True)
        if rest is False:
            yield f"{path}: free keys are not allowed"
            return
        yield from self.refusals(free, rest, f"{path}.*")
        for name, each in new.get("properties", {}).items():
            if name not in old.get("properties", {}):
                yield from self.refusals(free, each, _below(path, name))

    def _items(self, old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[str]:
        if "array" not in _types(old):
            return
        olds, news = old.get("prefixItems", []), new.get("prefixItems", [])
        old_rest, new_rest = old.get("items", True), new.get("items", True)
        for index in range(max(len(olds), len(news))):
            each = olds[index] if index < len(olds) else old_rest
            target = news[index] if index < len(news) else new_rest
            if each is not False and index < old.get("maxItems", index + 1):
                yield from self.refusals(each, target, f"{path}[{index}]")
        if old_rest is not False and old.get("maxItems") != len(olds):
            yield from self.refusals(old_rest, new_rest, f"{path}[]")


def _alternatives(schema: AnySchema, root: AnySchema) -> list[Mapping[str, Any]]:
    """The schemas of which a value fits one: references followed, unions and lists of types taken apart."""
    if isinstance(schema, bool):
        return [{}] if schema else []
    rest = {key: value for key, value in schema.items() if key not in ("$ref", "anyOf", "oneOf")}
    if "$ref" in schema:
        return [_both(rest, each) for each in _alternatives(_resolved(schema["$ref"], root), root)]
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return [_both(rest, each) for member in schema[union] for each in _alternatives(member, root)]
    if isinstance(schema.get("type"), list):
        return [{**rest, "type": each} for each in schema["type"]]
    return [schema]


def _both(rest: Mapping[str, Any], member: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**rest, **member}


def _resolved(ref: str, root: AnySchema) -> AnySchema:
    schema: Any = root
    for key in ref.removeprefix("#").split("/")[1:]:
        schema = schema[key.replace("~1", "/").replace("~0", "~")]
    return schema


def _types(schema: Mapping[str, Any]) -> frozenset[str]:
    if "type" in schema:
        # Every integer is a number.
        return frozenset({"number", "integer"}) if schema["type"] == "number" else frozenset({schema["type"]})
    values = _enumerated(schema)
    if values is not None:
        return frozenset({_NAMES_OF_TYPES[type(value)] for value in values})
    return frozenset(_NAMES_OF_TYPES.values())


def _values(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[str]:
    allowed = _enumerated(new)
    if allowed is None:
        return
    before = _enumerated(old)
    if before is None:
        yield f"{path}: only {_text(allowed)} is allowed"
        return
    lost = [value for value in before if value not in allowed]
    if lost:
        yield f"{path}: {_text(lost)} is not allowed"


def _enumerated(schema: Mapping[str, Any]) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _bounds(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[str]:
    for key in _LOWER_BOUNDS:
        if key in new and (key not in old or old[key] < new[key]):
            yield f"{path}: {key} is {new[key]}"
    for key in _UPPER_BOUNDS:
        if key in new and (key not in old or old[key] > new[key]):
            yield f"{path}: {key} is {new[key]}"


def _below(path: str, name: str) -> str:
    return name if path == "(root)" else f"{path}.{name}"


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))


def _text(value: Any) -> str:
    return encode(value).decode()
