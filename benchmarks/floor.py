"""The floor: one tool-using run by hand, with aiohttp and msgspec and nothing else.

Streamed, it gives its reader what a hand-written agent would: an event with run, number, time and type for whatever
happens. No retries, no validation beyond decoding, no journal, no cancellation: it bounds what an SDK on the same
parts can do.
"""

import time
import uuid
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import msgspec

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "add",
            "description": "Add two integers.",
            "parameters": {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
                "required": ["a", "b"],
                "additionalProperties": False,
            },
        },
    }
]


class Function(msgspec.Struct):
    """Name and arguments, or more of them."""

    name: str | None = None
    arguments: str | None = None


class ToolCall(msgspec.Struct):
    """A call, or more of it."""

    index: int = 0
    id: str | None = None
    function: Function | None = None


class Delta(msgspec.Struct):
    """What a message consists of, or what is added to it."""

    content: str | None = None
    tool_calls: list[ToolCall] | None = None


class Choice(msgspec.Struct):
    """One choice, streamed or whole."""

    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: str | None = None


class Answer(msgspec.Struct):
    """A chunk or a whole answer."""

    choices: list[Choice]
    usage: dict[str, Any] | None = None


class Args(msgspec.Struct):
    """Of the tool."""

    a: int
    b: int


class Event(msgspec.Struct):
    """What the reader of a stream is given."""

    id: str
    run_id: str
    seq: int
    time: float
    type: str
    data: dict[str, Any]


_ANSWERS = msgspec.json.Decoder(Answer)
_ARGS = msgspec.json.Decoder(Args)
_ENCODER = msgspec.json.Encoder()
_HEADERS = {"content-type": "application/json", "authorization": "Bearer x"}


class HandWritten:
    """An agent loop as one would write it for one provider and one tool."""

    def __init__(self, base_url: str, session: aiohttp.ClientSession) -> None:
        """Talk to `base_url`."""
        self._url = f"{base_url}/chat/completions"
        self._session = session

    async def run(self, prompt: str) -> str:
        """The answer, asked for in one piece."""
        messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
        while True:
            body = _ENCODER.encode({"model": "fake", "messages": messages, "tools": TOOLS})
            async with self._session.post(self._url, data=body, headers=_HEADERS) as response:
                answer = _ANSWERS.decode(await response.read())
            message = answer.choices[0].message or Delta()
            if not message.tool_calls:
                return message.content or ""
            call = message.tool_calls[0]
            function = call.function or Function()
            self._add_result(messages, call.id or "", function.name or "", function.arguments or "")

    async def stream(self, prompt: str) -> AsyncGenerator[Event, None]:
        """The run as events, token by token."""
        messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
        run_id, seq = uuid.uuid4().hex, 0
        while True:
            request = {"model": "fake", "messages": messages, "tools": TOOLS, "stream": True}
            body = _ENCODER.encode({**request, "stream_options": {"include_usage": True}})
            name = call_id = arguments = ""
            rest = b""
            async with self._session.post(self._url, data=body, headers=_HEADERS) as response:
                async for data in response.content.iter_any():
                    *blocks, rest = (rest + data).split(b"\n\n")
                    for block in blocks:
                        if not block.startswith(b"data: {"):
                            continue
                        for choice in _ANSWERS.decode(block[6:]).choices:
                            delta = choice.delta or Delta()
                            if delta.content:
                                seq += 1
                                yield _event(run_id, seq, "message.delta", {"delta": delta.content})
                            for call in delta.tool_calls or ():
                                call_id = call.id or call_id
                                if call.function is not None:
                                    name += call.function.name or ""
                                    arguments += call.function.arguments or ""
            if not name:
                yield _event(run_id, seq + 1, "run.completed", {})
                return
            seq += 2
            yield _event(run_id, seq - 1, "tool.started", {"name": name, "args": arguments})
            self._add_result(messages, call_id, name, arguments)
            yield _event(run_id, seq, "tool.completed", {"name": name, "result": messages[-1]["content"]})

    @staticmethod
    def _add_result(messages: list[dict[str, Any]], call_id: str, name: str, arguments: str) -> None:
        args = _ARGS.decode(arguments)
        call = {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
        messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": call_id, "content": str(args.a + args.b)})


def _event(run_id: str, seq: int, kind: str, data: dict[str, Any]) -> Event:
    return Event(f"{run_id}-{seq}", run_id, seq, time.time(), kind, data)
