"""Reading answers of the Responses API.

Source: https://developers.openai.com/api/reference/resources/responses/streaming-events
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from agent_sdk.contracts.messages import FinishReason
from agent_sdk.contracts.usage import Usage
from agent_sdk.llm import assembly, failures
from agent_sdk.llm.assembly import ResponseBuilder

_INCOMPLETE: Final[Mapping[str, FinishReason]] = {
    "max_output_tokens": "length",
    "content_filter": "content_filter",
}
_ENDINGS: Final[Mapping[str, str]] = {
    "response.completed": "completed",
    "response.incomplete": "incomplete",
    "response.failed": "failed",
}
"""Events that end a stream, and the status that each stands for."""


# Nothing here can be part of a cycle, so the garbage collector need not watch what comes and goes with each token.
class _Text(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None
    refusal: str | None = None


class _Item(msgspec.Struct, gc=False):
    """An output item: of a message, a function call, or reasoning."""

    type: str = ""
    id: str | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    content: list[_Text] | None = None
    summary: list[_Text] | None = None
    encrypted_content: str | None = None


class _Details(msgspec.Struct, gc=False):
    cached_tokens: Any = 0
    cache_write_tokens: Any = 0
    reasoning_tokens: Any = 0


class _Usage(msgspec.Struct, gc=False):
    input_tokens: Any = 0
    output_tokens: Any = 0
    input_tokens_details: _Details | None = None
    output_tokens_details: _Details | None = None


class _Incomplete(msgspec.Struct, gc=False):
    reason: str | None = None


class _Response(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    status: str | None = None
    output: list[msgspec.Raw] | None = None
    usage: _Usage | None = None
    error: Any = None
    incomplete_details: _Incomplete | None = None


class _Event(msgspec.Struct, gc=False):
    """Any event, with the fields that matter of any."""

    type: str = ""
    # Of any type, because events that nobody asked for may use the same names for something else.
    delta: Any = None
    arguments: Any = None
    output_index: int | None = None
    content_index: int | None = None
    summary_index: int | None = None
    item: msgspec.Raw = msgspec.Raw(b"null")
    response: _Response | None = None


_EVENTS: Final = msgspec.json.Decoder(_Event)
_ITEMS: Final[msgspec.json.Decoder[_Item | None]] = msgspec.json.Decoder(_Item | None)
_RESPONSES: Final = msgspec.json.Decoder(_Response)
_OBJECTS: Final = msgspec.json.Decoder(dict[str, Any])


class ResponsesReader:
    """Puts events into a builder (`agent_sdk.llm.decoding.AnswerReader`)."""

    def __init__(self, builder: ResponseBuilder, provider: str) -> None:
        """Fill `builder` with what `provider` says."""
        self._builder = builder
        self._provider = provider
        self._refused = False
        # Indexes of items whose text has come in deltas, and of those that are complete: later events repeat
        # both.
        self._begun: set[int] = set()
        self._complete: set[int] = set()
        self._handlers: Final[Mapping[str, Callable[[_Event, int], None]]] = {
            "response.output_text.delta": self._text,
            "response.refusal.delta": self._refusal,
            "response.reasoning_summary_text.delta": self._reasoning,
            "response.reasoning_text.delta": self._reasoning,
            "response.reasoning_summary_part.added": self._paragraph,
            "response.function_call_arguments.delta": self._arguments,
            "response.function_call_arguments.done": self._whole_arguments,
            "response.output_item.added": self._item_added,
            "response.output_item.done": self._item_done,
        }

    def event(self, name: bytes, data: bytes) -> bool:
        """Read one event; the stream ends with one that carries the whole response."""
        if data.startswith(b"[DONE]"):
            return True
        event = _EVENTS.decode(data)
        handler = self._handlers.get(event.type)
        if handler is not None:
            handler(event, event.output_index or 0)
            return False
        if event.type in _ENDINGS:
            self._end(event.response or _Response(), _ENDINGS[event.type])
            return True
        if event.type in {"", "error"} or name == b"error":
            self._raise_reported(data)
        return False

    def body(self, data: bytes) -> None:
        """Read an answer that came in one piece."""
        response = _RESPONSES.decode(data)
        if response.output is None and response.error is None and response.status is None:
            raise self._builder.no_answer(data)
        self._end(response, "completed")

    def _text(self, event: _Event, index: int) -> None:
        self._begun.add(index)
        self._builder.text(self._string(event.delta), (index, event.content_index))

    def _refusal(self, event: _Event, index: int) -> None:
        self._refused = True
        self._text(event, index)

    def _reasoning(self, event: _Event, index: int) -> None:
        self._begun.add(index)
        self._builder.reasoning(self._string(event.delta), index)

    def _paragraph(self, event: _Event, index: int) -> None:
        if event.summary_index:
            self._builder.reasoning("\n\n", index)

    def _arguments(self, event: _Event, index: int) -> None:
        self._builder.tool_call(index, arguments=self._string(event.delta))

    def _whole_arguments(self, event: _Event, index: int) -> None:
        self._builder.tool_call_arguments(index, self._string(event.arguments))

    def _item_added(self, event: _Event, index: int) -> None:
        item = _ITEMS.decode(event.item)
        if item is not None and item.type == "function_call":
            self._builder.tool_call(index, provider_call_id=item.call_id, name=item.name)

    def _item_done(self, event: _Event, index: int) -> None:
        self._item(event.item, index)

    def _item(self, raw: msgspec.Raw, index: int) -> None:
        """Read a complete item: what came in deltas already is not taken twice."""
        if index in self._complete:
            return
        item = _ITEMS.decode(raw)
        if item is None:
            return
        self._complete.add(index)
        if item.type == "function_call":
            self._builder.tool_call(index, provider_call_id=item.call_id, name=item.name)
            self._builder.tool_call_arguments(index, item.arguments or "")
        elif item.type == "reasoning":
            if index not in self._begun:
                thoughts = [each.text for each in item.summary or item.content or () if each.text]
                self._builder.reasoning("\n\n".join(thoughts), index)
            if item.encrypted_content:
                state = _OBJECTS.decode(raw)
                state.pop("status", None)  # the API sends it, and does not take it back
                self._builder.reasoning_state(state, index)
        elif item.type == "message" and index not in self._begun:
            for position, text in enumerate(item.content or ()):
                self._refused = self._refused or bool(text.refusal)
                self._builder.text(text.text or text.refusal or "", (index, position))

    def _end(self, response: _Response, status: str) -> None:
        status = response.status or status
        if response.error is not None or status == "failed":
            raise failures.from_event(self._provider, response.error)
        for index, raw in enumerate(response.output or ()):
            self._item(raw, index)
        builder = self._builder
        builder.response_id = response.id
        builder.model = response.model or builder.model
        if response.usage is not None:
            builder.usage = _usage(response.usage)
        builder.finish_reason = self._finish_reason(response, status)

    def _finish_reason(self, response: _Response, status: str) -> FinishReason:
        if self._refused:
            return "content_filter"
        if status == "completed":
            return "stop"
        details = response.incomplete_details
        return _INCOMPLETE.get(details.reason or "", "other") if details is not None else "other"

    def _raise_reported(self, data: bytes) -> None:
        value = _OBJECTS.decode(data)
        if "error" in value or value.get("type") == "error":
            raise failures.from_event(self._provider, value)

    def _string(self, value: object) -> str:
        if isinstance(value, str):
            return value
        raise self._builder.malformed("a piece of the answer that is no text")


def _usage(usage: _Usage) -> Usage:
    inputs = usage.input_tokens_details or _Details()
    outputs = usage.output_tokens_details or _Details()
    return assembly.usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=inputs.cached_tokens,
        cache_write_tokens=inputs.cache_write_tokens,
        reasoning_tokens=outputs.reasoning_tokens,
    )
