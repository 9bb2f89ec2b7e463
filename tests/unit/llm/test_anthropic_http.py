"""The Anthropic provider against a server on the loopback interface."""

import asyncio
import json

import pytest

from agent_sdk.contracts.errors import ConnectionFailed, Overloaded, QuotaExceeded
from agent_sdk.llm.providers.anthropic import create
from agent_sdk.ports.llm import ModelChunk, ModelResponse, ModelSettings, ProviderConfig, TextDelta
from tests.unit.llm.anthropic_kit import MODEL, recorded, request
from tests.unit.llm.fake_server import Answer, FakeServer, serving

pytestmark = pytest.mark.socket

JSON = {"Content-Type": "application/json"}


async def ask(server: FakeServer, settings: ModelSettings | None = None) -> list[ModelChunk]:
    model = create(MODEL, ProviderConfig(api_key="secret", base_url=server.url))
    async with asyncio.timeout(10):
        return [chunk async for chunk in model.stream(request(settings=settings))]


def refusal(status: int, kind: str, said: str, **headers: str) -> Answer:
    body = json.dumps({"type": "error", "error": {"type": kind, "message": said}}).encode()
    return Answer(segments=[body], status=status, headers=JSON | headers)


async def test_a_streamed_answer_arrives_with_its_price() -> None:
    async with serving(Answer(segments=[recorded("text.sse")])) as server:
        chunks = await ask(server)
    last = chunks[-1]
    assert isinstance(last, ModelResponse)
    assert last.usage.cost_usd is not None
    assert last.usage.cost_usd > 0
    (asked,) = server.requests
    assert asked.target == "/v1/messages"
    assert asked.headers["x-api-key"] == "secret"
    assert asked.headers["anthropic-version"] == "2023-06-01"
    assert asked.headers["content-type"] == "application/json"


@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer_in_one_piece_is_taken_whether_asked_for_or_not(stream: bool) -> None:
    async with serving(Answer(segments=[recorded("whole.json")], headers=JSON)) as server:
        last = (await ask(server, ModelSettings(stream=stream)))[-1]
    assert isinstance(last, ModelResponse)
    assert last.finish_reason == "tool_calls"


async def test_an_overloaded_server_says_so_and_how_long_to_wait() -> None:
    hints = {"retry-after": "7", "request-id": "req_1"}
    async with serving(refusal(529, "overloaded_error", "Overloaded", **hints)) as server:
        with pytest.raises(Overloaded) as caught:
            await ask(server)
    error = caught.value
    assert (error.retry_after, error.request_id, error.provider) == (7.0, "req_1", "anthropic")
    assert error.replay_safe


async def test_an_empty_account_is_no_bad_request() -> None:
    said = "Your credit balance is too low to access the Anthropic API."
    async with serving(refusal(400, "invalid_request_error", said)) as server:
        with pytest.raises(QuotaExceeded):
            await ask(server)


async def test_a_connection_that_breaks_in_the_middle_is_a_failed_one() -> None:
    async with serving(Answer(segments=[recorded("text.sse")[:400]], ending="cut")) as server:
        with pytest.raises(ConnectionFailed) as caught:
            await ask(server)
    assert caught.value.retryable
    assert not caught.value.replay_safe


async def test_leaving_early_closes_the_connection() -> None:
    segments = [recorded("text.sse")[:700]]
    async with serving(Answer(segments=segments, ending="open")) as server:
        model = create(MODEL, ProviderConfig(base_url=server.url))
        stream = model.stream(request())
        async with asyncio.timeout(10):
            assert isinstance(await anext(stream), TextDelta)
            await stream.aclose()
            await server.left.wait()
