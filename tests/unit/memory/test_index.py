"""Finding chunks."""

import math

import pytest

from agent_sdk.memory.embedding import cosine, embed
from agent_sdk.memory.index import CHUNKS_MAX_COUNT, MemoryIndex
from agent_sdk.ports.memory import Chunk


def chunks(*texts: str, title: str | None = None) -> list[Chunk]:
    return [
        Chunk(id=f"d#{place}", document="d", text=text, start=0, end=len(text), title=title)
        for place, text in enumerate(texts)
    ]


def test_a_text_has_the_same_vector_on_every_machine() -> None:
    assert sorted(embed("Go")) == [12131, 17487, 28276, 37718]


def test_a_vector_has_length_one_and_a_text_without_words_has_none() -> None:
    assert math.isclose(cosine(embed("some words"), embed("some words")), 1.0)
    assert embed("?!") == {}


def test_inflected_words_are_alike_and_strangers_are_not() -> None:
    assert cosine(embed("refunds"), embed("refunded")) > 0.3
    assert cosine(embed("refund"), embed("weather")) < 0.1


async def test_the_chunk_with_the_words_of_the_query_comes_first() -> None:
    index = MemoryIndex(chunks("shipping is free", "refunds take two weeks", "we sell tea"))
    matches = await index.search("How long do refunds take?", limit=2)
    assert matches[0].chunk.id == "d#1"


async def test_an_inflected_word_finds_its_chunk() -> None:
    index = MemoryIndex(chunks("shipping is free", "we never refund gift cards"))
    assert [match.chunk.id for match in await index.search("refunding", limit=1)] == ["d#1"]


async def test_the_heading_counts_as_text_of_the_chunk() -> None:
    index = MemoryIndex([*chunks("two weeks"), *chunks("one day", title="Refunds")])
    assert (await index.search("refunds", limit=1))[0].chunk.text == "one day"


async def test_words_that_say_nothing_do_not_decide() -> None:
    index = MemoryIndex(chunks("what is the what of the what", "approval"))
    assert (await index.search("what is the approval", limit=1))[0].chunk.text == "approval"


async def test_a_query_of_such_words_alone_still_finds_something() -> None:
    index = MemoryIndex(chunks("the who are a band"))
    assert len(await index.search("the who", limit=3)) == 1


async def test_nothing_in_common_is_no_match() -> None:
    assert await MemoryIndex(chunks("tea")).search("42", limit=5) == []


async def test_scores_descend_and_the_limit_holds() -> None:
    index = MemoryIndex(chunks(*["tea " * n for n in range(1, 9)]))
    matches = await index.search("tea", limit=3)
    assert len(matches) == 3
    assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)


async def test_an_empty_index_finds_nothing() -> None:
    index = MemoryIndex([])
    assert len(index) == 0
    assert await index.search("tea", limit=3) == []


def test_too_many_chunks_are_refused() -> None:
    one = chunks("")[0]
    with pytest.raises(ValueError, match="more than an index in memory takes"):
        MemoryIndex([one] * (CHUNKS_MAX_COUNT + 1))
