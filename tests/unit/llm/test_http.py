"""Requests to a server on the loopback interface: connections, timeouts, failures, the switch."""

import asyncio
import gc
import socket
import subprocess
import sys
import time
import warnings
import weakref
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agent_sdk.contracts.errors import (
    BadRequest,
    ConnectionFailed,
    MalformedResponse,
    ModelError,
    ModelTimeout,
    RateLimited,
    ServerError,
)
from agent_sdk.contracts.messages import TextPart
from agent_sdk.llm import transport
from agent_sdk.llm.providers import openai, openai_compatible
from agent_sdk.llm.transport import allow_model_requests, block_model_requests
from agent_sdk.ports.llm import (
    Model,
    ModelChunk,
    ModelRequest,
    ModelResponse,
    ModelSettings,
    ProviderConfig,
    TextDelta,
)
from tests.unit.llm.fake_server import Answer, Ending, FakeServer, serving
from tests.unit.llm.openai_kit import PICTURE, chat_chunk, message, recorded, request, sse

pytestmark = pytest.mark.socket

HELLO = Answer(segments=[recorded("openai_chat", "text.sse")])
SILENT = ModelSettings(timeout_s=0.05)


class Repeated(Sequence[bytes]):
    """One segment, again and again until the client leaves."""

    def __init__(self, segment: bytes) -> None:
        self._segment = segment

    def __getitem__(self, index: Any) -> Any:
        return self._segment

    def __len__(self) -> int:
        return sys.maxsize


class Until(Sequence[bytes]):
    """One segment, again and again for some seconds, and then another."""

    def __init__(self, seconds: float, segment: bytes, last: bytes) -> None:
        self._seconds = seconds
        self._end_s: float | None = None
        self._segment, self._last = segment, last
        self._ended = False

    def __getitem__(self, index: Any) -> Any:
        if self._ended:
            raise IndexError(index)
        now_s = time.monotonic()
        self._end_s = self._end_s or now_s + self._seconds
        self._ended = now_s > self._end_s
        return self._last if self._ended else self._segment

    def __len__(self) -> int:
        return sys.maxsize


def model_at(url: str, name: str = "gpt-5") -> Model:
    return openai.create(name, ProviderConfig(api_key="secret", base_url=url))


async def ask(server: FakeServer, asked: ModelRequest | None = None) -> list[ModelChunk]:
    async with asyncio.timeout(20):
        return [chunk async for chunk in model_at(server.url).stream(asked or request())]


async def test_an_answer_streams_and_is_priced() -> None:
    async with serving(HELLO) as server:
        *deltas, whole = await ask(server)
        assert (
            "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == "Grüße aus Tokio.\n🗼"
        )
        assert isinstance(whole, ModelResponse)
        # 76 plain, 1024 cached and 40 generated tokens at 1.25, 0.125 and 10 dollars per million.
        assert whole.usage.cost_usd == Decimal("0.000623")
        sent = server.requests[0]
        assert sent.target == "/v1/chat/completions"
        assert sent.headers["authorization"] == "Bearer secret"
        assert sent.headers["content-type"] == "application/json"


async def test_an_answer_without_usage_has_no_price_rather_than_none_to_pay() -> None:
    async with serving(Answer(segments=[sse(chat_chunk({"content": "x"}, "stop"))])) as server:
        whole = (await ask(server))[-1]
        assert isinstance(whole, ModelResponse)
        assert whole.usage.cost_usd is None


async def test_one_connection_serves_one_answer_after_another() -> None:
    async with serving(HELLO) as server:
        for _ in range(3):
            await ask(server)
        assert (len(server.requests), server.connections) == (3, 1)


async def test_many_requests_run_at_once() -> None:
    async with serving(HELLO) as server:
        answers = await asyncio.gather(*[ask(server) for _ in range(150)])
        assert len(answers) == len(server.requests) == 150


async def test_a_server_that_keeps_the_connection_open_after_the_answer_delays_nobody() -> None:
    async with serving(Answer(segments=[recorded("openai_chat", "text.sse")], ending="open")) as server:
        assert isinstance((await ask(server))[-1], ModelResponse)
        await server.left.wait()


