"""The port to what an agent can look up."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A piece of a document, with its place in it."""

    id: str
    document: str
    """Name or address of the document."""
    text: str
    start: int
    """Offset of `text` in the document, in characters."""
    end: int
    title: str | None = None
    """Heading above the piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A chunk that answers a query, and how well."""

    chunk: Chunk
    score: float
    """Greater is better; comparable only within one result."""


class VectorIndex(Protocol):
    """Finds chunks by likeness."""

    async def search(self, query: str, *, limit: int) -> list[Match]:
        """The best matches, best first."""
        ...
