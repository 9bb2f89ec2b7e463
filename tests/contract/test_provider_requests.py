"""Requests to the OpenAI family, checked by the official `openai` package's own types, and answers read by both."""

import json
from functools import cache
from typing import Any, Final, cast

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from openai.types.responses import Response, ResponseStreamEvent
from openai.types.responses.response_create_params import (
    ResponseCreateParamsNonStreaming,
    ResponseCreateParamsStreaming,
)
from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

from agent_sdk.contracts.messages import DocumentPart, ImagePart, Message
from agent_sdk.llm.providers import openai_compatible
from agent_sdk.llm.sse import SSEParser
from agent_sdk.ports.llm import ModelRequest, ModelSettings, ProviderConfig
from tests.unit.llm.openai_kit import (
    ANSWER_SCHEMA,
    CORPUS,
    PAPER,
    PICTURE,
    SEARCH,
    THOUGHT,
    answer,
    body_of,
    call_part,
    exchange,
    message,
    request,
    result_part,
)

EVERY_SETTING: Final = ModelSettings(
    max_output_tokens=100,
    temperature=0.5,
    top_p=0.9,
    seed=7,
    tool_choice="vector.search",
    parallel_tool_calls=True,
    reasoning_effort="low",
)
WHOLE: Final = ModelSettings(stream=False)
TALK: Final = [
    message("user", "hi"),
    message("assistant", THOUGHT, "Let me look.", call_part(1), call_part(2)),
    message("tool", result_part(1), PICTURE, PAPER),
    message("tool", result_part(2, '{"found":[]}')),
    message("assistant", "Nothing."),
    message("user", "Look here:", PICTURE, ImagePart(url="https://example.com/a.png"), PAPER),
]
NOTE: Final = DocumentPart(data=b"text", media_type="text/plain", name="note.txt")

TRANSCRIPTS: Final[dict[str, list[Message]]] = {
    "question": [message("user", "hi")],
    "silence": [message("user")],
    "tools": TALK[:4],
    "whole talk": TALK,
    "malformed call": [message("assistant", call_part(1, arguments="{")), message("tool", result_part(1))],
    "call of another provider": [
        message("assistant", call_part(1, provider="anthropic")),
        message("tool", result_part(1)),
    ],
    "text document": [message("user", NOTE)],
}
VARIANTS: Final[dict[str, dict[str, Any]]] = {
    "plain": {},
    "instructed": {"instructions": "Be brief."},
    "tools": {"tools": (SEARCH,), "settings": EVERY_SETTING},
    "tools at will": {"tools": (SEARCH,), "settings": ModelSettings(tool_choice="required")},
    "structured": {"output": ANSWER_SCHEMA},
    "in one piece": {"settings": WHOLE},
}


def requests() -> list[Any]:
    return [
        pytest.param(request(*transcript, **fields), id=f"{name}, {variant}")
        for name, transcript in TRANSCRIPTS.items()
        for variant, fields in VARIANTS.items()
    ]


@cache
def judge_of(kind: Any) -> SchemaValidator:
    return SchemaValidator(_eager(TypeAdapter[Any](kind).core_schema))


