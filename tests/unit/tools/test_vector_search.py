import pytest

from agent_sdk.contracts.errors import ToolArgumentsInvalid
from agent_sdk.tools.builtin.vector_search import MATCHES_COUNT_MAX, vector_search
from tests.unit.tools.context import OneChunkIndex, call

search = vector_search(OneChunkIndex())


async def test_passages_come_with_what_a_citation_needs() -> None:
    found = (await call(search, {"query": "tea", "limit": 1})).value
    assert found == [
        {
            "chunk_id": "c1",
            "document": "a.md",
            "title": "A",
            "text": "about tea",
            "start": 3,
            "end": 9,
            "score": 0.5,
        }
    ]


async def test_five_passages_are_the_default() -> None:
    assert len((await call(search, {"query": "tea"})).value) == 5


@pytest.mark.parametrize("limit", [0, MATCHES_COUNT_MAX + 1])
async def test_the_number_of_passages_is_bounded(limit: int) -> None:
    with pytest.raises(ToolArgumentsInvalid, match="limit"):
        await call(search, {"query": "tea", "limit": limit})
