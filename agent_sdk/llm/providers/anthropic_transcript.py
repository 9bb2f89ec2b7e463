"""Transcripts in the words of Anthropic's Messages API.

Source: https://platform.claude.com/docs/en/build-with-claude/working-with-messages
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Literal, cast

import msgspec

from agent_sdk.contracts.errors import BadRequest
from agent_sdk.contracts.messages import (
    DocumentPart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from agent_sdk.llm.wire_names import to_wire

PROVIDER: Final = "anthropic"
CACHED_TURNS_MAX_COUNT: Final = 2
CACHE: Final = {"type": "ephemeral"}
"""The mark of a prefix that is to be cached."""

Block = dict[str, Any]
"""A content block of the API."""

_IMAGE_TYPES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_TEXT_TYPES: Final = frozenset({"application/json", "application/xml", "application/yaml"})
_THINKING_TYPES: Final = frozenset({"thinking", "redacted_thinking"})


@dataclass(slots=True)
class _Turn:
    """A wire message: what lies between two changes of the role."""

    role: Literal["user", "assistant"]
    blocks: list[Block] = field(default_factory=list[Block])
    results: list[Block] = field(default_factory=list[Block])
    """Tool results; the API wants them before anything else of the turn."""

    def content(self) -> list[Block]:
        """All of it, in the order that the API wants."""
        return self.results + self.blocks


def encode(value: object) -> bytes:
    """Write JSON; schemas may come as any kind of mapping."""
    return _ENCODER.encode(value)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_ENCODER: Final = msgspec.json.Encoder(enc_hook=_plain)


class Transcript:
    """Wire messages, as they grow."""

    def __init__(self, messages: Sequence[Message], *, model: str | None, start: object = None) -> None:
        """Take our messages.

        Args:
            messages: The transcript.
            model: Whose thinking goes back; None for nobody's.
            start: What the model reads before the messages; where it is given, thinking goes back only behind the
                very start and messages that led to it.
        """
        self._model = model
        self._call_ids = _call_ids(messages)
        self._order = {call_id: position for position, call_id in enumerate(self._call_ids.values())}
        self._turns: list[_Turn] = []
        self._digest = None if start is None else sha256(encode(start))
        for message in messages:
            self._add(message)

    @property
    def prefix(self) -> str | None:
        """Digest of all messages so far, and of what comes before them."""
        return self._digest.hexdigest() if self._digest else None

    def _add(self, message: Message) -> None:
        """Add one of our messages; neighbors of one role become one turn."""
        turn = _Turn("assistant" if message.role == "assistant" else "user")
        if turn.role == "assistant":
            turn.blocks = self._answer(message.parts)
        else:
            _say(turn, message.parts, self._call_ids)
        if not (turn.blocks or turn.results):
            return
        if self._digest:
            self._digest.update(encode([turn.role, turn.content()]))
        if self._turns and self._turns[-1].role == turn.role:
            self._turns[-1].blocks += turn.blocks
            self._turns[-1].results += turn.results
        else:
            self._turns.append(turn)

    def messages(self) -> list[Block]:
        """The wire messages."""
        for turn in self._turns:
            turn.results.sort(key=lambda result: self._order.get(result["tool_use_id"], len(self._order)))
            for result in turn.results:
                if result.get("content") == []:
                    del result["content"]
        # The last mark writes this request's prefix; the one before finds what the previous request wrote.
        for turn in [turn for turn in self._turns if turn.role == "user"][-CACHED_TURNS_MAX_COUNT:]:
            turn.content()[-1]["cache_control"] = CACHE
        return [{"role": turn.role, "content": turn.content()} for turn in self._turns]

    def _answer(self, parts: Iterable[Part]) -> list[Block]:
        blocks: list[Block] = []
        for part in parts:
            match part:
                case TextPart() if part.text.strip():
                    blocks.append({"type": "text", "text": part.text})
                case ReasoningPart() if part.provider == PROVIDER and part.state:
                    blocks += self._opaque(part.text, part.state)
                case ToolCallPart():
                    blocks.append(_tool_use(part, self._call_ids))
                case _:
                    pass
        # An answer that was cut while the model thought ends in a block that may not stand last.
        while blocks and blocks[-1]["type"] in _THINKING_TYPES:
            blocks.pop()
        return blocks

    def _opaque(self, text: str, state: Mapping[str, Any]) -> list[Block]:
        """A block of the model's own, as it came; nothing for thinking that the API would refuse here."""
        block: Block = dict(state.get("block") or {})
        kind = block.get("type")
        origin = state.get("model"), state.get("prefix")
        if kind is None or (kind in _THINKING_TYPES and origin != (self._model, self.prefix)):
            return []
        # The text of thinking is in the part, the rest of it in the part's state.
        return [{**block, "thinking": text} if kind == "thinking" else block]


