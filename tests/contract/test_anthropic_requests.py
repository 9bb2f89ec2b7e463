"""The official `anthropic` package as a judge: our requests are of its types, and it reads streams as we do."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any, Final, cast, get_type_hints

import httpx2
import pytest
from anthropic import Anthropic, DefaultHttpxClient, transform_schema
from anthropic.types import Message as TheirMessage
from anthropic.types.message_create_params import (
    MessageCreateParamsNonStreaming,
    MessageCreateParamsStreaming,
)
from pydantic import TypeAdapter

from agent_sdk.contracts.messages import (
    CitationPart,
    DocumentPart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from agent_sdk.llm.providers.anthropic_schema import supported_schema
from agent_sdk.ports.llm import ModelRequest, ModelSettings, OutputSchema
from tests.unit.llm.anthropic_kit import WEATHER, body, message, recorded, request, response

MODELS: Final = ("claude-haiku-4-5", "claude-opus-5-5", "mock")
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "age": {"type": "integer", "minimum": 0},
        "when": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "home": {"anyOf": [{"$ref": "#/$defs/Home"}, {"type": "null"}]},
    },
    "required": ["name"],
    "$defs": {"Home": {"type": "object", "properties": {"street": {"type": "string"}}}},
}


def _call(number: int, arguments: str = '{"city": "Oslo"}', provider: str = "anthropic") -> ToolCallPart:
    return ToolCallPart(
        tool_call_id=f"call_{number}",
        name="weather.lookup",
        arguments=arguments,
        provider=provider,
        provider_call_id=f"toolu_{number}",
    )


def _result(number: int, *, failed: bool = False) -> ToolResultPart:
    outcome = "failed" if failed else "completed"
    return ToolResultPart(
        tool_call_id=f"call_{number}", name="weather.lookup", content="sunny", outcome=outcome
    )


def _thought(name: str) -> ReasoningPart:
    state = {"model": name, "prefix": None, "block": {"type": "thinking", "signature": "c2ln"}}
    return ReasoningPart(text="Hm.", provider="anthropic", state=state)


def _transcripts(name: str) -> dict[str, tuple[Message, ...]]:
    files: tuple[Part, ...] = (
        ImagePart(media_type="image/jpeg", data=b"\xff\xd8"),
        ImagePart(url="https://example.com/a.png"),
        DocumentPart(data=b"%PDF-1.7", name="paper.pdf"),
        DocumentPart(url="https://example.com/paper.pdf"),
        DocumentPart(media_type="text/csv", data=b"a,b"),
    )
    quote = CitationPart(document="paper.pdf", chunk_id="1", quote="a", start=0, end=1)
    return {
        "plain": (message("user", "hi"), message("assistant", "Hello.", quote), message("user", "Bye.")),
        "files": (message("user", TextPart(text="see"), *files),),
        "tools": (
            message("user", "hi"),
            message("assistant", _thought(name), "Looking.", _call(1), _call(2, "{", "openai")),
            message("tool", _result(2, failed=True), *files[:1], _result(1), *files),
            message("user", "And now?"),
        ),
    }


SETTINGS: Final = {
    "bare": ModelSettings(),
    "full": ModelSettings(
        max_output_tokens=9000,
        temperature=0.3,
        top_p=0.9,
        stop=("END",),
        tool_choice="weather.lookup",
        parallel_tool_calls=False,
        stream=False,
    ),
    "thinking": ModelSettings(reasoning_effort="high", tool_choice="auto"),
    "not thinking": ModelSettings(reasoning_effort="none", tool_choice="none"),
    "forced": ModelSettings(reasoning_effort="medium", tool_choice="required", parallel_tool_calls=False),
}
OUTPUTS: Final = {"text": None, "json": OutputSchema(name="person", schema=SCHEMA)}


def _matrix() -> Iterator[Any]:
    for name, transcript, tools, settings, output in product(
        MODELS, _transcripts(""), (True, False), SETTINGS, OUTPUTS
    ):
        asked = request(
            *_transcripts(name)[transcript],
            instructions="Be kind.",
            tools=(WEATHER,) if tools else (),
            output=OUTPUTS[output],
            settings=SETTINGS[settings],
        )
        words = (name, transcript, "tools" if tools else "no tools", settings, output)
        yield pytest.param(name, asked, id=", ".join(words))


@pytest.fixture(scope="module")
def streaming() -> TypeAdapter[Any]:
    return TypeAdapter(MessageCreateParamsStreaming)


@pytest.fixture(scope="module")
def whole() -> TypeAdapter[Any]:
    return TypeAdapter(MessageCreateParamsNonStreaming)


@pytest.mark.parametrize(("name", "asked"), list(_matrix()))
def test_each_request_is_of_the_official_type(
    name: str, asked: ModelRequest, streaming: TypeAdapter[Any], whole: TypeAdapter[Any]
) -> None:
    # Models before 4.7 take what the official types, made for later ones, no longer have.
    sent = {
        field: value for field, value in body(asked, name).items() if field not in {"temperature", "top_p"}
    }
    judge = streaming if asked.settings.stream else whole
    accepted = _plain(judge.validate_python(sent, strict=False, extra="forbid"))
    # A block of no known type would be accepted with its fields gone.
    assert accepted == sent


def test_the_judge_refuses_what_is_wrong(streaming: TypeAdapter[Any]) -> None:
    sent = body(request(message("user", "hi")))
    for wrong in (
        {**sent, "max_tokens": None},
        {**sent, "unheard_of": 1},
        {**sent, "messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "url"}}]}]},
    ):
        with pytest.raises(ValueError, match="validation error"):
            _plain(streaming.validate_python(wrong, extra="forbid"))


def test_our_fields_are_the_official_ones() -> None:
    settings = ModelSettings(temperature=1, top_p=1, stop=("a",), reasoning_effort="low")
    sent = body(
        request(instructions="i", tools=(WEATHER,), output=OUTPUTS["json"], settings=settings),
        "claude-opus-5-5",
    )
    assert sent.keys() <= get_type_hints(MessageCreateParamsStreaming).keys()


def test_schemas_keep_and_close_what_the_official_conversion_keeps_and_closes() -> None:
    assert _without_descriptions(supported_schema(SCHEMA)) == _without_descriptions(transform_schema(SCHEMA))


@pytest.mark.parametrize(
    "name",
    [
        "text.sse",
        "thinking_and_parallel_tools.sse",
        "no_arguments.sse",
        "omitted_thinking.sse",
        "citations.sse",
        "server_tools.sse",
        "stop_sequence.sse",
        "refusal.sse",
    ],
)
def test_the_official_client_reads_a_stream_as_we_do(name: str) -> None:
    theirs = _official_reading(recorded(name))
    ours = response(recorded(name))
    assert (ours.model, ours.response_id) == (theirs.model, theirs.id)
    said = [part.text for part in ours.parts if isinstance(part, TextPart)]
    assert said == [block.text for block in theirs.content if block.type == "text"]
    called = [
        (part.provider_call_id, part.name.replace(".", "__"), json.loads(part.arguments))
        for part in ours.parts
        if isinstance(part, ToolCallPart)
    ]
    assert called == [
        (block.id, block.name, block.input) for block in theirs.content if block.type == "tool_use"
    ]
    thought = [
        part.text for part in ours.parts if isinstance(part, ReasoningPart) and _kind(part) == "thinking"
    ]
    assert thought == [block.thinking for block in theirs.content if block.type == "thinking"]
    counted = theirs.usage
    cached = (counted.cache_read_input_tokens or 0, counted.cache_creation_input_tokens or 0)
    assert (ours.usage.cache_read_tokens, ours.usage.cache_write_tokens) == cached
    assert ours.usage.input_tokens == counted.input_tokens + sum(cached)
    assert ours.usage.output_tokens == counted.output_tokens


@pytest.mark.parametrize(
    "name", ["thinking_and_parallel_tools.sse", "omitted_thinking.sse", "server_tools.sse"]
)
def test_an_answer_goes_back_as_the_official_client_would_send_it(name: str) -> None:
    model = "claude-opus-5-5"
    theirs = [block.to_dict() for block in _official_reading(recorded(name)).content]
    answer = response(recorded(name), name=model)
    asked = request(message("user", "hi"), message("assistant", *answer.parts), tools=(WEATHER,))
    ours = body(asked, model)["messages"][1]["content"]
    assert ours == [
        {field: value for field, value in block.items() if field != "citations"} for block in theirs
    ]


def _official_reading(stream: bytes) -> TheirMessage:
    def answer(asked: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=stream)

    with (
        DefaultHttpxClient(transport=httpx2.MockTransport(answer)) as http,
        Anthropic(api_key="k", base_url="http://127.0.0.1:9", http_client=http).messages.stream(
            model="claude-opus-5-5", max_tokens=1, messages=[{"role": "user", "content": "hi"}]
        ) as reading,
    ):
        return reading.get_final_message()


def _kind(part: ReasoningPart) -> object:
    return part.state["block"]["type"] if part.state else None


def _plain(value: object) -> Any:
    """Turn what pydantic reads lazily into lists and dicts."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, str | int | float) or value is None:
        return value
    return [_plain(each) for each in cast("Iterator[Any]", value)]


def _without_descriptions(schema: Any) -> Any:
    if isinstance(schema, dict):
        fields = cast("dict[str, Any]", schema)
        return {name: _without_descriptions(each) for name, each in fields.items() if name != "description"}
    return (
        [_without_descriptions(each) for each in cast("list[Any]", schema)]
        if isinstance(schema, list)
        else schema
    )
