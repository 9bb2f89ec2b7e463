"""Cutting a document into chunks along its headings and paragraphs, with exact offsets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from agent_sdk.ports.memory import Chunk

CHUNK_LENGTH_MAX_CHARS: Final = 1200

# Markdown `# Title`; or a line underlined as in Markdown and reStructuredText.
_HEADING: Final = re.compile(
    r"^(?:\#{1,6}[ \t]+(?P<marked>\S.*?)[ \t#]*|(?P<underlined>[^\s#>|`*+-].*)\n(?P<line>[=~^-])(?P=line){2,}[ \t]*)$",
    re.MULTILINE,
)
_FENCED: Final = re.compile(r"^(`{3,}|~{3,})[^\n]*\n.*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_PARAGRAPH: Final = re.compile(r"\S.*?(?=\n[ \t]*\n|\Z)", re.DOTALL)
_BREAK: Final = re.compile(r"(?<=[.!?])\s+|\n|\s+")


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int


def chunk(document: str, text: str) -> list[Chunk]:
    """Cut `text` into chunks of at most `CHUNK_LENGTH_MAX_CHARS`; each is `text[chunk.start:chunk.end]`.

    Paragraphs under one heading stay together as far as they fit.

    Args:
        document: Name or address of the document, the first half of each chunk's id.
        text: All of it.
    """
    return [
        Chunk(
            id=f"{document}#{number}",
            document=document,
            text=text[span.start : span.end],
            start=span.start,
            end=span.end,
            title=title,
        )
        for number, (title, span) in enumerate(_titled_spans(text), 1)
    ]


def _titled_spans(text: str) -> Iterator[tuple[str | None, _Span]]:
    for title, section in _sections(text):
        for span in _merged(piece for whole in _paragraphs(text, section) for piece in _split(text, whole)):
            yield title, span


def _sections(text: str) -> Iterator[tuple[str | None, _Span]]:
    """The text between headings, with the heading above it."""
    fences = [match.span() for match in _FENCED.finditer(text)]
    title: str | None = None
    begin = 0
    for match in _HEADING.finditer(text):
        if any(start <= match.start() < end for start, end in fences):
            continue
        yield title, _Span(begin, match.start())
        title = (match["marked"] or match["underlined"]).strip()
        begin = match.end()
    yield title, _Span(begin, len(text))


def _paragraphs(text: str, section: _Span) -> Iterator[_Span]:
    for match in _PARAGRAPH.finditer(text, section.start, section.end):
        yield _Span(match.start(), match.start() + len(match[0].rstrip()))


def _split(text: str, span: _Span) -> Iterator[_Span]:
    """Cut what is too long at the last sentence, line or word that fits, and else anywhere."""
    start = span.start
    while span.end - start > CHUNK_LENGTH_MAX_CHARS:
        reach = start + CHUNK_LENGTH_MAX_CHARS
        breaks = [match for match in _BREAK.finditer(text, start, reach) if match.start() > start]
        ends = [match for match in breaks if text[match.start() - 1] in ".!?" or "\n" in match[0]]
        cut = (ends or breaks or [None])[-1]
        if cut is None:
            yield _Span(start, reach)
            start = reach
        else:
            yield _Span(start, cut.start())
            start = cut.end()
    if start < span.end:
        yield _Span(start, span.end)


def _merged(spans: Iterator[_Span]) -> Iterator[_Span]:
    held: _Span | None = None
    for span in spans:
        if held is not None and span.end - held.start <= CHUNK_LENGTH_MAX_CHARS:
            held = _Span(held.start, span.end)
            continue
        if held is not None:
            yield held
        held = span
    if held is not None:
        yield held
