"""What a server has to offer: agents by name, their tools, and models."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from types import NoneType
from typing import Any, Final

from agent_sdk.contracts.codec import canonical, encode
from agent_sdk.contracts.errors import ConfigError, DefinitionError
from agent_sdk.contracts.platform_errors import NotFound
from agent_sdk.contracts.scope import Scope
from agent_sdk.contracts.tool import Effects
from agent_sdk.ports.llm import ModelProfile, ModelResolver
from agent_sdk.ports.tool import Tool
from agent_sdk.presets import Preset
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.runtime.subagent import AgentTool

AnyAgent = AgentDefinition[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An agent that a server runs, and the preset that it was made from, if any."""

    agent: AnyAgent
    preset: Preset | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentInfo:
    """An agent, as a list shows it."""

    name: str
    description: str
    model: str
    """`provider:model`; the server's default where the agent names none."""
    version: str
    """Digest of the definition; another one after any change of it."""
    tools: tuple[str, ...] = ()
    """Names of its tools."""
    handoffs: tuple[str, ...] = ()
    """Names of the agents that it may pass a run to."""
    preset: str | None = None
    """Name of the preset that it was made from."""
    deps_schema: Mapping[str, Any] | None = None
    """JSON Schema of `deps`; None where it takes none, or something that JSON cannot say."""
    output_schema: Mapping[str, Any] | None = None
    """JSON Schema of its output; None where that is text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetInfo:
    """A ready-made agent."""

    name: str
    title: str
    description: str
    tools: tuple[str, ...] = ()
    """Names of the tools that it has here, specialists among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolInfo:
    """A tool of one agent or several."""

    name: str
    version: str
    """Semantic version of the schemas (https://semver.org)."""
    description: str
    parameters: Mapping[str, Any]
    """JSON Schema 2020-12 of the arguments."""
    effects: Effects
    idempotent: bool
    """Whether running it twice with one idempotency key has the effect of running it once."""
    needs_approval: bool
    """Whether a human has to approve each call."""
    result: Mapping[str, Any] | None = None
    """JSON Schema 2020-12 of the result; None when the tool does not say."""
    timeout_s: float | None = None
    """Seconds; None means the runtime's default."""
    agents: tuple[str, ...] = ()
    """Names of the agents that have it."""
    asks_agent: str | None = None
    """Name of the agent that it asks; such a tool is tried by a run of an agent that has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """A model that this server's configuration names."""

    id: str
    """`provider:model`"""
    provider: str
    default: bool = False
    """Whether it answers where neither the run nor the agent names a model."""
    available: bool = True
    """Whether it is configured; False where its key is missing, for example."""
    priced: bool = False
    """Whether the cost of a request can be told."""
    context_window_tokens: int | None = None


@dataclass(slots=True)
class _Gathered:
    agent: AnyAgent
    """The first that has it."""
    tool: Tool
    agents: list[str] = field(default_factory=list[str])


