"""An answer made of sentences of the documents that a search found, each with its place."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from agent_sdk.contracts.messages import CitationPart, Part, TextPart
from agent_sdk.llm.offline.words import content_stems, sentences, shorten

PASSAGE_READ_MAX_CHARS: Final = 4000
SENTENCES_MAX_COUNT: Final = 3
SENTENCE_LENGTH_MAX_CHARS: Final = 500
SCORE_MIN_OF_BEST: Final = 0.6
"""A further sentence has to be nearly as good as the best one."""
COVERAGE_MIN: Final = 0.34
"""Share of the question's words that the best sentence, or its heading, has to contain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A chunk as the search tool returned it."""

    id: str
    document: str
    text: str
    start: int
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    passage: Passage
    begin: int
    end: int
    score: float
    coverage: float

    @property
    def quote(self) -> str:
        return self.passage.text[self.begin : self.end]


def read_passages(value: Any) -> list[Passage]:
    """Find the chunks in what a search tool returned, however it wraps them."""
    if isinstance(value, list):
        return [passage for item in cast("list[Any]", value) for passage in read_passages(item)]
    if not isinstance(value, dict):
        return []
    found = cast("dict[str, Any]", value)
    if isinstance(found.get("text"), str) and isinstance(found.get("document"), str):
        start = found.get("start")
        return [
            Passage(
                id=str(found.get("chunk_id") or found.get("id") or found["document"]),
                document=found["document"],
                text=found["text"][:PASSAGE_READ_MAX_CHARS],
                start=start if isinstance(start, int) else 0,
                title=found.get("title") or None,
            )
        ]
    return [passage for item in found.values() for passage in read_passages(item)]


def answer(question: str, passages: Sequence[Passage]) -> list[Part] | None:
    """Answer with the sentences that fit the question best, each followed by its citation.

    Returns:
        Text and citation parts, ending in a list of the sources; None when nothing fits.
    """
    asked = content_stems(question)
    candidates = sorted(_candidates(asked, passages), key=lambda each: -each.score)
    if not candidates or candidates[0].coverage < COVERAGE_MIN:
        return None
    floor = candidates[0].score * SCORE_MIN_OF_BEST
    chosen = [each for each in candidates[:SENTENCES_MAX_COUNT] if each.score >= floor]
    sources: list[str] = []
    parts: list[Part] = []
    for each in chosen:
        source = _name(each.passage)
        if source not in sources:
            sources.append(source)
        quote = shorten(" ".join(each.quote.split()), SENTENCE_LENGTH_MAX_CHARS)
        parts += [TextPart(text=f"{quote} [{sources.index(source) + 1}] "), _citation(each)]
    listed = "\n".join(f"[{number}] {source}" for number, source in enumerate(sources, 1))
    return [*parts, TextPart(text=f"\n\nSources:\n{listed}")]


def _candidates(asked: Sequence[str], passages: Sequence[Passage]) -> Iterator[_Candidate]:
    if not asked:
        return
    stems_of = [set(content_stems(f"{passage.title or ''} {passage.text}")) for passage in passages]
    rarity = {
        word: math.log(1 + len(passages) / (1 + sum(word in stems for stems in stems_of))) + 0.1
        for word in asked
    }
    total = sum(rarity.values())
    seen: set[str] = set()
    for rank, passage in enumerate(passages):
        heading = set(content_stems(passage.title or ""))
        for begin, end in _prose(passage.text):
            text = passage.text[begin:end]
            if text in seen:
                continue
            seen.add(text)
            own = set(content_stems(text))
            # A heading counts half: it says what its sentences are about, but they may say nothing.
            score = sum(rarity[word] * (1 if word in own else 0.5 * (word in heading)) for word in asked)
            coverage = sum(word in own or word in heading for word in asked) / len(asked)
            if own & set(asked) or (heading & set(asked)):
                yield _Candidate(
                    passage=passage,
                    begin=begin,
                    end=end,
                    score=score / total - rank / 1000,
                    coverage=coverage,
                )


def _prose(text: str) -> Iterator[tuple[int, int]]:
    """Sentences that are no headings; a list item or a line of a table is one of its own."""
    for start, end in sentences(text):
        offset = start
        for line in text[start:end].splitlines(keepends=True):
            stripped = line.strip()
            if not stripped.startswith(("#", "```", "---", "===")) and len(stripped) > 1:
                break
            offset += len(line)
        if offset < end:
            yield offset, end


def _citation(each: _Candidate) -> CitationPart:
    passage = each.passage
    return CitationPart(
        document=passage.document,
        chunk_id=passage.id,
        quote=each.quote,
        start=passage.start + each.begin,
        end=passage.start + each.end,
        title=passage.title,
    )


def _name(passage: Passage) -> str:
    return f"{passage.document}, {passage.title}" if passage.title else passage.document
