"""Every provider against a LiteLLM proxy: OpenAI's two formats and Anthropic's, streamed and in one piece."""

import asyncio
import json
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Final

import pytest

from agent_sdk.contracts.errors import (
    AuthenticationFailed,
    ContextWindowExceeded,
    ModelError,
    ModelNotFound,
    RateLimited,
    ServerError,
)
from agent_sdk.contracts.messages import ImagePart, Message, TextPart, ToolCallPart, ToolResultPart
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.llm.providers import anthropic, openai, openai_compatible
from agent_sdk.llm.transport import allow_model_requests
from agent_sdk.ports.llm import (
    Model,
    ModelRequest,
    ModelResponse,
    ModelSettings,
    ProviderConfig,
    ProviderFactory,
    TextDelta,
    ToolCallDelta,
)
from agent_sdk.reliability.system import SystemIds
from tests.interaction.litellm_rig import CALLS, KEY, TEXT, CannotInstall, Rig, running_rig

pytestmark = [pytest.mark.socket, pytest.mark.needs_network, pytest.mark.timeout(600)]

ANSWER_MAX_SECONDS: Final = 30
PROVIDERS: Final[dict[str, tuple[ProviderFactory, str, str]]] = {
    "openai": (openai.create, "/v1", ""),
    "openai responses": (openai.create, "/v1", "responses/"),
    "openai-compatible": (openai_compatible.create, "/v1", ""),
    "anthropic": (anthropic.create, "", ""),
}
"""Factory, what the base URL ends in, and what stands before the model's name."""
WEATHER: Final = ToolSpec(
    name="weather.lookup",
    description="Tell the weather.",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
)
PIXEL: Final = b"\x89PNG\r\n\x1a\n"

ModelOf = Callable[[str], Model]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Generator[Rig]:
    folder: Path = tmp_path_factory.mktemp("litellm")
    try:
        with running_rig(folder) as running:
            yield running
    except CannotInstall as reason:
        pytest.skip(f"LiteLLM cannot be installed here: {reason}")


@pytest.fixture(params=list(PROVIDERS))
def provider(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def model_of(rig: Rig, provider: str) -> ModelOf:
    create, path, prefix = PROVIDERS[provider]
    config = ProviderConfig(api_key=KEY, base_url=rig.url + path)
    return lambda name: create(prefix + name, config)


@pytest.fixture(params=[True, False], ids=["streamed", "in one piece"])
def settings(request: pytest.FixtureRequest) -> ModelSettings:
    return ModelSettings(stream=request.param)


def said(text: str = "How is the weather in Oslo and Rome?") -> Message:
    return Message(id="msg_1", role="user", parts=(TextPart(text=text),))


def asking(*messages: Message, settings: ModelSettings, tools: tuple[ToolSpec, ...] = ()) -> ModelRequest:
    return ModelRequest(
        messages=messages or (said(),),
        instructions="Be brief.",
        tools=tools,
        settings=settings,
        ids=SystemIds(),
    )


async def answer(model: Model, request: ModelRequest) -> ModelResponse:
    """The response, after a check that the deltas before it tell the same."""
    text, arguments = "", dict[int, str]()
    last: object = None
    with allow_model_requests():
        async with asyncio.timeout(ANSWER_MAX_SECONDS):
            async for chunk in model.stream(request):
                assert not isinstance(last, ModelResponse), "something followed the response"
                last = chunk
                if isinstance(chunk, TextDelta):
                    text += chunk.text
                elif isinstance(chunk, ToolCallDelta):
                    arguments[chunk.index] = arguments.get(chunk.index, "") + chunk.arguments
    assert isinstance(last, ModelResponse)
    assert text == "".join([part.text for part in last.parts if isinstance(part, TextPart)])
    assert list(arguments.values()) == [
        part.arguments for part in last.parts if isinstance(part, ToolCallPart)
    ]
    return last


async def test_text_usage_and_finish_reason(model_of: ModelOf, settings: ModelSettings) -> None:
    response = await answer(model_of("text"), asking(settings=settings))
    assert response.parts == (TextPart(text=TEXT),)
    assert response.finish_reason == "stop"
    usage = response.usage
    assert (usage.input_tokens, usage.cache_read_tokens, usage.output_tokens) == (30, 10, 9)
    assert usage.requests == 1
    assert usage.cost_usd is None
    assert response.response_id


async def test_parallel_tool_calls(model_of: ModelOf, settings: ModelSettings) -> None:
    response = await answer(model_of("tools"), asking(settings=settings, tools=(WEATHER,)))
    calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
    assert [(call.name, call.arguments) for call in calls] == [
        ("weather.lookup", written) for _, written in CALLS
    ]
    assert len({call.tool_call_id for call in calls}) == 2
    assert response.finish_reason == "tool_calls"


async def test_results_reach_the_backend_in_the_order_of_the_calls(
    rig: Rig, model_of: ModelOf, settings: ModelSettings
) -> None:
    first = await answer(model_of("tools"), asking(settings=settings, tools=(WEATHER,)))
    calls = [part for part in first.parts if isinstance(part, ToolCallPart)]
    results = [
        ToolResultPart(
            tool_call_id=call.tool_call_id,
            name=call.name,
            content=f"sunny {number}",
            provider_call_id=call.provider_call_id,
        )
        for number, call in enumerate(calls)
    ]
    transcript = (
        said(),
        Message(id="msg_2", role="assistant", parts=first.parts),
        Message(id="msg_3", role="tool", parts=tuple(results)),
    )
    await answer(model_of("text"), asking(*transcript, settings=settings, tools=(WEATHER,)))
    reached = rig.asked[-1]["messages"]
    assert [message["role"] for message in reached] == ["system", "user", "assistant", "tool", "tool"]
    ids = [call["id"] for call in reached[2]["tool_calls"]]
    assert [message["tool_call_id"] for message in reached[3:]] == ids
    assert [json.loads(call["function"]["arguments"]) for call in reached[2]["tool_calls"]] == [
        json.loads(written) for _, written in CALLS
    ]
    assert ["sunny 0" in json.dumps(reached[3]), "sunny 1" in json.dumps(reached[4])] == [True, True]


async def test_the_backend_is_asked_for_what_the_request_says(rig: Rig, model_of: ModelOf) -> None:
    settings = ModelSettings(max_output_tokens=77, temperature=0.25, tool_choice="weather.lookup")
    await answer(model_of("tools"), asking(settings=settings, tools=(WEATHER,)))
    reached = rig.asked[-1]
    assert reached["temperature"] == 0.25
    assert 77 in {reached.get("max_tokens"), reached.get("max_completion_tokens")}
    assert [tool["function"]["name"] for tool in reached["tools"]] == ["weather__lookup"]
    assert reached["tool_choice"] == {"type": "function", "function": {"name": "weather__lookup"}}
    assert "Be brief." in json.dumps(reached["messages"][0])


async def test_a_picture_reaches_the_backend(rig: Rig, model_of: ModelOf, settings: ModelSettings) -> None:
    look = Message(id="msg_1", role="user", parts=(TextPart(text="What is it?"), ImagePart(data=PIXEL)))
    await answer(model_of("text"), asking(look, settings=settings))
    (user,) = [message for message in rig.asked[-1]["messages"] if message["role"] == "user"]
    kinds: list[Any] = [block["type"] for block in user["content"]]
    assert kinds == ["text", "image_url"]
    assert "data:image/png;base64,iVBORw0KGgo=" in json.dumps(user)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("unauthorized", AuthenticationFailed),
        ("no-such-model", ModelNotFound),
        ("rate-limit", RateLimited),
        ("context-window", ContextWindowExceeded),
    ],
)
async def test_refusals_of_the_backend(
    model_of: ModelOf, settings: ModelSettings, name: str, expected: type[ModelError]
) -> None:
    with pytest.raises(expected) as caught:
        await answer(model_of(name), asking(settings=settings))
    error = caught.value
    assert error.replay_safe
    assert error.hint
    assert KEY not in str(error)


