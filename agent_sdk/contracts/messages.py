"""Messages and their parts: what a model reads and writes, in no provider's words.

Bytes travel as base64 in JSON. `state` on a part is a provider's opaque data (a reasoning signature, an
encrypted item): it is kept byte for byte and handed back only to the provider that made it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["user", "assistant", "tool"]
ToolOutcome = Literal["completed", "failed", "denied", "canceled", "interrupted"]
FinishReason = Literal["stop", "tool_calls", "length", "content_filter", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """Plain text."""

    text: str
    type: Literal["text"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningPart:
    """What a model thought aloud, with the provider's proof of it."""

    text: str
    provider: str | None = None
    """Who made `state`; another provider is not shown this part."""
    state: Mapping[str, Any] | None = None
    type: Literal["reasoning"] = "reasoning"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallPart:
    """A model's request to use a tool."""

    tool_call_id: str
    """Ours (`call_…`), unique in the run."""
    name: str
    arguments: str
    """The JSON text as the model wrote it, also when it is malformed: prompt caches need it unchanged."""
    provider: str | None = None
    provider_call_id: str | None = None
    """The provider's id of the call; unique only within one answer of that provider."""
    state: Mapping[str, Any] | None = None
    type: Literal["tool_call"] = "tool_call"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePart:
    """A picture, by address or by value: exactly one of `url` and `data` is set."""

    media_type: str = "image/png"
    url: str | None = None
    data: bytes | None = None
    type: Literal["image"] = "image"

    def __post_init__(self) -> None:
        _require_one_source(self.url, self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPart:
    """A file (PDF, text, …), by address or by value: exactly one of `url` and `data` is set."""

    media_type: str = "application/pdf"
    name: str | None = None
    url: str | None = None
    data: bytes | None = None
    type: Literal["document"] = "document"

    def __post_init__(self) -> None:
        _require_one_source(self.url, self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationPart:
    """Where the text before this part is taken from."""

    document: str
    """Name or address of the source document."""
    chunk_id: str
    quote: str
    """The words of the source that support the text."""
    start: int
    """Offset of the quote in the document, in characters."""
    end: int
    title: str | None = None
    type: Literal["citation"] = "citation"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResultPart:
    """What came of one tool call. Images and documents that the tool returned follow as parts of the message."""

    tool_call_id: str
    name: str
    content: str
    """What the model reads: text, or JSON text."""
    outcome: ToolOutcome = "completed"
    provider_call_id: str | None = None
    type: Literal["tool_result"] = "tool_result"


Part = TextPart | ReasoningPart | ToolCallPart | ToolResultPart | ImagePart | DocumentPart | CitationPart
PART_TYPES: Mapping[str, type[Part]] = {
    "text": TextPart,
    "reasoning": ReasoningPart,
    "tool_call": ToolCallPart,
    "tool_result": ToolResultPart,
    "image": ImagePart,
    "document": DocumentPart,
    "citation": CitationPart,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One role's contribution to a session."""

    id: str
    """`msg_…`"""
    role: Role
    parts: tuple[Part, ...] = field(default=())
    agent: str | None = None
    """Name of the agent that wrote it; None for a user's."""

    @property
    def text(self) -> str:
        """All text parts, joined."""
        return "".join([part.text for part in self.parts if isinstance(part, TextPart)])

    @property
    def tool_calls(self) -> tuple[ToolCallPart, ...]:
        """The tool calls it asks for, in the model's order."""
        for part in self.parts:
            if isinstance(part, ToolCallPart):
                return tuple([part for part in self.parts if isinstance(part, ToolCallPart)])
        # Most messages have none, and every message of a session is asked, many times in a step.
        return ()


Input = str | Sequence[Part | str]
"""What a user may say to an agent: text, or parts (a bare string among them is a text part)."""


def input_parts(given: Input) -> tuple[Part, ...]:
    """Turn what a caller passed as input into parts."""
    if isinstance(given, str):
        return (TextPart(text=given),)
    return tuple([TextPart(text=item) if isinstance(item, str) else item for item in given])


def _require_one_source(url: str | None, data: bytes | None) -> None:
    if (url is None) == (data is None):
        msg = "set exactly one of url and data"
        raise ValueError(msg)
