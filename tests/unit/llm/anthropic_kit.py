"""What the tests of the Anthropic provider share: requests to it and answers of it, without a network."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from agent_sdk.contracts.messages import Message, Part, Role, TextPart
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.llm.http_model import Exchange, HttpModel
from agent_sdk.llm.providers.anthropic import create
from agent_sdk.ports.llm import (
    ModelChunk,
    ModelRequest,
    ModelResponse,
    ModelSettings,
    OutputSchema,
    ProviderConfig,
)
from agent_sdk.testing import FakeIds

CORPUS: Final = Path(__file__).parents[2] / "properties" / "stream_corpus" / "anthropic"
MODEL: Final = "claude-sonnet-4-5"
WEATHER: Final = ToolSpec(
    name="weather.lookup",
    description="Tell the weather.",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)


def message(role: Role, *parts: Part | str) -> Message:
    whole = tuple([TextPart(text=part) if isinstance(part, str) else part for part in parts])
    return Message(id="msg_1", role=role, parts=whole)


def request(
    *messages: Message,
    instructions: str = "",
    tools: tuple[ToolSpec, ...] = (),
    output: OutputSchema | None = None,
    settings: ModelSettings | None = None,
) -> ModelRequest:
    return ModelRequest(
        messages=messages or (message("user", "hi"),),
        instructions=instructions,
        tools=tools,
        output=output,
        settings=settings or ModelSettings(),
        ids=FakeIds(),
    )


def model(name: str = MODEL) -> HttpModel:
    made = create(name, ProviderConfig(api_key="k"))
    assert isinstance(made, HttpModel)
    return made


def exchange(asked: ModelRequest | None = None, name: str = MODEL) -> Exchange:
    return model(name).prepare(asked or request())


def body(asked: ModelRequest, name: str = MODEL) -> dict[str, Any]:
    return json.loads(exchange(asked, name).call.body)


def decode(*segments: bytes, asked: ModelRequest | None = None, name: str = MODEL) -> list[ModelChunk]:
    """What the segments of one answer become, read as `HttpModel` reads them."""
    decoder = exchange(asked or request(tools=(WEATHER,)), name).decoder
    chunks: list[ModelChunk] = []
    for segment in segments:
        if decoder.done:
            break
        chunks += decoder.feed(segment)
    return chunks + decoder.finish()


def response(*segments: bytes, name: str = MODEL) -> ModelResponse:
    last = decode(*segments, name=name)[-1]
    assert isinstance(last, ModelResponse)
    return last


def recorded(name: str) -> bytes:
    return (CORPUS / name).read_bytes()


def stream(*events: dict[str, Any]) -> bytes:
    """Events as the wire has them."""
    return b"".join([b"data: " + json.dumps(event).encode() + b"\n\n" for event in events])


def text_stream(
    *texts: str, start: Iterable[dict[str, Any]] = (), end: Iterable[dict[str, Any]] = ()
) -> bytes:
    """A stream that says these texts, after and before other events."""
    deltas = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
        for text in texts
    ]
    return stream(*start, *deltas, *end)
