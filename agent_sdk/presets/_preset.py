"""What a preset is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from agent_sdk.memory.policy import MemoryPolicy
from agent_sdk.ports.llm import ModelSettings
from agent_sdk.ports.tool import Tool
from agent_sdk.runtime.agent import Agent

_GUIDE_NOTE: Final = (
    "No documents were given, so the tool vector.search looks in a short guide to agent-sdk. To search documents of "
    "their own, users pass --docs DIR to `agent-sdk run` or `agent-sdk chat`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetResources:
    """What a preset is built from."""

    tools: Mapping[str, Tool]
    """The tools of its packs, by name."""
    documents_given: bool = False
    """Whether `vector.search` looks in the user's own documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A ready-made agent: instructions, tools, memory and model settings. The model is the configured default."""

    name: str
    title: str
    description: str
    instructions: str
    packs: tuple[str, ...] = ()
    """Tool packs that it takes tools from."""
    tools: tuple[str, ...] = ()
    """Names of the tools that it uses. A pack has `vector.search` only where there is something to search."""
    specialists: tuple["Preset", ...] = ()
    """Agents that it has as tools."""
    settings: ModelSettings = field(default_factory=ModelSettings)
    memory: MemoryPolicy = field(default_factory=MemoryPolicy)

    @property
    def searches_documents(self) -> bool:
        """Whether it, or a specialist of it, is about searching documents."""
        return "vector.search" in self.tools or any(each.searches_documents for each in self.specialists)

    @property
    def all_packs(self) -> tuple[str, ...]:
        """Its packs and those of its specialists."""
        packs = [*self.packs, *(pack for each in self.specialists for pack in each.all_packs)]
        return tuple(dict.fromkeys(packs))

    def build(self, resources: PresetResources) -> Agent[Any, str]:
        """Make the agent."""
        own = [resources.tools[name] for name in self.tools if name in resources.tools]
        helpers = [each.build(resources).as_tool() for each in self.specialists]
        searches = "vector.search" in self.tools
        notes = [_GUIDE_NOTE] if searches and not resources.documents_given else []
        return Agent(
            self.name,
            description=self.description,
            instructions=[self.instructions, *notes],
            tools=[*own, *helpers],
            settings=self.settings,
            memory=self.memory,
        )
