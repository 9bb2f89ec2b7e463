"""What an agent is: an immutable definition. `agent_sdk.runtime.agent` adds the ways to run it."""

from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from types import NoneType
from typing import Any, Final, Generic, Literal, cast

from typing_extensions import TypeVar

from agent_sdk.contracts.errors import DefinitionError
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.memory.policy import MemoryPolicy
from agent_sdk.ports.llm import Model, ModelSettings
from agent_sdk.ports.tool import RunContext, Tool
from agent_sdk.reliability.retry import RetryPolicy
from agent_sdk.runtime.guardrails import Check, Guardrail, as_guardrails
from agent_sdk.runtime.handoff import Handoff, handoff
from agent_sdk.runtime.limits import UsageLimits
from agent_sdk.runtime.output import OUTPUT_TOOL, NativeOutput, OutputSpec, PromptedOutput, ToolOutput

DepsT = TypeVar("DepsT", default=None)
OutputT = TypeVar("OutputT", default=str)

Instruction = str | Callable[[RunContext[Any]], str | Awaitable[str]]
OnToolNotFound = Literal["retry", "fail"]

TOOL_RETRIES_MAX_DEFAULT: Final = 3
OUTPUT_RETRIES_MAX_DEFAULT: Final = 2

# What stands for "not given" where a type parameter's default is meant.
_TEXT: Final[Any] = str
_NO_DEPS: Final[Any] = NoneType

_overrides: ContextVar[dict[int, Model | str]] = ContextVar("agent_sdk_model_overrides")


class AgentDefinition(Generic[DepsT, OutputT]):
    """What answers: instructions, a model, tools and rules. It holds no conversation and may be shared.

    Generic in the type of `deps`, which the caller passes to each run and tools find in their context, and in the
    type of the output.
    """

    def __init__(
        self,
        name: str,
        *,
        model: str | Model | None = None,
        instructions: Instruction | Sequence[Instruction] = "",
        tools: Sequence[Tool | Callable[..., Any]] = (),
        output_type: type[OutputT]
        | ToolOutput[OutputT]
        | NativeOutput[OutputT]
        | PromptedOutput[OutputT] = _TEXT,
        deps_type: type[DepsT] = _NO_DEPS,
        handoffs: "Sequence[AgentDefinition[Any, Any] | Handoff]" = (),
        input_guardrails: Sequence[Guardrail | Check] = (),
        output_guardrails: Sequence[Guardrail | Check] = (),
        settings: ModelSettings | None = None,
        limits: UsageLimits | None = None,
        memory: MemoryPolicy | None = None,
        retries: RetryPolicy | None = None,
        tool_retries_max: int = TOOL_RETRIES_MAX_DEFAULT,
        output_retries_max: int = OUTPUT_RETRIES_MAX_DEFAULT,
        on_tool_not_found: OnToolNotFound = "retry",
        description: str = "",
    ) -> None:
        """Define an agent.

        Args:
            name: Stands in every event that it causes.
            model: `provider:model`, a model, or None for the configured default.
            instructions: Text, or functions that make it from the context before each model call.
            tools: Tools, or plain functions, which become tools.
            output_type: What `result.output` is; text by default.
            deps_type: What `deps` is; for type checkers only.
            handoffs: Agents that this one may pass the run to.
            input_guardrails: Checks of the user's input; they end before the first model call.
            output_guardrails: Checks of the output.
            settings: How to sample.
            limits: Ceilings of a run that names none.
            memory: How much of a session's history the model sees.
            retries: How failed model calls are repeated.
            tool_retries_max: How often in a row a call of one tool may be sent back to the model for correction.
            output_retries_max: How often an output that does not fit may be sent back.
            on_tool_not_found: Tell the model (`retry`) or end the run (`fail`) when it calls an unknown tool.
            description: What it is good at, for agents that may call it.

        Raises:
            DefinitionError: Two tools have one name, or a function cannot be a tool.
        """
        self.name = name
        self.model = model
        self.instructions: tuple[Instruction, ...] = (
            (instructions,)
            if isinstance(instructions, str) or callable(instructions)
            else tuple(instructions)
        )
        self.tools: tuple[Tool, ...] = tuple([_as_tool(item) for item in tools])
        self.output = OutputSpec(output_type)
        self.deps_type = deps_type
        self.handoffs = tuple([item if isinstance(item, Handoff) else handoff(item) for item in handoffs])
        self.input_guardrails = as_guardrails(input_guardrails)
        self.output_guardrails = as_guardrails(output_guardrails)
        self.settings = settings or ModelSettings()
        self.limits = limits or UsageLimits()
        self.memory = memory or MemoryPolicy()
        self.retries = retries or RetryPolicy()
        self.tool_retries_max = tool_retries_max
        self.output_retries_max = output_retries_max
        self.on_tool_not_found: OnToolNotFound = on_tool_not_found
        self.description = description

    def __repr__(self) -> str:
        """Name and model."""
        return f"Agent({self.name!r}, model={self.model!r})"

    @contextmanager
    def override(self, *, model: Model | str) -> Generator[None]:
        """Let every run of this agent that begins inside use another model; for tests."""
        token = _overrides.set({**_overrides.get({}), id(self): model})
        try:
            yield
        finally:
            _overrides.reset(token)

    @property
    def overridden_model(self) -> Model | str | None:
        """The model that `override` put in force here, or None."""
        return _overrides.get({}).get(id(self))

    @cached_property
    def tools_by_name(self) -> dict[str, Tool]:
        """Its tools.

        Raises:
            DefinitionError: Two of them have one name.
        """
        found: dict[str, Tool] = {}
        for item in self.tools:
            if (
                item.spec.name in found
                or item.spec.name in self.handoffs_by_name
                or item.spec.name == OUTPUT_TOOL
            ):
                msg = f"agent {self.name!r} has two tools named {item.spec.name!r}"
                raise DefinitionError(msg, hint="Give one of them another name: @tool(name=…).")
            found[item.spec.name] = item
        return found

    @cached_property
    def handoffs_by_name(self) -> dict[str, Handoff]:
        """Its handoffs, by the tools that make them."""
        return {item.tool_name: item for item in self.handoffs}

    @cached_property
    def tool_specs(self) -> tuple[ToolSpec, ...]:
        """What the model is offered, without the hidden output tool."""
        return (*[item.spec for item in self.tools_by_name.values()], *[item.spec for item in self.handoffs])


def _as_tool(item: Tool | Callable[..., Any]) -> Tool:
    if hasattr(item, "spec") and hasattr(item, "call"):
        return cast("Tool", item)
    from agent_sdk.tools.function_tool import tool

    return cast("Tool", tool(cast("Callable[..., Any]", item)))
