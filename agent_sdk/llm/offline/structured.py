"""Filling a JSON Schema from what was said and found, as far as rules can."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from agent_sdk.contracts.errors import BadRequest
from agent_sdk.llm.offline.words import quoted, segments
from agent_sdk.llm.offline.zones import find_places

DEPTH_MAX: Final = 8

_NUMBER: Final = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?!\w)")
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_URL: Final = re.compile(r"https?://\S+")
_DATE: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_NAME: Final = re.compile(
    r"(?:name is|named|called|i am|i'm|for)\s+([A-Z][\w'-]*(?:\s+[A-Z][\w'-]*)*)", re.IGNORECASE
)
_CAPITALISED: Final = re.compile(
    r"\b((?!(?:What|Who|The|This|My|I|Please)\b)[A-Z][\w'-]*(?:\s+[A-Z][\w'-]*)*)"
)
_NO: Final = re.compile(r"\b(?:no|not|never|false|without|isn't|don't|cannot|can't)\b", re.IGNORECASE)
_PLACE_NAMES: Final = frozenset({"city", "place", "location", "country", "town", "destination"})
_HINT: Final = "offline:demo fills simple schemas only; pass --model for a language model."


@dataclass(slots=True)
class Source:
    """What values are taken from."""

    prompt: str
    answer: str
    """What the answer in words would be; results of tools are in it."""
    found: Sequence[Any] = ()
    """Results of tools, as JSON."""
    used: dict[str, int] = field(default_factory=dict[str, int])
    """How many numbers of a text have been given out."""


def schema_in(instructions: str) -> Mapping[str, Any] | None:
    """The schema of an answer, where instructions ask for one in words."""
    place = instructions.rfind("JSON Schema")
    begin = instructions.find("{", place) if place >= 0 else -1
    if begin < 0:
        return None
    try:
        schema, _ = json.JSONDecoder().raw_decode(instructions[begin:])
    except ValueError:
        return None
    return cast("Mapping[str, Any]", schema) if isinstance(schema, dict) else None


def fill_schema(schema: Mapping[str, Any], source: Source) -> Any:
    """A value that fits `schema`.

    Raises:
        BadRequest: The rules cannot tell a value that the schema requires.
    """
    return _Filler(schema, source).value("answer", schema, 0)


class _Filler:
    def __init__(self, root: Mapping[str, Any], source: Source) -> None:
        self._defs = cast("Mapping[str, Mapping[str, Any]]", root.get("$defs", {}))
        self._source = source

    def value(self, name: str, schema: Mapping[str, Any], depth: int) -> Any:
        schema = self._resolve(schema)
        if depth > DEPTH_MAX:
            raise BadRequest(f"the schema of {name!r} is nested too deeply for offline:demo", hint=_HINT)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._choice(name, schema)
        options = cast("list[Mapping[str, Any]]", schema.get("anyOf") or schema.get("oneOf") or [])
        if options:
            return self._first_that_fits(name, options, depth)
        match schema.get("type"):
            case "object" | None:
                return self._object(schema, depth)
            case "array":
                return self._array(name, schema, depth)
            case "null":
                return None
            case kind:
                return self._scalar(name, str(kind), schema)

    def _resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        ref = schema.get("$ref")
        return self._defs.get(str(ref).rsplit("/", 1)[-1], {}) if ref else schema

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        needed = set(cast("list[str]", schema.get("required", [])))
        filled: dict[str, Any] = {}
        for name, inner in cast("Mapping[str, Mapping[str, Any]]", schema.get("properties", {})).items():
            try:
                filled[name] = self.value(name, inner, depth + 1)
            except BadRequest:
                if "default" in inner:
                    filled[name] = inner["default"]
                elif name in needed:
                    raise
        return filled

    def _array(self, name: str, schema: Mapping[str, Any], depth: int) -> list[Any]:
        items = self._resolve(cast("Mapping[str, Any]", schema.get("items", {})))
        match items.get("type"):
            case "integer" | "number" as kind:
                values: list[Any] = [_as_number(kind, each) for each in _NUMBER.findall(self._source.prompt)]
            case "string" if "enum" not in items:
                values = list(quoted(self._source.prompt)) or list(segments(self._source.prompt))
            case _:
                values = [self.value(name, items, depth + 1)]
        return values[: cast("int", schema.get("maxItems", len(values)))]

    def _first_that_fits(self, name: str, options: Sequence[Mapping[str, Any]], depth: int) -> Any:
        refused: BadRequest | None = None
        for option in sorted(options, key=lambda each: each.get("type") == "null"):
            try:
                return self.value(name, option, depth + 1)
            except BadRequest as error:
                refused = error
        raise refused or _cannot(name)

    def _choice(self, name: str, schema: Mapping[str, Any]) -> Any:
        text = self._source.prompt.lower()
        for choice in cast("list[Any]", schema["enum"]):
            if re.search(rf"\b{re.escape(str(choice).lower())}", text):
                return choice
        if "default" in schema:
            return schema["default"]
        raise _cannot(name)

    def _scalar(self, name: str, kind: str, schema: Mapping[str, Any]) -> Any:
        found = self._from_tools(name, kind)
        if found is not None:
            return found
        if kind == "boolean":
            return not _NO.search(self._source.prompt)
        if kind in {"integer", "number"}:
            return self._number(name, kind)
        return self._string(name, schema)

    def _from_tools(self, name: str, kind: str) -> Any:
        """A value that a tool returned under the very name, or as its whole result."""
        for item in self._source.found:
            value = cast("dict[str, Any]", item).get(name) if isinstance(item, dict) else None
            if kind == "string" and isinstance(value, str):
                return value
            if kind in {"integer", "number"}:
                plain = cast("dict[str, Any]", item).get("result") if isinstance(item, dict) else item
                text = str(plain if value is None else value)
                if _NUMBER.fullmatch(text) and (kind == "number" or float(text).is_integer()):
                    return _as_number(kind, text)
        return None

    def _number(self, name: str, kind: str) -> float:
        text = self._source.prompt
        spoken = name.replace("_", "[ _]")
        named = re.search(
            rf"\b{spoken}\b\D{{0,15}}?(-?\d+(?:\.\d+)?)|(-?\d+(?:\.\d+)?)[\s-]+{spoken}", text, re.IGNORECASE
        )
        if named:
            return _as_number(kind, named[1] or named[2])
        numbers = _NUMBER.findall(text)
        place = self._source.used.get("number", 0)
        if place >= len(numbers):
            raise _cannot(name)
        self._source.used["number"] = place + 1
        return _as_number(kind, numbers[place])

    def _string(self, name: str, schema: Mapping[str, Any]) -> str:
        text = self._source.prompt
        for hint, pattern in (("email", _EMAIL), ("ur", _URL), ("date", _DATE)):
            if (hint in name or hint in str(schema.get("format"))) and (match := pattern.search(text)):
                return match[0]
        if name in _PLACE_NAMES and (places := find_places(text)):
            return places[0][0]
        if "name" in name and (match := _NAME.search(text) or _CAPITALISED.search(text)):
            return match[1]
        given = re.search(
            rf"\b{name.replace('_', '[ _]')}\s*(?:is|=|:)\s*[\"“]?([^\"”,.;\n]+)", text, re.IGNORECASE
        )
        if given:
            return given[1].strip()
        if schema.get("pattern") or schema.get("format"):
            raise _cannot(name)
        return self._source.answer if self._source.found else text


def _as_number(kind: str, text: str) -> float:
    return int(float(text)) if kind == "integer" else float(text)


def _cannot(name: str) -> BadRequest:
    return BadRequest(
        f"the rules of offline:demo cannot tell a value for {name!r}", hint=_HINT, provider="offline"
    )