async def test_a_backend_that_breaks_off_is_an_error_that_can_be_tried_again(model_of: ModelOf) -> None:
    with pytest.raises(ModelError) as caught:
        await answer(model_of("cut"), asking(settings=ModelSettings()))
    assert caught.value.retryable


async def test_a_model_that_the_proxy_does_not_have_is_an_error(
    model_of: ModelOf, settings: ModelSettings, provider: str
) -> None:
    with pytest.raises(ModelError, match="nowhere") as caught:
        await answer(model_of("nowhere"), asking(settings=settings))
    assert not caught.value.retryable
    assert caught.value.provider == provider.removesuffix(" responses")


async def test_a_key_that_the_proxy_does_not_know_is_an_error(rig: Rig, provider: str) -> None:
    create, path, prefix = PROVIDERS[provider]
    stranger = create(prefix + "text", ProviderConfig(api_key="sk-of-somebody-else", base_url=rig.url + path))
    with pytest.raises(ModelError) as caught:
        await answer(stranger, asking(settings=ModelSettings()))
    assert not caught.value.retryable
    assert "sk-of-somebody-else" not in str(caught.value)


async def test_the_proxy_s_own_mocks(model_of: ModelOf, settings: ModelSettings, provider: str) -> None:
    if provider == "openai responses" and settings.stream:
        # LiteLLM mocks no stream in this format: it fails, in the clothes of a stream.
        with pytest.raises(ServerError):
            await answer(model_of("mock-text"), asking(settings=settings))
        return
    response = await answer(model_of("mock-text"), asking(settings=settings))
    assert response.parts == (TextPart(text=TEXT),)
    assert response.finish_reason == "stop"
    assert response.usage.input_tokens > 0
    assert response.usage.output_tokens > 0


@pytest.mark.parametrize("provider", ["openai", "openai-compatible", "anthropic"], indirect=True)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mock-rate-limit", RateLimited),
        ("mock-context-window", ContextWindowExceeded),
        ("mock-server-error", ServerError),
    ],
)
async def test_the_proxy_s_own_mocked_failures(
    model_of: ModelOf, settings: ModelSettings, name: str, expected: type[ModelError]
) -> None:
    with pytest.raises(expected):
        await answer(model_of(name), asking(settings=settings))
