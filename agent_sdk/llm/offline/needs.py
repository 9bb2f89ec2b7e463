"""What a prompt needs from tools: one `Ask` for each of its questions and orders."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from agent_sdk.llm.offline.arithmetic import find_expressions
from agent_sdk.llm.offline.words import is_question, quoted, segments
from agent_sdk.llm.offline.zones import find_places

CALCULATOR: Final = "calculator"
TIME: Final = "time"
READ: Final = "filesystem.read"
WRITE: Final = "filesystem.write"
FETCH: Final = "http.fetch"
SEARCH: Final = "vector.search"

_URL: Final = re.compile(r"https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]]")
_PATH: Final = (
    r"(?:~?\.{0,2}/)?(?:[\w.-]+/)*[\w-][\w.-]*\.[A-Za-z]\w{0,7}\b|(?:~|\.{1,2})?/[\w.-]+(?:/[\w.-]+)*/?"
)
_PATH_ALONE: Final = re.compile(rf"(?<![\w:@/])(?:{_PATH})(?![\w@])")
_READ_VERB: Final = re.compile(
    r"\b(?:read|open|show|print|cat|display|summari[sz]e|view|load|contents?|inside|says?|in (?:the )?file|"
    r"what(?:'s| is| does)?|look (?:at|into)|file)\b",
    re.IGNORECASE,
)
_WRITE: Final = re.compile(
    r"\b(?:write|save|store|put)\s+(?P<content>.+?)\s+(?:in)?to\s+(?:the\s+|a\s+)?(?:new\s+)?(?:file\s+)?"
    rf"(?:named\s+|called\s+)?[\"'`]?(?P<path>{_PATH})",
    re.IGNORECASE | re.DOTALL,
)
_CREATE: Final = re.compile(
    rf"\b(?:create|make|write)\s+(?:the\s+|a\s+)?(?:new\s+)?(?:file\s+)?(?:named\s+|called\s+)?[\"'`]?(?P<path>{_PATH})"
    r"[\"'`]?\s+(?:with|containing|that says|saying)\s+(?:the\s+)?(?:text\s+|content\s+|words\s+)?(?P<content>.+)",
    re.IGNORECASE | re.DOTALL,
)
_RESULT_WORDS: Final = re.compile(
    r"^(?:it|this|that|them|both|(?:the|its|your|all|these|those)\s+(?:\w+\s+)?(?:results?|answers?|outcome|output|times?|"
    r"sum|product|summary|number|value|total))$",
    re.IGNORECASE,
)
_TIME: Final = re.compile(
    r"\b(?:what(?:'s| is)?\s+the\s+(?:current\s+|local\s+|exact\s+)?(?:time|date)|what\s+time|current\s+(?:time|date)|"
    r"time\s+(?:is\s+it|in|at|now|zones?)|local\s+time|(?:the|tell\s+me\s+the)\s+time\b|o['’]?clock|what\s+(?:day|date)\s+"
    r"(?:is|of)|today['’]?s\s+date|what\s+day\s+is)\b",
    re.IGNORECASE,
)
_SAME_AGAIN: Final = re.compile(
    r"^(?:please\s+|then\s+)*(?:summari[sz]e|explain|describe|show|print|read|tell me(?: about)?|give me)\s+"
    r"(?:me\s+)?(?:it|this|that|them|the (?:contents?|page|file|text|summary)|a (?:short )?summary)\b.{0,40}$",
    re.IGNORECASE,
)
_FOLLOW_UP: Final = re.compile(
    r"^(?:and\s+|what about\s+|how about\s+|and what about\s+)+(?:in\s+|at\s+)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that a tool has to do."""

    tool: str
    """Name of the tool that is made for it."""
    values: Mapping[str, str]
    """What the tool has to be told, by meaning: expression, zone, path, content, url, query."""
    place: str | None = None
    """Of a time zone, in the prompt's own word."""
    uses_results: bool = False
    """Whether `content` stands for what the other tools return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question or order of a prompt."""

    text: str
    needs: tuple[Need, ...] = ()

    @property
    def is_question(self) -> bool:
        """Whether it asks for something."""
        return is_question(self.text)


def read_prompt(text: str, *, before: str = "") -> list[Ask]:
    """Take a prompt apart.

    Args:
        text: The prompt.
        before: The user's prompt before it, for "and in Paris?".
    """
    asks: list[Ask] = []
    for segment in segments(text):
        earlier = asks[-1].text if asks else before
        needs = tuple(_needs(segment, earlier))
        if not needs and asks and asks[-1].needs and _SAME_AGAIN.match(segment):
            # "Fetch … and summarise it" is one order.
            asks[-1] = Ask(text=f"{asks[-1].text} and {segment}", needs=asks[-1].needs)
        else:
            asks.append(Ask(text=segment, needs=needs))
    return asks


def _needs(segment: str, earlier: str) -> Iterator[Need]:
    write = _CREATE.search(segment) or _WRITE.search(segment)
    if write is not None:
        content = _unquote(write["content"].strip())
        yield from _calculations(write["content"]) if not quoted(write["content"]) else ()
        yield Need(
            tool=WRITE,
            values={"path": write["path"], "content": content},
            uses_results=_RESULT_WORDS.match(content) is not None or bool(find_expressions(content)),
        )
        return
    yield from _calculations(segment)
    urls = list(dict.fromkeys(_URL.findall(segment)))
    yield from (Need(tool=FETCH, values={"url": url}) for url in urls)
    if not urls and _READ_VERB.search(segment):
        paths = dict.fromkeys(match[0] for match in _PATH_ALONE.finditer(segment))
        yield from (Need(tool=READ, values={"path": path}) for path in paths)
    yield from _times(segment, earlier)


def _calculations(text: str) -> Iterator[Need]:
    return (Need(tool=CALCULATOR, values={"expression": each}) for each in find_expressions(text))


def _times(segment: str, earlier: str) -> Iterator[Need]:
    places = find_places(segment)
    if _TIME.search(segment):
        if not places:
            yield Need(tool=TIME, values={"zone": "UTC"})
    elif not (places and _FOLLOW_UP.match(segment) and _TIME.search(earlier)):
        return
    yield from (Need(tool=TIME, values={"zone": zone}, place=place) for place, zone in places)


def _unquote(text: str) -> str:
    inside = quoted(text)
    return inside[0] if inside else text.removesuffix(".") if text.count(" ") == 0 else text
