"""An answer out of what the tools returned."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from agent_sdk.contracts.messages import Part, TextPart
from agent_sdk.llm.offline import extract
from agent_sdk.llm.offline.needs import CALCULATOR, FETCH, READ, TIME, WRITE, Need
from agent_sdk.llm.offline.plan import Item, PlannedCall
from agent_sdk.llm.offline.talk import Conversation, honest
from agent_sdk.llm.offline.transcript import Result, Turn
from agent_sdk.llm.offline.words import sentences, shorten

EXCERPT_MAX_CHARS: Final = 1200
SUMMARY_SENTENCES_MAX_COUNT: Final = 3
ERROR_MAX_CHARS: Final = 400
HTTP_ERROR_MIN: Final = 400
PAGE_READ_MAX_CHARS: Final = 20_000
SUMMARY_READ_MAX_CHARS: Final = 2000
WRITTEN_MAX_CHARS: Final = 80

_SUMMARY: Final = re.compile(r"\b(?:summar|brief|short|tl;?dr|overview|gist)", re.IGNORECASE)
_TAGS: Final = re.compile(r"<(script|style|head)\b.*?</\1>|<!--.*?-->|<[^>]+>", re.DOTALL | re.IGNORECASE)
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_LACKING: Final[Mapping[str, str]] = {
    CALCULATOR: "calculate",
    TIME: "tell the time",
    READ: "read files",
    WRITE: "write files",
    FETCH: "fetch web pages",
}
_VALUE_NAMES: Final = ("result", "value", "answer", "content", "text", "output")


def compose(items: Sequence[Item], turn: Turn, conversation: Conversation) -> list[Part]:
    """The answer, paragraph by paragraph in the order of the asks; a call is answered once."""
    paragraphs: list[list[Part]] = []
    told: set[str] = set()
    for item in items:
        lines = [_lacks(need) for need in item.missing]
        if item.reply is not None:
            lines.append(item.reply)
        paragraphs += [_line(line) for line in lines]
        for call in item.calls:
            result = turn.result_of(call)
            if call.key not in told and result is not None and call.kind != "handoff":
                told.add(call.key)
                paragraphs.append(_tell(call, result))
        if (
            item.reply is None
            and not item.calls
            and not item.missing
            and (item.ask.is_question or len(items) == 1)
        ):
            paragraphs.append([TextPart(text=honest(item.ask.text, conversation))])
    if not paragraphs:
        paragraphs = [[TextPart(text=honest(turn.prompt, conversation))]]
    return list(_joined(paragraphs))


def plain_value(result: Result) -> str:
    """The one value that a result is about, as text."""
    value = result.value
    if isinstance(value, dict):
        found = cast("dict[str, Any]", value)
        for name in _VALUE_NAMES:
            if name in found:
                return str(found[name])
    return result.content


def _joined(paragraphs: Sequence[list[Part]]) -> Iterator[Part]:
    for place, paragraph in enumerate(paragraphs):
        if place:
            short = all(_is_line(each) for each in (paragraphs[place - 1], paragraph))
            yield TextPart(text="\n" if short else "\n\n")
        yield from paragraph


def _line(text: str) -> list[Part]:
    return [TextPart(text=text)]


def _is_line(paragraph: Sequence[Part]) -> bool:
    return len(paragraph) == 1 and isinstance(paragraph[0], TextPart) and "\n" not in paragraph[0].text


def _lacks(need: Need) -> str:
    able = _LACKING[need.tool]
    return f"I have no tool to {able} (`{need.tool}`) here; the preset assistant_tools has one."


def _tell(call: PlannedCall, result: Result) -> list[Part]:
    if result.outcome != "completed":
        return [TextPart(text=_regret(result))]
    if call.kind == "search":
        return _found(call, result)
    teller = _TELLERS.get(call.name) if call.kind == "need" else None
    if teller is not None:
        return [TextPart(text=teller(call, result))]
    if call.kind == "specialist":
        return [TextPart(text=f"{call.name}: {result.content.strip()}")]
    return [TextPart(text=f"{call.name} returned: {shorten(plain_value(result), EXCERPT_MAX_CHARS)}")]


def _regret(result: Result) -> str:
    why = shorten(result.content.strip(), ERROR_MAX_CHARS)
    match result.outcome:
        case "denied":
            return f"I did not use {result.name}, because it was denied: {why}"
        case "failed":
            return f"{result.name} failed: {why}"
        case _:
            return f"{result.name} did not finish ({result.outcome}), so I have no result of it."


def _tell_calculation(call: PlannedCall, result: Result) -> str:
    return f"{next(iter(call.args.values()))} = {plain_value(result)}"


def _tell_time(call: PlannedCall, result: Result) -> str:
    zone = str(next(iter(call.args.values()), "UTC"))
    place = call.need.place if call.need is not None and call.need.place else zone
    moment = _find_moment(result.value)
    if moment is None:
        return f"The time in {place}: {plain_value(result)}"
    said = f"{moment:%H:%M} on {moment:%A}, {moment.day} {moment:%B %Y}"
    return f"In {place} it is {said} ({zone})." if place != zone else f"It is {said} ({zone})."


def _find_moment(value: Any) -> datetime | None:
    if isinstance(value, dict):
        found = (_find_moment(each) for each in cast("dict[str, Any]", value).values())
        return next((each for each in found if each is not None), None)
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        return None


def _tell_reading(call: PlannedCall, result: Result) -> str:
    text = plain_value(result).strip()
    path = call.args.get("path", "The file")
    if not text:
        return f"{path} is empty."
    if _SUMMARY.search(call.ask):
        return f"{path} in short: {_summary(text)}"
    return f"{path} says:\n\n{shorten(text, EXCERPT_MAX_CHARS)}"


def _tell_writing(call: PlannedCall, result: Result) -> str:
    path = call.need.values["path"] if call.need is not None else "the file"
    content = next((str(value) for value in result.args.values() if value != path), "")
    return f"I wrote “{shorten(content, WRITTEN_MAX_CHARS)}” ({len(content)} characters) to {path}."


def _tell_page(call: PlannedCall, result: Result) -> str:
    body = _page_text(result)[:PAGE_READ_MAX_CHARS]
    title = _TITLE.search(body)
    text = " ".join(_TAGS.sub(" ", body).split())
    named = f" (“{' '.join(title[1].split())}”)" if title else _status(result)
    url = next(iter(call.args.values()))
    excerpt = _summary(text) if _SUMMARY.search(call.ask) else shorten(text, EXCERPT_MAX_CHARS)
    return f"{url}{named} says:\n\n{excerpt}" if text else f"{url}{named} has no text."


def _status(result: Result) -> str:
    status = cast("dict[str, Any]", result.value).get("status") if isinstance(result.value, dict) else None
    return f" (status {status})" if isinstance(status, int) and status >= HTTP_ERROR_MIN else ""


def _page_text(result: Result) -> str:
    value = result.value
    body = cast("dict[str, Any]", value).get("body") if isinstance(value, dict) else None
    return body if isinstance(body, str) else plain_value(result)


def _summary(text: str) -> str:
    spans = sentences(text[:SUMMARY_READ_MAX_CHARS])[:SUMMARY_SENTENCES_MAX_COUNT]
    return shorten(" ".join(" ".join(text[start:end].split()) for start, end in spans), EXCERPT_MAX_CHARS)


def _found(call: PlannedCall, result: Result) -> list[Part]:
    passages = extract.read_passages(result.value)
    answered = extract.answer(call.ask, passages)
    if answered is not None:
        return answered
    looked = f"I looked at {len(passages)} passages" if passages else "The search returned nothing"
    return [TextPart(text=f"I found nothing in the documents about “{shorten(call.ask, 120)}”. {looked}.")]


_TELLERS: Final[Mapping[str, Callable[[PlannedCall, Result], str]]] = {
    CALCULATOR: _tell_calculation,
    TIME: _tell_time,
    READ: _tell_reading,
    WRITE: _tell_writing,
    FETCH: _tell_page,
}


def text_of(parts: Sequence[Part]) -> str:
    """The words of an answer without its citations."""
    return "".join(part.text for part in parts if isinstance(part, TextPart))
