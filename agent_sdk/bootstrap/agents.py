"""The agents of a server: the presets, those of the user's modules, and those that the settings file declares."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from agent_sdk.bootstrap import build_preset, load_agent, pack_tools
from agent_sdk.contracts.errors import ConfigError
from agent_sdk.ports.tool import Tool
from agent_sdk.presets import load_preset, preset_names
from agent_sdk.runtime.agent import Agent
from agent_sdk.services.catalog import Offer
from agent_sdk.settings import AgentSettings, Settings


def offers(settings: Settings) -> tuple[Offer, ...]:
    """Everything that runs may name.

    Raises:
        ConfigError: An agent cannot be imported, or names a tool or an agent that there is not.
    """
    presets = [
        Offer(agent=build_preset(name, settings).agent, preset=load_preset(name)) for name in preset_names()
    ]
    imported = [Offer(agent=load_agent(reference)) for reference in settings.agent_modules]
    declared = [Offer(agent=agent) for agent in _declared(settings).values()]
    return (*presets, *imported, *declared)


def _declared(settings: Settings) -> Mapping[str, Agent[Any, Any]]:
    if not settings.agents:
        return {}
    tools, built = pack_tools(settings), dict[str, Agent[Any, Any]]()
    for name in settings.agents:
        _build(name, settings.agents, tools, built, ())
    return built


def _build(
    name: str,
    declared: Mapping[str, AgentSettings],
    tools: Mapping[str, Tool],
    built: dict[str, Agent[Any, Any]],
    above: tuple[str, ...],
) -> Agent[Any, Any]:
    if name in built:
        return built[name]
    if name in above:
        way = " → ".join([*above, name])
        raise ConfigError(f"agents hand over in a circle: {way}", hint="Leave one of these handoffs out.")
    given = declared[name]
    built[name] = agent = Agent(
        name,
        description=given.description,
        instructions=given.instructions,
        model=given.model,
        tools=[_named(f"agents.{name}.tools", each, tools) for each in given.tools],
        handoffs=[
            _build(_known(f"agents.{name}.handoffs", each, declared), declared, tools, built, (*above, name))
            for each in given.handoffs
        ],
    )
    return agent


def _named(key: str, name: str, tools: Mapping[str, Tool]) -> Tool:
    return tools[_known(key, name, tools)]


def _known(key: str, name: str, known: Mapping[str, Any]) -> str:
    if name in known:
        return name
    close = get_close_matches(name, known, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(sorted(known))}."
    raise ConfigError(f"{key} names {name!r}, which there is not", hint=hint)