def _call_ids(messages: Iterable[Message]) -> dict[str, str]:
    """From our id of each call to its id on the wire, in the order of the calls.

    The model's own ids go back to it as they were; where another provider's calls, or two calls of one id, stand in
    the transcript, ours takes their place.
    """
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for call in [call for message in messages for call in message.tool_calls]:
        theirs = call.provider_call_id if call.provider == PROVIDER else None
        wire = call.tool_call_id if theirs is None or theirs in taken else theirs
        taken.add(wire)
        ids[call.tool_call_id] = wire
    return ids


def _tool_use(call: ToolCallPart, call_ids: Mapping[str, str]) -> Block:
    return {
        "type": "tool_use",
        "id": call_ids[call.tool_call_id],
        "name": to_wire(call.name),
        "input": _arguments(call.arguments),
    }


def _arguments(text: str) -> object:
    """The arguments as they were written; text that is no JSON object goes wrapped into one."""
    raw = text.encode("utf-8", "replace")
    try:
        if isinstance(msgspec.json.decode(raw), dict):
            return msgspec.Raw(raw)
    except (msgspec.DecodeError, RecursionError):
        pass
    return {"malformed_arguments": text}


def _say(turn: _Turn, parts: Iterable[Part], call_ids: Mapping[str, str]) -> None:
    """Sort a user's or a tool's parts into results and the rest; files that follow a result belong into it."""
    content: list[Block] = turn.blocks
    for part in parts:
        match part:
            case ToolResultPart():
                result = _tool_result(part, call_ids)
                turn.results.append(result)
                # A failed result may hold nothing but text.
                content = turn.blocks if "is_error" in result else result["content"]
            case TextPart() if part.text.strip():
                turn.blocks.append({"type": "text", "text": part.text})
            case ImagePart():
                content.append(_image(part))
            case DocumentPart():
                content.append(_document(part))
            case _:
                pass


def _tool_result(part: ToolResultPart, call_ids: Mapping[str, str]) -> Block:
    failed = part.outcome != "completed"
    # Text that is empty is refused, and so is a failure without an explanation.
    text = part.content if part.content.strip() else part.outcome if failed else ""
    result: Block = {
        "type": "tool_result",
        "tool_use_id": call_ids.get(part.tool_call_id, part.tool_call_id),
        "content": [{"type": "text", "text": text}] if text else [],
    }
    return {**result, "is_error": True} if failed else result


def _image(part: ImagePart) -> Block:
    if part.url is not None:
        return {"type": "image", "source": {"type": "url", "url": part.url}}
    if part.media_type not in _IMAGE_TYPES:
        raise _unsupported(part.media_type, "Convert it to PNG, JPEG, GIF or WebP.")
    return {"type": "image", "source": _base64(part.media_type, part.data or b"")}


def _document(part: DocumentPart) -> Block:
    block: Block = {"type": "document", "source": _document_source(part)}
    return {**block, "title": part.name} if part.name else block


def _document_source(part: DocumentPart) -> Block:
    if part.url is not None:
        return {"type": "url", "url": part.url}
    data = part.data or b""
    if part.media_type == "application/pdf":
        return _base64(part.media_type, data)
    if part.media_type.startswith("text/") or part.media_type in _TEXT_TYPES:
        return {"type": "text", "media_type": "text/plain", "data": data.decode("utf-8", "replace")}
    raise _unsupported(part.media_type, "Convert it to PDF or plain text.")


def _base64(media_type: str, data: bytes) -> Block:
    return {"type": "base64", "media_type": media_type, "data": b64encode(data).decode("ascii")}


def _unsupported(media_type: str, hint: str) -> BadRequest:
    return BadRequest(
        f"{PROVIDER} takes no files of type {media_type}", hint=hint, provider=PROVIDER, replay_safe=True
    )
