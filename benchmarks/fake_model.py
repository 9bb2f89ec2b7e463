"""A fast fake of the Chat Completions API, for benchmarks: every response byte is made beforehand.

The path says how it answers: `/t50-d0/v1/chat/completions` sends 50 tokens in one burst, `/t100-d10/…` one hundred
tokens 10 ms apart. `/t100-d10-s/…` sends each token with the time at which it was sent, ` @<ns>@` by the monotonic
clock. A request that offers tools and has no tool result yet is answered by a call of `add(a=2, b=3)`.

Run as a process of its own (`python benchmarks/fake_model.py`); it prints its port and serves until its stdin closes.
With `--uvloop` it takes less of the core that it shares.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any, cast

_ID = "chatcmpl-000000000000000000000000"
_HEAD = {"id": _ID, "created": 1_760_000_000, "model": "fake"}
STREAM_HEADERS = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"x-request-id: r1\r\nTransfer-Encoding: chunked\r\n\r\n"
)
_CALL = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a":2,"b":3}'}}
_PATH = re.compile(rb"^POST /t(\d+)-d(\d+)(-s)?/v1/chat/completions ")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def usage_of(tokens: int) -> dict[str, int]:
    return {"prompt_tokens": 40, "completion_tokens": tokens, "total_tokens": 40 + tokens}


def chunk(
    delta: dict[str, Any] | None, finish: str | None = None, usage: dict[str, int] | None = None
) -> bytes:
    choices = (
        [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    )
    body = {**_HEAD, "object": "chat.completion.chunk", "choices": choices, "usage": usage}
    data = b"data: " + json.dumps(body, separators=(",", ":")).encode() + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


DONE = b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
_TOKEN = chunk({"content": " tok"})
_AROUND_STAMP = chunk({"content": " @STAMP@"}).partition(b"\r\n")[2].removesuffix(b"\r\n").split(b"STAMP")


def _plain() -> bytes:
    return _TOKEN


def _stamped() -> bytes:
    before, after = _AROUND_STAMP
    data = b"%b%d%b" % (before, time.monotonic_ns(), after)
    return b"%x\r\n%b\r\n" % (len(data), data)


@cache
def _pieces(tokens: int, *, call: bool) -> tuple[bytes, list[bytes], bytes]:
    """Opening, tokens and closing of a streamed answer."""
    if call:
        opening = chunk({"role": "assistant", "content": None, "tool_calls": [{"index": 0, **_CALL}]})
        return (
            STREAM_HEADERS + opening,
            [],
            chunk({}, "tool_calls") + chunk(None, usage=usage_of(12)) + DONE,
        )
    opening = chunk({"role": "assistant", "content": ""})
    return (
        STREAM_HEADERS + opening,
        [_TOKEN] * tokens,
        chunk({}, "stop") + chunk(None, usage=usage_of(tokens)) + DONE,
    )


@cache
def _whole(tokens: int, *, call: bool) -> bytes:
    message: dict[str, Any] = {"role": "assistant", "content": None if call else " tok" * tokens}
    if call:
        message["tool_calls"] = [_CALL]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if call else "stop"}
    count = 12 if call else tokens
    body = json.dumps(
        {**_HEAD, "object": "chat.completion", "choices": [choice], "usage": usage_of(count)}
    ).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )


class FakeModel(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by descent
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = int(found[1]) if (found := _LENGTH.search(head)) else 0
            if len(self._buffer) < end + 4 + length:
                return
            body, self._buffer = self._buffer[end + 4 : end + 4 + length], self._buffer[end + 4 + length :]
            self.answer(head, body)

    def answer(self, head: bytes, body: bytes) -> None:
        path = _PATH.match(head)
        if path is None:
            self._transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        tokens, delay_s = int(path[1]), int(path[2]) / 1000
        call = b'"tools"' in body and b'"role":"tool"' not in body.replace(b": ", b":")
        if b'"stream":true' not in body.replace(b": ", b":"):
            self._transport.write(_whole(tokens, call=call))
            return
        opening, middle, closing = _pieces(tokens, call=call)
        if not delay_s or call:
            self._transport.write(b"".join([opening, *middle, closing]))
            return
        self._transport.write(opening)
        token = _stamped if path[3] else _plain
        loop = asyncio.get_running_loop()
        loop.call_later(delay_s, self._tick, loop.time() + delay_s, delay_s, token, tokens, closing)

    def _tick(
        self, due: float, delay_s: float, token: Callable[[], bytes], left: int, closing: bytes
    ) -> None:
        if self._transport.is_closing():
            return
        if not left:
            self._transport.write(closing)
            return
        self._transport.write(token())
        loop = asyncio.get_running_loop()
        loop.call_at(due + delay_s, self._tick, due + delay_s, delay_s, token, left - 1, closing)


async def serve(protocol: type[asyncio.Protocol]) -> None:
    """Serve on a free port of loopback, print it, and end when stdin does."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve the fake model."""
    if "--uvloop" in sys.argv:
        import uvloop

        uvloop.run(serve(FakeModel))
    else:
        asyncio.run(serve(FakeModel))


if __name__ == "__main__":
    main()
