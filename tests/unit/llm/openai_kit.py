"""What the tests of the OpenAI family share: requests, and answers without a network."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, cast

from agent_sdk.contracts.messages import (
    DocumentPart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    Role,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.llm.http_model import Decoder, Exchange, HttpModel
from agent_sdk.llm.providers import openai
from agent_sdk.ports.llm import (
    Model,
    ModelChunk,
    ModelRequest,
    ModelResponse,
    ModelSettings,
    OutputSchema,
    ProviderConfig,
)
from agent_sdk.testing import FakeIds

CORPUS: Final = Path(__file__).parents[2] / "properties" / "stream_corpus"
SEARCH: Final = ToolSpec(
    name="vector.search",
    description="Search the documents.",
    parameters={
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
        "additionalProperties": False,
    },
)
ANSWER_SCHEMA: Final = OutputSchema(
    name="Answer",
    description="The answer.",
    schema={"type": "object", "properties": {"value": {"type": "integer", "default": 1}}, "title": "Answer"},
)
PICTURE: Final = ImagePart(data=b"\x89PNG", media_type="image/png")
PAPER: Final = DocumentPart(data=b"%PDF-1.7", name="paper.pdf")


def message(role: Role, *parts: Part | str) -> Message:
    whole = tuple([TextPart(text=part) if isinstance(part, str) else part for part in parts])
    return Message(id="msg_1", role=role, parts=whole)


def call_part(number: int, *, provider: str = "openai", arguments: str = '{"query":"x"}') -> ToolCallPart:
    return ToolCallPart(
        tool_call_id=f"call_{number}",
        name=SEARCH.name,
        arguments=arguments,
        provider=provider,
        provider_call_id=f"theirs_{number}",
    )


def result_part(number: int, content: str = "found") -> ToolResultPart:
    return ToolResultPart(
        tool_call_id=f"call_{number}", name=SEARCH.name, content=content, provider_call_id=f"theirs_{number}"
    )


THOUGHT: Final = ReasoningPart(
    text="I look it up.",
    provider="openai",
    state={"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA=="},
)


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


def prepared(asked: ModelRequest | None = None, model: str = "gpt-5", **options: str) -> Exchange:
    made = openai.create(model, ProviderConfig(api_key="secret", options=options))
    return exchange(made, asked)


def exchange(model: Model, asked: ModelRequest | None = None) -> Exchange:
    assert isinstance(model, HttpModel)
    return model.prepare(asked or request())


def body_of(asked: ModelRequest, model: str = "gpt-5", **options: str) -> dict[str, Any]:
    return json.loads(prepared(asked, model, **options).call.body)


def chat_chunk(delta: object = None, finish_reason: str | None = None, **fields: object) -> dict[str, Any]:
    choice: dict[str, Any] = {
        "index": 0,
        "delta": delta if delta is not None else {},
        "finish_reason": finish_reason,
    }
    return {"id": "chatcmpl-1", "model": "gpt-5-2025-08-07", "choices": [choice], **fields}


def chat_calls(*calls: dict[str, Any]) -> dict[str, Any]:
    return chat_chunk({"tool_calls": list(calls)})


def piece(index: int | None, **fields: Any) -> dict[str, Any]:
    function = {key: fields.pop(key) for key in ("name", "arguments") if key in fields}
    return {**fields, **({} if index is None else {"index": index}), "function": function}


def sse(*events: object, done: bool = True) -> bytes:
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    return "".join([*lines, "data: [DONE]\n\n" if done else ""]).encode()


def read(decoder: Decoder, segments: Iterable[bytes]) -> list[ModelChunk]:
    """What a decoder makes of an answer; it stops where the network loop would."""
    chunks: list[ModelChunk] = []
    for segment in segments:
        if decoder.done:
            break
        chunks += decoder.feed(segment)
    return chunks + decoder.finish()


def answer(
    segments: Sequence[bytes] | bytes, model: str = "gpt-5", asked: ModelRequest | None = None
) -> ModelResponse:
    pieces = [segments] if isinstance(segments, bytes) else segments
    return cast("ModelResponse", read(prepared(asked, model).decoder, pieces)[-1])


def recorded(folder: str, file: str) -> bytes:
    """An answer as a provider sent it."""
    return (CORPUS / folder / file).read_bytes()