async def test_closing_the_generator_closes_the_providers_stream() -> None:
    async with serving(
        Answer(segments=[sse(chat_chunk({"content": "x"}), done=False)], ending="open")
    ) as server:
        stream = model_at(server.url).stream(request())
        assert await anext(stream) == TextDelta("x")
        await stream.aclose()
        async with asyncio.timeout(20):
            await server.left.wait()


@pytest.mark.parametrize("count", range(0, 2000, 250))
async def test_a_cut_stream_ends_as_connection_failed(count: int) -> None:
    cut = recorded("openai_chat", "text.sse")[:count]
    async with serving(Answer(segments=[cut] if cut else [], ending="cut")) as server:
        with pytest.raises(ConnectionFailed) as caught:
            await ask(server)
        assert caught.value.retryable
        assert not caught.value.replay_safe


async def test_a_connection_that_is_refused_is_safe_to_repeat() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = f"^no connection to openai at 127.0.0.1:{port}: Connection refused$"
    with allow_model_requests(), pytest.raises(ConnectionFailed, match=said) as caught:
        await anext(model_at(f"http://127.0.0.1:{port}").stream(request()))
    assert caught.value.replay_safe
    assert caught.value.provider == "openai"


@pytest.mark.parametrize("segments", [[], [sse(chat_chunk({"content": "x"}), done=False)]])
async def test_silence_ends_as_a_timeout(segments: list[bytes]) -> None:
    async with serving(Answer(segments=segments, ending="open")) as server:
        with pytest.raises(ModelTimeout, match=r"openai was silent for 0\.05 s"):
            await ask(server, request(settings=SILENT))


async def test_a_server_that_takes_the_request_and_says_nothing_ends_as_a_timeout() -> None:
    async with serving(Answer(ending="mute")) as server:
        with pytest.raises(ModelTimeout):
            await ask(server, request(settings=SILENT))


async def test_no_connection_in_time_is_safe_to_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CONNECT_TIMEOUT_SECONDS", 1e-9)
    with socket.create_server(("127.0.0.1", 0)) as deaf, allow_model_requests():
        stream = model_at(f"http://127.0.0.1:{deaf.getsockname()[1]}").stream(request())
        with pytest.raises(ModelTimeout, match=r"no connection to openai at .* within") as caught:
            await anext(stream)
    assert caught.value.replay_safe


async def test_a_refusal_carries_everything_that_is_known_of_it() -> None:
    body = b'{"error":{"message":"Slow down","type":"requests","code":"rate_limit_exceeded"}}'
    refusal = Answer(segments=[body], status=429, headers={"Retry-After": "3", "x-request-id": "req_1"})
    async with serving(refusal, HELLO) as server:
        with pytest.raises(RateLimited, match="openai answered 429: Slow down") as caught:
            await ask(server)
        error = caught.value
        assert (error.provider, error.status, error.retry_after, error.request_id) == (
            "openai",
            429,
            3,
            "req_1",
        )
        assert error.replay_safe
        await ask(server)
        assert server.connections == 1


async def test_an_error_in_mid_stream_carries_the_request_id() -> None:
    failing = Answer(
        segments=[recorded("openai_chat", "error_in_mid_stream.sse")], headers={"x-request-id": "req_2"}
    )
    async with serving(failing) as server:
        with pytest.raises(ServerError) as caught:
            await ask(server)
        assert caught.value.request_id == "req_2"


@pytest.mark.parametrize(("count", "ending"), [(20, "whole"), (20, "cut"), (1, "cut")])
async def test_a_refusal_with_a_huge_or_broken_body_is_still_a_refusal(count: int, ending: Ending) -> None:
    async with serving(Answer(segments=[b"x" * 60_000] * count, status=500, ending=ending)) as server:
        with pytest.raises(ServerError, match="openai answered 500: xxx"):
            await ask(server)


async def test_what_a_compatible_server_costs_is_not_known() -> None:
    async with serving(HELLO) as server:
        model = openai_compatible.create("gpt-5", ProviderConfig(base_url=server.url))
        whole = [chunk async for chunk in model.stream(request())][-1]
        assert isinstance(whole, ModelResponse)
        assert whole.usage.input_tokens == 1100
        assert whole.usage.cost_usd is None