def _eager(schema: Any) -> Any:
    """The schema with lists for iterables, whose items pydantic would check only when they are asked for."""
    if isinstance(schema, list):
        return [_eager(each) for each in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    eager = {key: _eager(each) for key, each in cast("dict[str, Any]", schema).items()}
    return {**eager, "type": "list"} if eager.get("type") == "generator" else eager


def check(kind: Any, body: dict[str, Any]) -> None:
    """Raise if the body does not fit the type, or has fields that the type does not know."""
    assert judge_of(kind).validate_python(body, extra="forbid") == body


@pytest.mark.parametrize("asked", requests())
def test_chat_completions_requests_fit_the_official_types(asked: ModelRequest) -> None:
    kind = CompletionCreateParamsStreaming if asked.settings.stream else CompletionCreateParamsNonStreaming
    check(kind, body_of(asked))


@pytest.mark.parametrize("asked", requests())
def test_responses_requests_fit_the_official_types(asked: ModelRequest) -> None:
    kind = ResponseCreateParamsStreaming if asked.settings.stream else ResponseCreateParamsNonStreaming
    check(kind, body_of(asked, "responses/gpt-5", reasoning_summary="auto"))


def test_stop_sequences_and_the_older_limit_fit_the_official_types() -> None:
    asked = request(settings=ModelSettings(stop=("END",), max_output_tokens=5))
    model = openai_compatible.create("llama3", ProviderConfig(base_url="http://127.0.0.1:1/v1"))
    check(CompletionCreateParamsStreaming, json.loads(exchange(model, asked).call.body))


def test_a_request_that_does_not_fit_is_found() -> None:
    body = body_of(request())
    for wrong in ({"messages": [{"role": "robot"}]}, {"no_such_field": 1}, {"tools": [{"type": "function"}]}):
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            check(CompletionCreateParamsStreaming, {**body, **wrong})


def streamed(folder: str, name: str) -> list[Any]:
    parser = SSEParser()
    data = [data for _, data in parser.feed((CORPUS / folder / name).read_bytes()) if data != b"[DONE]"]
    return [json.loads(each) for each in data]


@pytest.mark.parametrize("name", ["text.sse", "parallel_tools.sse", "refusal.sse", "length.sse"])
def test_streams_of_chat_completions_read_the_same_with_the_official_types(name: str) -> None:
    chunks = [ChatCompletionChunk.model_validate(each) for each in streamed("openai_chat", name)]
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    ours = answer((CORPUS / "openai_chat" / name).read_bytes())
    text = "".join((delta.content or "") + (delta.refusal or "") for delta in deltas)
    arguments = "".join(
        call.function.arguments or "" for delta in deltas for call in delta.tool_calls or () if call.function
    )
    assert "".join(part.text for part in ours.parts if part.type == "text") == text
    assert "".join(part.arguments for part in ours.parts if part.type == "tool_call") == arguments
    usage = chunks[-1].usage
    assert usage is not None
    assert (ours.usage.input_tokens, ours.usage.output_tokens) == (
        usage.prompt_tokens,
        usage.completion_tokens,
    )


@pytest.mark.parametrize(
    "name", ["text.sse", "reasoning_and_tools.sse", "length.sse", "silent_reasoning.sse"]
)
def test_streams_of_the_responses_api_read_the_same_with_the_official_types(name: str) -> None:
    events = [
        TypeAdapter[Any](ResponseStreamEvent).validate_python(each)
        for each in streamed("openai_responses", name)
    ]
    theirs = events[-1].response
    ours = answer((CORPUS / "openai_responses" / name).read_bytes(), "responses/gpt-5")
    assert "".join(part.text for part in ours.parts if part.type == "text") == theirs.output_text
    calls = [(item.call_id, item.arguments) for item in theirs.output if item.type == "function_call"]
    assert [(p.provider_call_id, p.arguments) for p in ours.parts if p.type == "tool_call"] == calls
    thoughts = [item.encrypted_content for item in theirs.output if item.type == "reasoning"]
    states = [part.state or {} for part in ours.parts if part.type == "reasoning"]
    assert [state["encrypted_content"] for state in states] == thoughts
    assert ours.usage.total_tokens == theirs.usage.total_tokens


def test_answers_in_one_piece_read_the_same_with_the_official_types() -> None:
    chat = ChatCompletion.model_validate_json((CORPUS / "openai_chat" / "whole.json").read_bytes())
    ours = answer((CORPUS / "openai_chat" / "whole.json").read_bytes())
    assert "".join(part.text for part in ours.parts if part.type == "text") == chat.choices[0].message.content
    response = Response.model_validate_json((CORPUS / "openai_responses" / "whole.json").read_bytes())
    ours = answer((CORPUS / "openai_responses" / "whole.json").read_bytes(), "responses/gpt-5")
    assert "".join(part.text for part in ours.parts if part.type == "text") == response.output_text
