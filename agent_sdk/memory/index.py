"""A small index in memory: lexical likeness and keywords, fused by rank."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from agent_sdk.memory.embedding import embed, terms
from agent_sdk.ports.memory import Chunk, Match

CHUNKS_MAX_COUNT: Final = 20_000
CHUNKS_LATER_MAX_COUNT: Final = 100
"""So few are indexed when they are first asked for, in some milliseconds: mostly nobody asks."""

# Okapi BM25's usual constants: https://doi.org/10.1561/1500000019
_SATURATION: Final = 1.2
_LENGTH_WEIGHT: Final = 0.75
_RANK_OFFSET: Final = 60
"""Of reciprocal rank fusion: https://doi.org/10.1145/1571941.1572114"""

_FUNCTION_WORDS: Final = frozenset(
    """a an and are as at be by can did do does for from has have how i in is it its me my of on or our should tell that
    the their them there this to was we were what when where which who why will with would you your""".split()  # noqa: SIM905 - prose reads better than a list
)
"""English words that say nothing of a question's subject."""


class MemoryIndex:
    """Finds chunks by `embed` and by BM25; a chunk that both rank high comes first. Ties keep the documents' order."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        """Index the chunks.

        Raises:
            ValueError: There are more than `CHUNKS_MAX_COUNT`.
        """
        self._chunks = tuple(chunks)
        if len(self._chunks) > CHUNKS_MAX_COUNT:
            msg = f"{len(self._chunks)} chunks are more than an index in memory takes ({CHUNKS_MAX_COUNT})"
            raise ValueError(msg)
        self._weights: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
        self._counts: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._lengths: list[int] = []
        self._length_mean = 1.0
        if len(self._chunks) > CHUNKS_LATER_MAX_COUNT:
            self._index()

    def _index(self) -> None:
        for place, chunk in enumerate(self._chunks):
            text = f"{chunk.title or ''}\n{chunk.text}"
            words = terms(text)
            self._lengths.append(len(words))
            for dimension, weight in embed(text).items():
                self._weights[dimension].append((place, weight))
            for word, count in Counter(words).items():
                self._counts[word].append((place, count))
        if self._lengths:
            self._length_mean = sum(self._lengths) / len(self._lengths)

    def __len__(self) -> int:
        """How many chunks it holds."""
        return len(self._chunks)

    async def search(self, query: str, *, limit: int) -> list[Match]:
        """The best matches, best first; chunks that share nothing with the query are no matches."""
        if not self._lengths:
            self._index()
        asked = " ".join(word for word in terms(query) if word not in _FUNCTION_WORDS) or query
        fused: defaultdict[int, float] = defaultdict(float)
        for scores in (self._likeness(asked), self._keywords(asked)):
            ranked = sorted(scores, key=lambda place: (-scores[place], place))
            for rank, place in enumerate(ranked, 1):
                fused[place] += 1 / (_RANK_OFFSET + rank)
        best = sorted(fused, key=lambda place: (-fused[place], place))[: max(0, limit)]
        return [Match(chunk=self._chunks[place], score=fused[place]) for place in best]

    def _likeness(self, query: str) -> dict[int, float]:
        scores: defaultdict[int, float] = defaultdict(float)
        for dimension, wanted in embed(query).items():
            for place, weight in self._weights.get(dimension, ()):
                scores[place] += wanted * weight
        return scores

    def _keywords(self, query: str) -> dict[int, float]:
        scores: defaultdict[int, float] = defaultdict(float)
        for word in set(terms(query)):
            found = self._counts.get(word, ())
            rarity = math.log(1 + (len(self._chunks) - len(found) + 0.5) / (len(found) + 0.5))
            for place, count in found:
                length = 1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * self._lengths[place] / self._length_mean
                scores[place] += rarity * count * (_SATURATION + 1) / (count + _SATURATION * length)
        return scores
