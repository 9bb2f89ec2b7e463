"""What an agent is: an immutable definition. `agent_sdk.runtime.agent` adds the ways to run it."""

import hashlib
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import FrozenInstanceError
from functools import cached_property
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, cast

from typing_extensions import TypeVar

from agent_sdk.contracts.codec import canonical
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

_overrides: ContextVar[dict[int, Model | str]] = ContextVar("agent_sdk_model_overrides")


class AgentDefinition(Generic[DepsT, OutputT]):
    """What answers: instructions, a model, tools and rules. It holds no conversation and may be shared.

    Generic in the type of `deps`, which the caller passes to each run and tools find in their context, and in the
    type of the output.
    """

    _defined = False

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
        | PromptedOutput[OutputT] = str,
        deps_type: type[DepsT] = NoneType,
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
        deps_factory: Callable[[], DepsT] | None = None,
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
            tool_retries_max: How many steps in a row may send calls of one tool back to the model for correction.
            output_retries_max: How often an output that does not fit may be sent back.
            on_tool_not_found: Tell the model (`retry`) or end the run (`fail`) when it calls an unknown tool.
            description: What it is good at, for agents that may call it.
            deps_factory: Makes `deps` for a run that knows only its journal, as on a server.

        Raises:
            DefinitionError: A function cannot be a tool. What only their types show, and two tools of one name, is
                found when the first run begins.
        """
        self.name = _name(name)
        self.model = model
        self.instructions = _instructions(instructions)
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
        self.deps_factory = deps_factory
        self._defined = True

    if not TYPE_CHECKING:  # type checkers would take it for leave to set anything

        def __setattr__(self, name: str, value: object) -> None:
            """Refuse to change what may be shared, and at work."""
            if self._defined:
                msg = f"cannot set {name!r}: an agent does not change; define another one"
                raise FrozenInstanceError(msg)
            super().__setattr__(name, value)

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
    def version(self) -> str:
        """A digest of what the agent is: another one may not repeat what a journal says. 16 hexadecimal characters.

        Functions count by their names, because what they do cannot be read.
        """
        told: dict[str, Any] = {
            "name": self.name,
            "model": self.model if isinstance(self.model, str | None) else self.model.id,
            "instructions": [
                item if isinstance(item, str) else _qualified(item) for item in self.instructions
            ],
            "tools": self.tool_specs,
            "output": None if self.output.is_text else self.output.schema.schema,
        }
        return hashlib.sha256(canonical(told)).hexdigest()[:16]

    @cached_property
    def tools_by_name(self) -> dict[str, Tool]:
        """Its tools."""
        return {item.spec.name: item for item in self.tools}

    @cached_property
    def handoffs_by_name(self) -> dict[str, Handoff]:
        """Its handoffs, by the tools that make them."""
        return {item.tool_name: item for item in self.handoffs}

    @cached_property
    def tool_specs(self) -> tuple[ToolSpec, ...]:
        """What the model is offered, without the hidden output tool.

        Raises:
            DefinitionError: Two of them have one name.
        """
        specs = (*[item.spec for item in self.tools], *[item.spec for item in self.handoffs])
        seen = {OUTPUT_TOOL}
        for spec in specs:
            if spec.name in seen:
                whose = "the name of the output" if spec.name == OUTPUT_TOOL else "the name of another"
                msg = f"agent {self.name!r} has a tool {spec.name!r}, which is {whose}"
                raise DefinitionError(
                    msg, hint="Give it another name: @tool(name=…), handoff(…, tool_name=…)."
                )
            seen.add(spec.name)
        return specs

    def check(self) -> None:
        """Require that a run of it can begin; types are read at the first time.

        Raises:
            DefinitionError: Two tools have one name, or a type has no JSON Schema; here, or in an agent that it may
                hand over to.
        """
        checked: set[int] = set()
        waiting: list[AgentDefinition[Any, Any]] = [self]
        while waiting:
            agent = waiting.pop()
            if id(agent) not in checked:
                checked.add(id(agent))
                _ = agent.tool_specs, agent.output.is_text or agent.output.schema
                waiting += [item.agent for item in agent.handoffs]


def _qualified(function: Callable[..., Any]) -> str:
    kind = type(function)
    return getattr(function, "__qualname__", kind.__qualname__)


def _name(name: str) -> str:
    if not name.strip():
        msg = "the agent has no name"
        raise DefinitionError(msg, hint="Its name stands in every event.")
    return name


def _instructions(given: Instruction | Sequence[Instruction]) -> tuple[Instruction, ...]:
    return (given,) if isinstance(given, str) or callable(given) else tuple(given)


def _as_tool(item: Tool | Callable[..., Any]) -> Tool:
    if isinstance(item, AgentDefinition):
        msg = f"the agent {item.name!r} is no tool"
        raise DefinitionError(msg, hint="Write agent.as_tool(), or list it in handoffs.")
    if hasattr(item, "spec") and hasattr(item, "call"):
        return cast("Tool", item)
    if not callable(item):
        msg = f"{item!r} is no tool"
        raise DefinitionError(msg, hint="A tool is a function, or what @tool makes of one.")
    from agent_sdk.tools.function_tool import tool

    return cast("Tool", tool(item))
