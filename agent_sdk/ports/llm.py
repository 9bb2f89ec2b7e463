"""The port to models: one request in, pieces of an answer out."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from agent_sdk.contracts.messages import FinishReason, Message, Part
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.system import IdFactory

OutputMode = Literal["native", "tool", "prompted"]
ReasoningEffort = Literal["none", "minimal", "low", "medium", "high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """How to sample; None leaves it to the provider."""

    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    tool_choice: Literal["auto", "required", "none"] | str | None = None
    """`auto`, `required`, `none`, or the name of one tool."""
    parallel_tool_calls: bool | None = None
    reasoning_effort: ReasoningEffort | None = None
    timeout_s: float | None = None
    """Seconds that the provider may stay silent, before the first byte and between two; 120 by default."""
    stream: bool = True
    """False asks for the answer in one piece, for endpoints that cannot stream."""
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Fields put into the request body as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSchema:
    """The JSON Schema that a structured answer has to fit."""

    name: str
    schema: Mapping[str, Any]
    description: str | None = None
    strict: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """Everything one model call needs. The messages form a valid transcript."""

    messages: tuple[Message, ...]
    instructions: str = ""
    tools: tuple[ToolSpec, ...] = ()
    output: OutputSchema | None = None
    """Set when the provider's own structured output is used."""
    settings: ModelSettings = field(default_factory=ModelSettings)
    ids: IdFactory
    """Makes the ids of tool calls."""
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More reasoning."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """More of a tool call's arguments."""

    index: int
    """Of the call in the answer, from 0."""
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelResponse:
    """The whole answer: the last piece of every stream."""

    parts: tuple[Part, ...]
    finish_reason: FinishReason
    usage: Usage
    """Of this request; `requests` is 1 and `cost_usd` is set where the price is known."""
    model: str
    """The model that answered, as the provider calls it."""
    response_id: str | None = None


ModelChunk = TextDelta | ReasoningDelta | ToolCallDelta | ModelResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProfile:
    """What a model can do, as far as the runtime has to know."""

    native_output: bool = False
    """Structured output of its own, beside tools."""
    forced_tool_choice: bool = True
    """Whether it accepts `tool_choice` other than auto and none."""
    context_window_tokens: int | None = None
    priced: bool = False
    """Whether the cost of a request can be told; a run with a cost ceiling needs it."""


class Model(Protocol):
    """One model of one provider."""

    @property
    def id(self) -> str:
        """`provider:model`."""
        ...

    @property
    def profile(self) -> ModelProfile:
        """What it can do."""
        ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        """Ask, and yield the answer as it comes; the last chunk is a `ModelResponse`.

        Deltas that arrive in one network segment may come merged. Closing the generator closes the provider's
        stream. The generator retries nothing.

        Raises:
            ModelError: Any failure, also after some chunks were yielded.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderConfig:
    """What a provider is told by whoever composes the application."""

    api_key: str | None = None
    base_url: str | None = None
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further settings by their documented names, for example `api_version` for Azure."""


ProviderFactory = Callable[[str, ProviderConfig], Model]
"""What an entry point in the group `agent_sdk.providers` is: model name and configuration to model."""


class ModelResolver(Protocol):
    """Turns `provider:model` into a model."""

    def resolve(self, model_id: str | None) -> Model:
        """The model of that id; None means the configured default.

        Raises:
            ConfigError: The provider is unknown, or its key is missing.
        """
        ...