async def test_a_redirect_is_not_followed_with_the_key() -> None:
    async with serving(Answer(status=307, headers={"Location": "http://127.0.0.1:1/"})) as server:
        with pytest.raises(BadRequest, match="openai answered 307") as caught:
            await ask(server)
        assert "redirects" in (caught.value.hint or "")
        assert len(server.requests) == 1


async def test_an_answer_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "RESPONSE_SIZE_MAX_BYTES", 1000)
    async with serving(Answer(segments=[b": padding\n\n"] * 1000)) as server:
        with pytest.raises(MalformedResponse, match="more than 1000 bytes"):
            await ask(server)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_body_that_cannot_be_unpacked_is_malformed_in_one_line(encoding: str) -> None:
    async with serving(
        Answer(segments=[b"no archive" * 10], headers={"Content-Encoding": encoding})
    ) as server:
        with pytest.raises(MalformedResponse, match=r"a body whose compression cannot be undone$"):
            await ask(server)


@pytest.mark.parametrize("head", [b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000])
async def test_what_is_no_http_is_malformed_in_one_line(head: bytes) -> None:
    left = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with allow_model_requests(), pytest.raises(MalformedResponse, match=r"cannot be read as HTTP$"):
            await anext(model_at(f"http://127.0.0.1:{port}/v1").stream(request()))
        await left.wait()


@pytest.mark.parametrize("keep_alive", [b": ping\n\n", b'data: {"type": "ping"}\n\n'])
async def test_a_stream_that_is_only_kept_alive_ends_as_a_timeout(keep_alive: bytes) -> None:
    # Without a bound on progress this would end with `RESPONSE_SIZE_MAX_BYTES` only.
    async with serving(Answer(segments=Repeated(keep_alive))) as server:
        with pytest.raises(ModelTimeout, match=r"openai only kept the connection alive for 0\.05 s"):
            await ask(server, request(settings=SILENT))


async def test_an_answer_that_goes_on_is_not_ended_however_long_it_takes() -> None:
    token = sse(chat_chunk({"content": "x"}), done=False)
    pieces = Until(1.3, token, sse(chat_chunk({"content": "y"}, "stop")))
    async with serving(Answer(segments=pieces)) as server:
        whole = (await ask(server, request(settings=ModelSettings(timeout_s=1))))[-1]
        assert isinstance(whole, ModelResponse)
        assert isinstance(whole.parts[0], TextPart)
        assert whole.parts[0].text.endswith("xy")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!DOCTYPE html><html>\n\n<body>Login</body></html>", "an HTML page"),
        (b"upstream connect error\nreset", "upstream connect error"),
        (b"", "an empty body"),
        (b'{"detail": "Not authenticated"}', "Not authenticated"),
    ],
)
@pytest.mark.parametrize("name", ["gpt-5", "responses/gpt-5"])
async def test_what_is_no_answer_is_named_with_the_base_url_and_not_asked_again(
    name: str, body: bytes, said: str
) -> None:
    async with serving(Answer(segments=[body] if body else [])) as server:
        base_url = server.url.removesuffix("/v1")
        stream = model_at(base_url, name).stream(request())
        with pytest.raises(MalformedResponse) as caught:
            await anext(stream)
    error = caught.value
    assert str(error) == f"openai answered 200, but without an answer: {said}"
    assert not error.retryable
    assert base_url in (error.hint or "")
    assert "/v1" in (error.hint or "")


async def test_a_url_of_another_scheme_is_a_bad_request() -> None:
    with allow_model_requests(), pytest.raises(BadRequest, match="cannot be sent") as caught:
        await anext(model_at("ftp://127.0.0.1/v1").stream(request()))
    assert not caught.value.retryable


async def test_a_large_request_is_sent() -> None:
    picture = PICTURE.__class__(data=b"x" * 2_000_000)
    async with serving(HELLO) as server:
        await ask(server, request(message("user", picture)))
        assert len(server.requests[0].body) > 2_000_000


