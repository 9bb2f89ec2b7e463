"""The tool `vector.search`: what the ingested documents say."""

from dataclasses import dataclass
from typing import Annotated, Final

from agent_sdk.ports.memory import Match, VectorIndex
from agent_sdk.ports.tool import Tool
from agent_sdk.tools.function_tool import tool

MATCHES_COUNT_DEFAULT: Final = 5
MATCHES_COUNT_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage that was found, with its place, so that an answer can cite it."""

    chunk_id: str
    document: str
    title: str | None
    text: str
    start: int
    """Offset of `text` in the document, in characters."""
    end: int
    score: float
    """Greater is better."""


def vector_search(index: VectorIndex) -> Tool:
    """Make the tool, over an index."""
    from pydantic import Field

    @tool(name="vector.search", version="1.0.0", effects="read", idempotent=True)
    async def search(
        query: str, limit: Annotated[int, Field(ge=1, le=MATCHES_COUNT_MAX)] = MATCHES_COUNT_DEFAULT
    ) -> list[Passage]:
        """Find passages of the user's documents that answer a query, best first.

        Args:
            query: What to look for, in words that the documents may use.
            limit: How many passages to return.
        """
        return [_passage(match) for match in await index.search(query, limit=limit)]

    return search


def _passage(match: Match) -> Passage:
    chunk = match.chunk
    return Passage(
        chunk_id=chunk.id,
        document=chunk.document,
        title=chunk.title,
        text=chunk.text,
        start=chunk.start,
        end=chunk.end,
        score=match.score,
    )