class Catalog:
    """Agents by name. It is the same for every organisation."""

    def __init__(
        self,
        offers: Sequence[Offer],
        *,
        models: ModelResolver,
        default_model: str,
        providers: Sequence[str] = (),
    ) -> None:
        """Take what is offered.

        Args:
            offers: Agents, ready to run.
            models: Says what the models can do.
            default_model: `provider:model` that answers where none is named.
            providers: Names of the installed providers.

        Raises:
            DefinitionError: Two agents have one name, or one of them cannot run.
        """
        self._offers = _by_name(offers)
        self._models = models
        self._default_model = default_model
        self.providers: Final = tuple(providers)

    def resolve(self, name: str) -> AnyAgent:
        """The agent of that name.

        Raises:
            NotFound: There is none; the hint has the nearest one.
        """
        return self._offer(name).agent

    def agents(self, scope: Scope) -> Sequence[AgentInfo]:
        """What can be run, by name."""
        scope.require("read")
        return list(self._agents.values())

    def presets(self, scope: Scope) -> Sequence[PresetInfo]:
        """The ready-made ones among them."""
        scope.require("read")
        return [
            PresetInfo(
                name=offer.preset.name,
                title=offer.preset.title,
                description=offer.preset.description,
                tools=tuple(offer.agent.tools_by_name),
            )
            for offer in self._offers.values()
            if offer.preset is not None
        ]

    def tools(self, scope: Scope) -> Sequence[ToolInfo]:
        """The tools of all agents, by name; two where one name stands for different tools."""
        scope.require("read")
        return self._tools

    def tool(self, name: str) -> tuple[AnyAgent, Tool]:
        """The tool of that name and an agent that has it; the first that is listed where there are several.

        Raises:
            NotFound: There is none; the hint has the nearest one.
        """
        found = self._held_tools.get(name)
        if found is None:
            close = get_close_matches(name, self._held_tools, n=1)
            hint = f"Did you mean {close[0]}?" if close else "GET /v1/tools lists the tools of this server."
            raise NotFound(f"there is no tool {name!r}", hint=hint)
        return found

    def models(self, scope: Scope) -> Sequence[ModelInfo]:
        """The default model and those that agents name. Any other of the providers' can be named, too."""
        scope.require("read")
        ids = [self._default_model, *(info.model for info in self._agents.values())]
        return [self._model(each) for each in dict.fromkeys(ids)]

    def _offer(self, name: str) -> Offer:
        found = self._offers.get(name)
        if found is None:
            close = get_close_matches(name, self._offers, n=1)
            known = ", ".join(self._offers) or "none"
            hint = f"Did you mean {close[0]}?" if close else f"Agents of this server: {known}."
            raise NotFound(f"there is no agent {name!r}", hint=hint)
        return found

    @cached_property
    def _agents(self) -> dict[str, AgentInfo]:
        return {name: self._describe(offer) for name, offer in self._offers.items()}

    def _describe(self, offer: Offer) -> AgentInfo:
        agent = offer.agent
        return AgentInfo(
            name=agent.name,
            description=agent.description,
            model=_model_id(agent) or self._default_model,
            version=agent.version,
            tools=tuple(agent.tools_by_name),
            handoffs=tuple(each.agent.name for each in agent.handoffs),
            preset=None if offer.preset is None else offer.preset.name,
            deps_schema=_deps_schema(agent.deps_type),
            output_schema=_output_schema(agent),
        )

    @cached_property
    def _gathered(self) -> Sequence[_Gathered]:
        gathered: dict[bytes, _Gathered] = {}
        for agent in _reachable(offer.agent for offer in self._offers.values()):
            for tool in agent.tools:
                same = gathered.setdefault(canonical(tool.spec), _Gathered(agent, tool))
                same.agents.append(agent.name)
        return sorted(gathered.values(), key=lambda each: (each.tool.spec.name, each.tool.spec.version))

    @cached_property
    def _tools(self) -> Sequence[ToolInfo]:
        return [_tool_info(each.tool, each.agents) for each in self._gathered]

    @cached_property
    def _held_tools(self) -> dict[str, tuple[AnyAgent, Tool]]:
        return {each.tool.spec.name: (each.agent, each.tool) for each in reversed(self._gathered)}

    def _model(self, model_id: str) -> ModelInfo:
        profile = self._profile(model_id)
        return ModelInfo(
            id=model_id,
            provider=model_id.partition(":")[0],
            default=model_id == self._default_model,
            available=profile is not None,
            priced=profile is not None and profile.priced,
            context_window_tokens=None if profile is None else profile.context_window_tokens,
        )

    def _profile(self, model_id: str) -> ModelProfile | None:
        held = next((model for model in self._held_models if model.id == model_id), None)
        if held is not None:
            return held.profile
        try:
            return self._models.resolve(model_id).profile
        except ConfigError:
            return None

    @cached_property
    def _held_models(self) -> list[Any]:
        """Models that agents bring as objects: no provider makes them."""
        models = (offer.agent.model for offer in self._offers.values())
        return [model for model in models if model is not None and not isinstance(model, str)]


def _by_name(offers: Sequence[Offer]) -> dict[str, Offer]:
    found: dict[str, Offer] = {}
    for offer in offers:
        offer.agent.check()
        if offer.agent.name in found:
            raise DefinitionError(
                f"two agents are named {offer.agent.name!r}",
                hint="A run names its agent, so each needs a name of its own.",
            )
        found[offer.agent.name] = offer
    return dict(sorted(found.items()))


def _reachable(agents: Iterator[AnyAgent]) -> Iterator[AnyAgent]:
    """Agents, and those that they may hand a run over to, each once."""
    waiting, seen = list(agents), set[int]()
    while waiting:
        agent = waiting.pop(0)
        if id(agent) not in seen:
            seen.add(id(agent))
            waiting += [each.agent for each in agent.handoffs]
            yield agent


def _tool_info(tool: Tool, agents: Sequence[str]) -> ToolInfo:
    spec = tool.spec
    return ToolInfo(
        name=spec.name,
        version=spec.version,
        description=spec.description,
        parameters=spec.parameters,
        result=spec.result,
        effects=spec.effects,
        idempotent=spec.idempotent,
        needs_approval=spec.needs_approval,
        timeout_s=spec.timeout_s,
        agents=tuple(sorted(set(agents))),
        asks_agent=tool.agent.name if isinstance(tool, AgentTool) else None,
    )


def _model_id(agent: AnyAgent) -> str | None:
    return agent.model if agent.model is None or isinstance(agent.model, str) else agent.model.id


def _output_schema(agent: AnyAgent) -> Mapping[str, Any] | None:
    return None if agent.output.is_text else agent.output.schema.schema


def _deps_schema(deps_type: Any) -> Mapping[str, Any] | None:
    if deps_type is NoneType:
        return None
    from pydantic import PydanticUndefinedAnnotation, PydanticUserError, TypeAdapter

    try:
        schema = TypeAdapter(deps_type).json_schema()
        encode(schema)
    except (PydanticUserError, PydanticUndefinedAnnotation, TypeError):
        return None  # a connection, a client: only a `deps_factory` can make one
    return schema