async def test_a_base_url_that_is_none_is_a_bad_request() -> None:
    with allow_model_requests(), pytest.raises(BadRequest, match="cannot be sent") as caught:
        await anext(model_at("nowhere").stream(request()))
    assert caught.value.replay_safe


async def test_a_key_with_a_line_break_is_a_bad_request_that_does_not_show_it() -> None:
    async with serving(HELLO) as server:
        model = openai.create("gpt-5", ProviderConfig(api_key="line\nbreak", base_url=server.url))
        with pytest.raises(BadRequest, match="cannot be sent") as caught:
            await anext(model.stream(request()))
        assert "break" not in str(caught.value)
        assert server.requests == []


async def test_the_idempotency_key_travels_as_a_header() -> None:
    asked = ModelRequest(messages=(message("user", "hi"),), ids=request().ids, idempotency_key="step-1")
    async with serving(HELLO) as server:
        await ask(server, asked)
        assert server.requests[0].headers["idempotency-key"] == "step-1"


async def test_blocked_requests_never_leave() -> None:
    async with serving(HELLO) as server:
        with block_model_requests("this is a test"):
            with pytest.raises(ModelError, match="model requests are blocked: this is a test") as caught:
                await ask(server)
            with allow_model_requests():
                await ask(server)
        await ask(server)
    assert not caught.value.retryable
    assert len(server.requests) == 2


def test_each_event_loop_has_its_own_session_and_ends_it() -> None:
    for _ in range(2):
        loop = asyncio.new_event_loop()
        context = serving(HELLO)
        server = loop.run_until_complete(context.__aenter__())
        loop.run_until_complete(ask(server))
        assert not server.left.is_set()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(asyncio.wait_for(server.left.wait(), 20))
        loop.run_until_complete(context.__aexit__(None, None, None))
        loop.close()


def test_sessions_of_loops_that_ended_unclean_are_let_go_without_a_word() -> None:
    said: list[object] = []

    async def main() -> None:
        async with serving(HELLO) as server:
            await ask(server)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # asyncio's own word, about the sockets of a loop that was closed before them.
        warnings.filterwarnings("ignore", "unclosed (transport|<socket)", ResourceWarning)
        loop = asyncio.new_event_loop()
        loop.set_exception_handler(lambda _, context: said.append(context["message"]))
        loop.run_until_complete(main())
        loop.close()
        gone = weakref.ref(loop)
        del loop
        asyncio.run(main())
        gc.collect()
    assert gone() is None
    assert said == []


UNCLEAN = """
import asyncio
from agent_sdk.llm.providers import openai
from agent_sdk.ports.llm import ProviderConfig
from tests.unit.llm.fake_server import Answer, serving
from tests.unit.llm.openai_kit import recorded, request

async def main():
    async with serving(Answer(segments=[recorded("openai_chat", "text.sse")])) as server:
        model = openai.create("gpt-5", ProviderConfig(api_key="k", base_url=server.url))
        return [chunk async for chunk in model.stream(request())]

loop = asyncio.new_event_loop()
print(len(loop.run_until_complete(main())) > 1)
loop.close()
"""


def test_a_process_whose_loop_ended_unclean_exits_without_a_word() -> None:
    root = Path(__file__).parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", UNCLEAN], cwd=root, capture_output=True, text=True, timeout=60, check=True
    )
    assert (ended.stdout, ended.stderr) == ("True\n", "")


def test_nothing_is_left_open_when_the_loop_ends() -> None:
    async def main() -> None:
        async with serving(HELLO) as server:
            await ask(server)

    asyncio.run(main())
    # pytest turns what a forgotten session or socket says now into a failure.
    gc.collect()


async def test_an_error_in_mid_stream_carries_what_was_used_up_to_there() -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 1}
    begun = sse(chat_chunk({"content": "x"}, usage=usage), {"error": {"message": "no"}}, done=False)
    async with serving(Answer(segments=[begun])) as server:
        with pytest.raises(ServerError) as caught:
            await ask(server)
    assert caught.value.usage is not None
    assert (caught.value.usage.input_tokens, caught.value.usage.output_tokens) == (7, 1)
