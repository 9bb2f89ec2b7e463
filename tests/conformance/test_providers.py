"""What every provider does behind the one port, whatever its wire format: one suite over all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest

from agent_sdk.contracts.messages import ReasoningPart, TextPart, ToolCallPart
from agent_sdk.llm.providers import anthropic, azure, openai
from agent_sdk.ports.llm import (
    Model,
    ModelChunk,
    ModelRequest,
    ModelResponse,
    OutputSchema,
    ProviderConfig,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)
from tests.unit.llm.fake_server import Answer, FakeServer, serving
from tests.unit.llm.openai_kit import SEARCH, recorded, request

pytestmark = pytest.mark.socket


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """A provider, and recorded streams that it can read."""

    create: Callable[[ProviderConfig], Model]
    corpus: str
    reasoning: str
    tools: str


CHAT: Final = {"corpus": "openai_chat", "reasoning": "reasoning_content.sse", "tools": "parallel_tools.sse"}
RESPONSES: Final = {
    "corpus": "openai_responses",
    "reasoning": "reasoning_and_tools.sse",
    "tools": "reasoning_and_tools.sse",
}
THINKING: Final = "thinking_and_parallel_tools.sse"
ADAPTERS: Final = {
    "openai": Adapter(create=lambda config: openai.create("gpt-5", config), **CHAT),
    "openai responses": Adapter(create=lambda config: openai.create("responses/gpt-5", config), **RESPONSES),
    "azure": Adapter(create=lambda config: azure.create("gpt-5", config), **CHAT),
    "azure responses": Adapter(create=lambda config: azure.create("responses/gpt-5", config), **RESPONSES),
    "anthropic": Adapter(
        create=lambda config: anthropic.create("claude-sonnet-4-5", config),
        corpus="anthropic",
        reasoning=THINKING,
        tools=THINKING,
    ),
}


@pytest.fixture(params=ADAPTERS)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return ADAPTERS[request.param]


async def streamed(
    adapter: Adapter, file: str, asked: ModelRequest | None = None
) -> tuple[list[ModelChunk], ModelResponse, FakeServer]:
    """The deltas, the response at their end, and the server that gave a recorded stream."""
    async with serving(Answer(segments=[recorded(adapter.corpus, file)])) as server:
        model = adapter.create(ProviderConfig(api_key="k", base_url=server.url))
        chunks = [chunk async for chunk in model.stream(asked or request(tools=(SEARCH,)))]
    *deltas, response = chunks
    assert isinstance(response, ModelResponse)
    return deltas, response, server


async def test_text_streams_and_comes_whole_at_the_end_with_its_usage(adapter: Adapter) -> None:
    deltas, response, _ = await streamed(adapter, "text.sse")
    text = "".join([part.text for part in response.parts if isinstance(part, TextPart)])
    assert "".join([delta.text for delta in deltas if isinstance(delta, TextDelta)]) == text != ""
    assert response.finish_reason == "stop"
    assert response.usage.requests == 1
    assert response.usage.input_tokens > 0
    assert response.usage.output_tokens > 0


async def test_reasoning_streams_apart_from_the_answer(adapter: Adapter) -> None:
    deltas, response, _ = await streamed(adapter, adapter.reasoning)
    thought = "".join([delta.text for delta in deltas if isinstance(delta, ReasoningDelta)])
    assert thought
    assert thought == "".join([part.text for part in response.parts if isinstance(part, ReasoningPart)])


async def test_parallel_tool_calls_stream_and_have_ids_of_ours(adapter: Adapter) -> None:
    deltas, response, _ = await streamed(adapter, adapter.tools)
    calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
    written = dict[int, str]()
    for delta in deltas:
        if isinstance(delta, ToolCallDelta):
            written[delta.index] = written.get(delta.index, "") + delta.arguments
    assert len(calls) > 1
    assert [call.arguments for call in calls] == list(written.values())
    assert len({call.tool_call_id for call in calls}) == len(calls)
    assert all(call.tool_call_id.startswith("call_") for call in calls)
    assert response.finish_reason == "tool_calls"


async def test_structured_output_is_asked_for_in_the_providers_own_way(adapter: Adapter) -> None:
    schema = {
        "type": "object",
        "properties": {"degrees": {"type": "integer"}},
        "required": ["degrees"],
        "additionalProperties": False,
    }
    asked = request(output=OutputSchema(name="Weather", schema=schema))
    _, response, server = await streamed(adapter, "text.sse", asked)
    assert b'"degrees"' in server.requests[0].body
    assert b'"json_schema"' in server.requests[0].body
    assert any(isinstance(part, TextPart) for part in response.parts)
