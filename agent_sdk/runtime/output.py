"""Structured output: a type in, a checked value out, by whichever way the model offers."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, cast

from typing_extensions import TypeVar

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.errors import DefinitionError
from agent_sdk.contracts.signals import ModelRetry
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.ports.llm import ModelProfile, OutputMode, OutputSchema

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T", default=Any)

OUTPUT_TOOL: Final = "final_answer"
NAME_LENGTH_MAX_CHARS: Final = 64
"""Of a schema's name, which providers bound."""
_VALUE: Final = "value"
_NOT_A_WORD: Final = re.compile(r"[^A-Za-z0-9_-]+")
_FENCE: Final = "```"


@dataclass(frozen=True, slots=True)
class ToolOutput(Generic[T]):
    """Ask for the output as the arguments of a hidden tool: works with every model that can call tools."""

    type: type[T]


@dataclass(frozen=True, slots=True)
class NativeOutput(Generic[T]):
    """Ask for the output by the provider's own structured output."""

    type: type[T]


@dataclass(frozen=True, slots=True)
class PromptedOutput(Generic[T]):
    """Ask for the output in the instructions: for models that can do neither."""

    type: type[T]


_MODES: Final[dict[type, OutputMode]] = {
    ToolOutput: "tool",
    NativeOutput: "native",
    PromptedOutput: "prompted",
}


def _mode_of(output_type: object) -> OutputMode | None:
    return next((mode for kind, mode in _MODES.items() if isinstance(output_type, kind)), None)


class OutputSpec:
    """How an agent's output is asked for and read. Text needs neither."""

    def __init__(self, output_type: Any) -> None:
        """Take a type, or one of `ToolOutput`, `NativeOutput` and `PromptedOutput` around a type."""
        self._mode: OutputMode | None = _mode_of(output_type)
        self._type = output_type.type if self._mode else output_type
        self.is_text = self._type is str

    def mode(self, profile: ModelProfile, *, has_tools: bool) -> OutputMode | Literal["text"]:
        """The way to ask a model of this profile.

        Native output is the default only without tools: beside tools some providers ignore one of the two.
        """
        if self.is_text:
            return "text"
        if self._mode is not None:
            return self._mode
        if profile.native_output and not has_tools:
            return "native"
        return "tool"

    @property
    def schema(self) -> OutputSchema:
        """What native output is told."""
        name = _NOT_A_WORD.sub("_", getattr(self._type, "__name__", "output"))[:NAME_LENGTH_MAX_CHARS]
        return OutputSchema(
            name=name, schema=self._object_schema, description=self._object_schema.get("description")
        )

    @property
    def tool(self) -> ToolSpec:
        """The hidden tool."""
        return ToolSpec(
            name=OUTPUT_TOOL,
            description="Give the final answer. Call this once, when everything needed is known.",
            parameters=self._object_schema,
            effects="read",
            idempotent=True,
        )

    @property
    def prompt(self) -> str:
        """What prompted output adds to the instructions."""
        schema = encode(self._object_schema).decode()
        return f"Answer with one JSON object and nothing else. It has to fit this JSON Schema:\n{schema}"

    def read(self, text: str) -> Any:
        """Check an answer and turn it into a value of the type.

        Raises:
            ModelRetry: The answer does not fit; the message tells the model where.
        """
        from pydantic import ValidationError

        try:
            value = self._adapter.validate_json(_without_fence(text))
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, item['loc'])) or 'the answer'}: {item['msg']}"
                for item in error.errors(include_url=False)
            )
            msg = f"The answer does not fit its schema. {problems}"
            raise ModelRetry(msg) from error
        return value if self._is_object else value[_VALUE]

    def from_plain(self, plain: Any) -> Any:
        """The output that an event carries, as a value of the type."""
        if self.is_text:
            return plain
        value = self._adapter.validate_python(plain if self._is_object else {_VALUE: plain})
        return value if self._is_object else value[_VALUE]

    def to_plain(self, value: Any) -> Any:
        """The output as an event carries it."""
        if self.is_text:
            return value
        plain = self._adapter.dump_python(value if self._is_object else {_VALUE: value}, mode="json")
        return plain if self._is_object else plain[_VALUE]

    @cached_property
    def _is_object(self) -> bool:
        return _at_root(self._schema_of(self._type)).get("type") == "object"

    @cached_property
    def _object_schema(self) -> dict[str, Any]:
        """An object in any case: both tools and native output require one."""
        kind = self._type if self._is_object else TypedDictOf(self._type)
        return _closed(_at_root(self._schema_of(kind)))

    @cached_property
    def _adapter(self) -> "TypeAdapter[Any]":
        from pydantic import TypeAdapter

        return TypeAdapter(self._type if self._is_object else TypedDictOf(self._type))

    def _schema_of(self, kind: Any) -> dict[str, Any]:
        from pydantic import PydanticUndefinedAnnotation, PydanticUserError, TypeAdapter

        try:
            return TypeAdapter(kind).json_schema()
        except (PydanticUserError, PydanticUndefinedAnnotation) as error:
            msg = f"{self._type!r} cannot be an output type: {error.message}"
            raise DefinitionError(
                msg, hint="Use a pydantic model, a dataclass, a TypedDict or a JSON type."
            ) from error


def TypedDictOf(kind: Any) -> Any:  # noqa: N802 - it makes a type
    """An object with the value as its one property, for types that are no object."""
    from typing_extensions import TypedDict

    return cast("Any", TypedDict("Answer", {_VALUE: kind}))  # pyright: ignore[reportGeneralTypeIssues]


def _at_root(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema that does not begin with a reference, as that of a recursive type does: providers want an object."""
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    return {**schema["$defs"][name], "$defs": schema["$defs"]} if name else schema


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Forbid unknown properties in every object of a schema, as strict structured output requires."""
    closed = {key: _closed_value(value) for key, value in schema.items()}
    if closed.get("type") == "object" and "properties" in closed:
        closed.setdefault("additionalProperties", False)
    return closed


def _closed_value(value: Any) -> Any:
    if isinstance(value, dict):
        return _closed(cast("dict[str, Any]", value))
    if isinstance(value, list):
        return [_closed_value(item) for item in cast("list[Any]", value)]
    return value


def _without_fence(text: str) -> str:
    """Models like to wrap JSON in a Markdown fence, whatever they are told."""
    stripped = text.strip()
    if not stripped.startswith(_FENCE):
        return stripped
    return stripped.removeprefix(_FENCE).removeprefix("json").removesuffix(_FENCE).strip()
