"""Reading answers of Chat Completions, OpenAI's own and those of the many servers that imitate them.

Source: https://developers.openai.com/api/reference/resources/chat/subresources/completions/streaming-events
"""

from typing import Any, Final

import msgspec

from agent_sdk.contracts.messages import FinishReason
from agent_sdk.contracts.usage import Usage
from agent_sdk.llm import assembly, failures
from agent_sdk.llm.assembly import ResponseBuilder

_FINISH: Final[dict[str, FinishReason]] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}
_DONE: Final = b"[DONE]"


# Nothing here can be part of a cycle, so the garbage collector need not watch what comes and goes with each token.
class _Function(msgspec.Struct, gc=False):
    name: str | None = None
    # Some servers send the arguments as an object.
    arguments: str | dict[str, Any] | None = None


class _ToolCall(msgspec.Struct, gc=False):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Piece(msgspec.Struct, gc=False):
    """A part of a content that is a list, as Mistral's servers send it."""

    text: str | None = None
    thinking: "str | list[_Piece] | None" = None


class _Message(msgspec.Struct, gc=False):
    """A whole message, or what a chunk adds to it."""

    content: str | list[_Piece] | None = None
    # Two names for the same: DeepSeek, Moonshot and older vLLM; OpenRouter, Ollama, LM Studio and newer vLLM.
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(msgspec.Struct, gc=False):
    index: int | None = None
    delta: _Message | None = None
    message: _Message | None = None
    finish_reason: str | None = None


class _Details(msgspec.Struct, gc=False):
    cached_tokens: Any = 0
    cache_write_tokens: Any = 0
    reasoning_tokens: Any = 0


class _Usage(msgspec.Struct, gc=False):
    prompt_tokens: Any = 0
    completion_tokens: Any = 0
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None


class _Chunk(msgspec.Struct, gc=False):
    """A chunk of a stream, or a whole answer: they differ in `delta` and `message` only."""

    id: str | None = None
    model: str | None = None
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: Any = None


_CHUNKS: Final = msgspec.json.Decoder(_Chunk)
_JSON: Final = msgspec.json.Decoder()
_NO_DETAILS: Final = _Details()


class ChatReader:
    """Puts chunks into a builder (`agent_sdk.llm.decoding.AnswerReader`)."""

    __slots__ = ("_builder", "_last_key", "_provider")

    def __init__(self, builder: ResponseBuilder, provider: str) -> None:
        """Fill `builder` with what `provider` says."""
        self._builder = builder
        self._provider = provider
        self._last_key: object = None

    def event(self, name: bytes, data: bytes) -> bool:
        """Read a chunk; the stream ends with `[DONE]`."""
        if data.startswith(_DONE):
            return True
        if name == b"error":
            raise failures.from_event(self._provider, _JSON.decode(data))
        chunk = _CHUNKS.decode(data)
        token = _token(chunk)
        if token is None or chunk.id != self._builder.response_id or chunk.model != self._builder.model:
            self._chunk(chunk)
        else:
            self._builder.text(token)
        return False

    def body(self, data: bytes) -> None:
        """Read an answer that came in one piece."""
        chunk = _CHUNKS.decode(data)
        if chunk.choices is None and chunk.error is None and chunk.id is None:
            raise self._builder.no_answer(data)
        self._chunk(chunk)

    def _chunk(self, chunk: _Chunk) -> None:
        if chunk.error is not None:
            raise failures.from_event(self._provider, chunk.error)
        builder = self._builder
        if builder.response_id is None and chunk.id:
            builder.response_id = chunk.id
        if chunk.model:
            builder.model = chunk.model
        if chunk.usage is not None:
            builder.usage = _usage(chunk.usage)
        for choice in chunk.choices or ():
            if choice.index:
                continue  # one answer is wanted; further ones can only come from settings.extra
            message = choice.delta or choice.message
            if message is not None:
                self._message(message)
            if choice.finish_reason:
                self._finish(choice.finish_reason)

    def _message(self, message: _Message) -> None:
        builder = self._builder
        if message.reasoning_content:
            self._reasoning(message.reasoning_content, "reasoning_content")
        elif message.reasoning:
            self._reasoning(message.reasoning, "reasoning")
        content = message.content
        if isinstance(content, str):
            builder.text(content)
        elif content:
            self._pieces(content)
        if message.refusal:
            builder.text(message.refusal)
            builder.finish_reason = "content_filter"
        if message.tool_calls:
            for position, call in enumerate(message.tool_calls):
                self._tool_call(call, position)

    def _pieces(self, pieces: list[_Piece]) -> None:
        for piece in pieces:
            thinking = piece.thinking
            if isinstance(thinking, list):
                thinking = "".join([each.text or "" for each in thinking])
            self._builder.reasoning(thinking or "")
            self._builder.text(piece.text or "")

    def _reasoning(self, text: str, field: str) -> None:
        self._builder.reasoning(text)
        self._builder.reasoning_state({"field": field})

    def _tool_call(self, call: _ToolCall, position: int) -> None:
        function = call.function or _Function()
        key: object = call.index
        if key is None:
            # Without an index, a piece with an id begins a call, and one without goes on with the last.
            key = (call.id, position) if call.id else self._last_key
        self._last_key = key
        arguments = function.arguments
        if isinstance(arguments, dict):
            arguments = msgspec.json.encode(arguments).decode()
        self._builder.tool_call(key, provider_call_id=call.id, name=function.name, arguments=arguments or "")

    def _finish(self, reason: str) -> None:
        if self._builder.finish_reason != "content_filter":
            self._builder.finish_reason = _FINISH.get(reason, "other")


def _token(chunk: _Chunk) -> str | None:
    """The text of a chunk that holds nothing else, as nearly all do; None for every other."""
    choices = chunk.choices
    if choices is None or len(choices) != 1 or chunk.usage is not None or chunk.error is not None:
        return None
    choice = choices[0]
    message = choice.delta
    if message is None or choice.finish_reason is not None or choice.index:
        return None
    content = message.content
    if (
        message.tool_calls is None
        and message.reasoning_content is None
        and message.reasoning is None
        and message.refusal is None
        and isinstance(content, str)
    ):
        return content
    return None


def _usage(usage: _Usage) -> Usage:
    prompt = usage.prompt_tokens_details or _NO_DETAILS
    completion = usage.completion_tokens_details or _NO_DETAILS
    return assembly.usage(
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        cache_read_tokens=prompt.cached_tokens,
        cache_write_tokens=prompt.cache_write_tokens,
        reasoning_tokens=completion.reasoning_tokens,
    )
