"""Mutated answers of providers: none hangs, and none raises anything outside the tree of model errors.

Each folder of `stream_corpus` belongs to one provider; its `.sse` files are streams, its `.json` files answers in one
piece. A provider is added by a folder and a line in `MODELS`.
"""

import asyncio
import random
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from agent_sdk.contracts.errors import ModelError
from agent_sdk.contracts.messages import Message, TextPart
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.llm.http_model import HttpModel
from agent_sdk.llm.providers import anthropic, openai
from agent_sdk.ports.llm import Model, ModelRequest, ModelResponse, ProviderConfig
from agent_sdk.testing import FakeIds
from tests.unit.llm.fake_server import Answer, serving

MUTANTS_COUNT: Final = 10_000
SOCKET_MUTANTS_COUNT: Final = 200
CORPUS: Final = Path(__file__).parent / "stream_corpus"
MODELS: Final[dict[str, Callable[[ProviderConfig], Model]]] = {
    "openai_chat": lambda config: openai.create("gpt-5", config),
    "openai_responses": lambda config: openai.create("responses/gpt-5", config),
    "anthropic": lambda config: anthropic.create("claude-sonnet-4-5", config),
}
TOOL: Final = ToolSpec(
    name="vector.search", description="Search.", parameters={"type": "object", "properties": {}}
)
REQUEST: Final = ModelRequest(
    messages=(Message(id="msg_1", role="user", parts=(TextPart(text="hi"),)),), tools=(TOOL,), ids=FakeIds()
)

Mutation = Callable[[random.Random, bytes], bytes]

ODD_VALUES: Final = (
    b"null", b"[]", b"{}", b'""', b"0", b"-1", b"true", b"1e999", b"9" * 400, b'"\\ud800"', b"[[[[]]]]", b"[null]",
    b'{"error":{}}', b"18446744073709551616", b'"\\u0000"',
)  # fmt: skip
_VALUE: Final = re.compile(rb'(?<=:)\s*("(?:[^"\\]|\\.)*"|-?\d+|true|false|null|\[[^\[\]]*\]|\{[^{}]*\})')
_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")


def cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def drop_bytes(chance: random.Random, data: bytes) -> bytes:
    begin = chance.randrange(len(data) + 1)
    return data[:begin] + data[begin + chance.randrange(1, 60) :]


def flip_bytes(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 5)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def odd_value(chance: random.Random, data: bytes) -> bytes:
    places = list(_VALUE.finditer(data))
    for place in sorted(
        chance.sample(places, min(len(places), chance.randrange(1, 3))), key=lambda it: -it.start()
    ):
        data = data[: place.start()] + chance.choice(ODD_VALUES) + data[place.end() :]
    return data


def lose_field(chance: random.Random, data: bytes) -> bytes:
    fields = list(re.finditer(rb'"\w+":', data))
    if not fields:
        return data
    place = chance.choice(fields)
    return data[: place.start()] + b'"gone":' + data[place.end() :]


def drop_event(chance: random.Random, data: bytes) -> bytes:
    events = _BLANK_LINE.split(data)
    del events[chance.randrange(len(events))]
    return b"\n\n".join(events)


def repeat_event(chance: random.Random, data: bytes) -> bytes:
    events = _BLANK_LINE.split(data)
    events.insert(chance.randrange(len(events) + 1), chance.choice(events))
    return b"\n\n".join(events)


def reorder_events(chance: random.Random, data: bytes) -> bytes:
    events = _BLANK_LINE.split(data)
    chance.shuffle(events)
    return b"\n\n".join(events)


def garbage(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data) + 1)
    junk = chance.choice(
        [b"\n\n", b"data: {\n\n", b"data: [DONE]\n\n", b"event: error\n", b"\r", b"\x00\xff", b"[" * 3000]
    )
    return data[:place] + junk + data[place:]


def other_stream(chance: random.Random, data: bytes) -> bytes:
    other = chance.choice(sorted(CORPUS.rglob("*.sse"))).read_bytes()
    return data[: chance.randrange(len(data) + 1)] + b"\n\n" + other[chance.randrange(len(other)) :]


MUTATIONS: Final[tuple[Mutation, ...]] = (
    cut, drop_bytes, flip_bytes, odd_value, odd_value, lose_field, drop_event, repeat_event, reorder_events, garbage,
    other_stream,
)  # fmt: skip


def mutant(chance: random.Random, seeds: list[bytes]) -> bytes:
    data = chance.choice(seeds)
    for _ in range(chance.randrange(1, 4)):
        data = chance.choice(MUTATIONS)(chance, data)
    return data


def segments(chance: random.Random, data: bytes) -> list[bytes]:
    """The bytes, cut as a network might."""
    borders = sorted({0, len(data), *[chance.randrange(len(data) + 1) for _ in range(chance.randrange(6))]})
    return [data[begin:end] for begin, end in pairwise(borders)]


def seeds_of(provider: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((CORPUS / provider).iterdir())]


def ending(model: HttpModel, pieces: list[bytes]) -> str:
    """How an answer ends, read without a network: the name of the error, or `ModelResponse`."""
    decoder = model.prepare(REQUEST).decoder
    try:
        for piece in pieces:
            if decoder.done:
                break
            decoder.feed(piece)
        *_, last = decoder.finish()
    except ModelError as error:
        return type(error).__name__
    assert isinstance(last, ModelResponse)
    return "ModelResponse"


def test_every_folder_of_the_corpus_belongs_to_a_provider() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(MODELS)


@pytest.mark.parametrize("provider", MODELS)
def test_a_mutated_answer_ends_in_a_response_or_a_model_error(provider: str) -> None:
    chance = random.Random(f"streams of {provider}")
    model = MODELS[provider](ProviderConfig(api_key="secret"))
    assert isinstance(model, HttpModel)
    seeds = seeds_of(provider)
    endings = {ending(model, segments(chance, mutant(chance, seeds))) for _ in range(MUTANTS_COUNT)}
    # The mutations reach what they are meant to reach.
    assert {"ModelResponse", "ConnectionFailed", "MalformedResponse"} <= endings


@pytest.mark.socket
@pytest.mark.parametrize("provider", MODELS)
async def test_a_mutated_answer_over_a_connection_never_hangs(provider: str) -> None:
    chance = random.Random(f"connections of {provider}")
    seeds = seeds_of(provider)
    answers = [
        Answer(
            segments=[piece for piece in segments(chance, mutant(chance, seeds)) if piece],
            status=chance.choice([200, 200, 200, 400, 500]),
            ending=chance.choice(["whole", "whole", "cut"]),
        )
        for _ in range(SOCKET_MUTANTS_COUNT)
    ]
    endings: list[str] = []
    async with serving(*answers) as server:
        model = MODELS[provider](ProviderConfig(api_key="secret", base_url=server.url))
        for _ in answers:
            try:
                async with asyncio.timeout(10):
                    endings.append([type(chunk).__name__ async for chunk in model.stream(REQUEST)][-1])
            except ModelError as error:
                endings.append(type(error).__name__)
    assert len(endings) == SOCKET_MUTANTS_COUNT
    assert {"ModelResponse", "ConnectionFailed", "BadRequest", "ServerError"} <= set(endings)
