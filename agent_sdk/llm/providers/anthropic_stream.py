"""Answers in the words of Anthropic's Messages API: a stream of events, or one JSON body.

Source: https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, Final, cast

import msgspec

from agent_sdk.contracts.messages import CitationPart, FinishReason, Part, TextPart
from agent_sdk.llm import failures
from agent_sdk.llm.assembly import ResponseBuilder, usage
from agent_sdk.llm.providers.anthropic_transcript import PROVIDER, Block
from agent_sdk.llm.wire_names import WireNames
from agent_sdk.ports.llm import ModelResponse
from agent_sdk.ports.system import IdFactory

CITATIONS_MAX_COUNT: Final = 10_000

_FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
}
_INPUT_COUNTS: Final = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
"""What the API counts apart, and `Usage` together."""
_PLACES: Final = ("start_char_index", "start_page_number", "start_block_index")
_SIGNED: Final = frozenset({"thinking", "redacted_thinking"})


class _Delta(msgspec.Struct):
    """`delta` of both `content_block_delta` and `message_delta`."""

    type: str = ""
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    signature: str | None = None
    citation: Any = None
    stop_reason: str | None = None


class _Event(msgspec.Struct):
    """Any event; each type fills some of the fields."""

    type: str = ""
    index: int | None = None
    delta: _Delta | None = None
    content_block: Block | None = None
    message: Block | None = None
    usage: Block | None = None
    error: Any = None


_EVENTS: Final = msgspec.json.Decoder(_Event)
_WHOLE: Final = msgspec.json.Decoder(Block)


class CitingBuilder(ResponseBuilder):
    """Also collects citations, and puts each after the text that it supports."""

    def __init__(self, *, provider: str, model: str, ids: IdFactory, names: WireNames) -> None:
        """Start an empty answer."""
        super().__init__(provider=provider, model=model, ids=ids, names=names)
        self._texts: dict[Hashable, None] = {}
        self._citations: list[tuple[Hashable, CitationPart]] = []

    def text(self, text: str, key: Hashable = None) -> None:
        """Take more text."""
        if text:
            self._texts[key] = None
            super().text(text, key)

    def cite(self, citation: CitationPart, key: Hashable) -> None:
        """Take a source of the text under `key`; more than `CITATIONS_MAX_COUNT` are let go."""
        if len(self._citations) < CITATIONS_MAX_COUNT:
            self._citations.append((key, citation))

    def response(self) -> ModelResponse:
        """The whole answer."""
        response = super().response()
        if not self._citations:
            return response
        # Texts come in the order in which they began.
        keys = iter(self._texts)
        parts: list[Part] = []
        for part in response.parts:
            parts.append(part)
            if isinstance(part, TextPart):
                key = next(keys)
                parts += [citation for cited, citation in self._citations if cited == key]
        return replace(response, parts=tuple(parts))


class MessagesReader:
    """Reads one answer (`agent_sdk.llm.decoding.AnswerReader`)."""

    def __init__(self, builder: CitingBuilder, *, model: str, prefix: str | None) -> None:
        """Fill `builder` with the answer of `model`, by the name it was asked for, to the request of that digest."""
        self._builder = builder
        self._model = model
        self._prefix = prefix
        self._stop_reason: str | None = None
        self._usage: Block = {}
        self._blocks: dict[int, Block] = {}
        """Open blocks of which more is kept than their text."""
        self._inputs: dict[int, list[str]] = {}
        """What the provider's own tools are told."""

    def event(self, name: bytes, data: bytes) -> bool:  # noqa: ARG002 - the name is in the data, too
        """Read one event."""
        if data == b"[DONE]":
            return False
        event = _EVENTS.decode(data)
        if event.type == "error" or event.error:
            raise failures.from_event(PROVIDER, event.error)
        self._take(event)
        return event.type == "message_stop"

    def body(self, data: bytes) -> None:
        """Read a message that came in one piece."""
        message = _WHOLE.decode(data)
        if message.get("type") == "error" or message.get("error"):
            raise failures.from_event(PROVIDER, message.get("error"))
        content = message.get("content")
        if not isinstance(content, list):
            ours = "content" in message or message.get("type") == "message"
            malformed = self._builder.malformed("a message without content")
            raise malformed if ours else self._builder.no_answer(data)
        self._start(message)
        for index, block in enumerate(cast("list[Any]", content)):
            if isinstance(block, dict):
                self._open(index, cast("Block", block))
                self._close(index)
        self._stop_reason = _text(message.get("stop_reason"))
        self._end()

    def _take(self, event: _Event) -> None:
        index = event.index or 0
        match event.type:
            case "content_block_delta":
                if event.delta is not None:
                    self._grow(index, event.delta)
            case "content_block_start":
                self._open(index, event.content_block or {})
            case "content_block_stop":
                self._close(index)
            case "message_start":
                self._start(event.message or {})
            case "message_delta":
                self._count(event.usage)
                self._stop_reason = event.delta.stop_reason if event.delta else None
            case "message_stop":
                self._end()
            case _:
                # `ping`, and what future versions may add: https://platform.claude.com/docs/en/api/versioning
                pass

    def _start(self, message: Block) -> None:
        self._builder.model = _text(message.get("model")) or self._builder.model
        self._builder.response_id = _text(message.get("id")) or None
        self._count(message.get("usage"))

    def _end(self) -> None:
        # Only here, because an answer with a reason counts as a whole one.
        if self._stop_reason:
            self._builder.finish_reason = _FINISH_REASONS.get(self._stop_reason, "other")
        for index in list(self._blocks):
            self._close(index)

    def _count(self, counts: object) -> None:
        """Numbers are running totals; one that is missing or null leaves what was said before."""
        self._usage |= {name: count for name, count in _mapping(counts).items() if count is not None}
        self._builder.usage = usage(
            input_tokens=sum(map(self._tokens, _INPUT_COUNTS)),
            output_tokens=self._tokens("output_tokens"),
            cache_read_tokens=self._tokens("cache_read_input_tokens"),
            cache_write_tokens=self._tokens("cache_creation_input_tokens"),
            reasoning_tokens=_mapping(self._usage.get("output_tokens_details")).get("thinking_tokens"),
        )

    def _tokens(self, name: str) -> int:
        count = self._usage.get(name)
        return count if isinstance(count, int) and count > 0 else 0

    def _open(self, index: int, block: Block) -> None:
        match block.get("type"):
            case "text":
                self._builder.text(_text(block.get("text")), key=index)
                citations = block.get("citations")
                for citation in cast("list[Any]", citations) if isinstance(citations, list) else []:
                    self._cite(index, citation)
            case "tool_use":
                call_id, name = _text(block.get("id")) or None, _text(block.get("name")) or None
                self._builder.tool_call(index, provider_call_id=call_id, name=name)
                self._blocks[index] = block
            case "thinking":
                self._builder.reasoning(_text(block.get("thinking")), key=index)
                self._blocks[index] = {name: value for name, value in block.items() if name != "thinking"}
            case str():
                # Redacted thinking, and what the provider's own tools said and heard.
                self._blocks[index] = block
            case _:
                raise self._builder.malformed("a content block without a type")

    def _grow(self, index: int, delta: _Delta) -> None:
        if delta.text:
            self._builder.text(delta.text, key=index)
        elif delta.partial_json:
            self._input(index, delta.partial_json)
        elif delta.thinking:
            self._builder.reasoning(delta.thinking, key=index)
        elif delta.signature:
            self._blocks.setdefault(index, {"type": "thinking"})["signature"] = delta.signature
        elif delta.citation is not None:
            self._cite(index, delta.citation)

    def _input(self, index: int, partial_json: str) -> None:
        block = self._blocks.get(index)
        if block is None or block["type"] == "tool_use":
            self._builder.tool_call(index, arguments=partial_json)
        else:
            self._inputs.setdefault(index, []).append(partial_json)

    def _close(self, index: int) -> None:
        block = self._blocks.pop(index, None)
        if block is None:
            return
        if block["type"] == "tool_use":
            if block.get("input"):
                self._builder.tool_call_arguments(index, msgspec.json.encode(block["input"]).decode())
            return
        if pieces := self._inputs.pop(index, None):
            block = {**block, "input": _WHOLE.decode("".join(pieces))}
        # Thinking without a signature is worth nothing to the provider, which made it for the reader only.
        if block["type"] not in _SIGNED or block.get("signature") or block.get("data"):
            state = {"model": self._model, "prefix": self._prefix, "block": block}
            self._builder.reasoning_state(state, key=index)

    def _cite(self, index: int, citation: object) -> None:
        fields = _mapping(citation)
        if fields:
            self._builder.cite(_citation(fields), key=index)


def _citation(fields: Mapping[str, Any]) -> CitationPart:
    """A citation of any kind. Only plain text is cited by character; elsewhere `start` and `end` are both 0."""
    kind = _text(fields.get("type")).removesuffix("_location")
    title = _text(fields.get("document_title") or fields.get("title")) or None
    number = _whole(fields.get("document_index"))
    first = next((name for name in _PLACES if name in fields), "")
    place = f" {_whole(fields.get(first))}" if first else ""
    return CitationPart(
        document=_text(fields.get("url") or fields.get("source")) or title or f"document {number}",
        chunk_id=f"{kind}{place}",
        quote=_text(fields.get("cited_text")),
        start=_whole(fields.get("start_char_index")),
        end=_whole(fields.get("end_char_index")),
        title=title,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}
