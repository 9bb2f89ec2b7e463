"""Reading the tools that a request offers: what each is for, and how to fill its arguments."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.llm.offline.needs import CALCULATOR, FETCH, READ, SEARCH, TIME, WRITE, Ask
from agent_sdk.llm.offline.words import content_stems, quoted, stem, words
from agent_sdk.llm.offline.zones import find_places

OUTPUT_TOOL: Final = "final_answer"
"""The hidden tool by which the runtime asks for structured output where it cannot ask otherwise."""

_HANDOFF_PREFIX: Final = "transfer_to_"
_BRIEFS: Final = frozenset({"input", "prompt", "task", "request", "instructions", "message"})
_ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "expression": ("expression", "expr", "formula", "calculation"),
    "zone": ("timezone", "time_zone", "zone", "tz", "place", "city", "location"),
    "path": ("path", "file", "filename", "file_path"),
    "content": ("content", "contents", "text", "data"),
    "url": ("url", "uri", "address", "link"),
    "query": ("query", "question", "text", "q"),
}
_TOPICS: Final[Mapping[str, str]] = {
    CALCULATOR: "calculate calculator arithmetic math mathematics number numeric compute figures",
    TIME: "time zone clock date calendar",
    READ: "file read folder document",
    WRITE: "file write save document",
    FETCH: "web url page fetch site internet",
    SEARCH: "research document knowledge search look find source question fact",
}
_NUMBER: Final = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w])")
_FILLER: Final = frozenset({"get", "do", "make", "tool", "run", "fetch", "the", "a", "of", "by", "for"})
_TOPIC_WEIGHT: Final = 3
"""How much more a need's own topic counts than any shared word."""


def properties(spec: ToolSpec) -> dict[str, dict[str, Any]]:
    """The schemas of its arguments, by name."""
    return cast("dict[str, dict[str, Any]]", spec.parameters.get("properties", {}))


def required(spec: ToolSpec) -> list[str]:
    """Names of the arguments that it cannot do without."""
    return list(spec.parameters.get("required", ()))


def fill(spec: ToolSpec, values: Mapping[str, str]) -> dict[str, Any] | None:
    """Arguments that tell a tool `values`; None when it has no place for one of them or needs more."""
    args: dict[str, Any] = {}
    for meaning, value in values.items():
        named = [name for name in _ALIASES[meaning] if name in properties(spec) and name not in args]
        free = [name for name in required(spec) if name not in args]
        name = next(iter([*named, *free]), None)
        if name is None:
            return None
        args[name] = [value] if properties(spec)[name].get("type") == "array" else value
    return args if args.keys() >= set(required(spec)) else None


def is_handoff(spec: ToolSpec) -> bool:
    """Whether calling it passes the conversation to another agent."""
    return spec.name.startswith(_HANDOFF_PREFIX) or set(properties(spec)) == {"reason"}


def is_specialist(spec: ToolSpec) -> bool:
    """Whether it takes a brief in words, as an agent used as a tool does."""
    required_names = required(spec)
    return len(required_names) == 1 and required_names[0] in _BRIEFS and len(properties(spec)) == 1


def best_helper(ask: Ask, helpers: Sequence[ToolSpec]) -> ToolSpec | None:
    """The specialist or handoff whose name and description fit an ask best; None when none fits."""
    scored = [(_fitness(ask, spec), -place, spec) for place, spec in enumerate(helpers)]
    score, _, best = max(scored, default=(0, 0, None), key=lambda item: item[:2])
    return best if score else None


def _fitness(ask: Ask, spec: ToolSpec) -> int:
    about = {stem(word) for word in words(f"{spec.name.replace('_', ' ')} {spec.description}")}
    topics = [_TOPICS[need.tool] for need in ask.needs] or ([_TOPICS[SEARCH]] if ask.is_question else [])
    of_topic = len(about & {stem(word) for topic in topics for word in topic.split()})
    return _TOPIC_WEIGHT * of_topic + len(about & set(content_stems(ask.text)))


def match_by_name(ask: Ask, tools: Sequence[ToolSpec]) -> tuple[ToolSpec, dict[str, Any]] | None:
    """A tool whose name the ask speaks of and whose arguments it gives."""
    spoken = {stem(word) for word in words(ask.text)}
    for spec in tools:
        name = [
            stem(word) for word in re.split(r"[._\-\s]+", spec.name.lower()) if word and word not in _FILLER
        ]
        if name and spec.name not in _TOPICS and spoken.issuperset(name):
            args = guess_arguments(spec, ask.text)
            if args is not None:
                return spec, args
    return None


def guess_arguments(spec: ToolSpec, text: str) -> dict[str, Any] | None:
    """Arguments as the words of a prompt give them; None when a required one is missing."""
    numbers = [match[0] for match in _NUMBER.finditer(text)]
    strings = quoted(text)
    args: dict[str, Any] = {}
    for name, schema in properties(spec).items():
        value = _guess(name, schema, text, numbers, strings)
        if value is not None:
            args[name] = value
    return args if args.keys() >= set(required(spec)) else None


def _guess(name: str, schema: Mapping[str, Any], text: str, numbers: list[str], strings: list[str]) -> Any:
    named = re.search(
        rf"\b{re.escape(name).replace('_', '[ _]')}\s*(?:=|:|is|of)?\s*[\"'“]?([\w.@:/-]+)",
        text,
        re.IGNORECASE,
    )
    match schema.get("type"):
        case "integer" | "number" as kind:
            given = named[1] if named and _NUMBER.fullmatch(named[1]) else numbers.pop(0) if numbers else None
            if given is None:
                return None
            return float(given) if kind == "number" and "." in given else int(float(given))
        case "boolean":
            return None
        case "string":
            return (
                _guess_string(name, schema, text, strings)
                or (named[1] if named else None)
                or _after_preposition(text)
            )
        case _:
            return None


def _guess_string(name: str, schema: Mapping[str, Any], text: str, strings: list[str]) -> str | None:
    choices = cast("list[Any]", schema.get("enum", []))
    if choices:
        return next((str(each) for each in choices if str(each).lower() in text.lower()), None)
    if strings:
        return strings.pop(0)
    places = find_places(text)
    if places and name in {"city", "place", "location", "country", "town", "where", "destination"}:
        return places[0][0]
    return places[0][1] if places and name in _ALIASES["zone"] else None


def _after_preposition(text: str) -> str | None:
    """The object of the last preposition: "the weather in San Marino" is about San Marino."""
    found = re.findall(
        r"\b(?:for|in|of|about|to|on|at|named|called|with)\s+(?:the\s+)?([\w@.#'-]+(?:\s+[A-Z][\w'-]+)*)",
        text,
    )
    return found[-1].rstrip(".'?") if found else None
