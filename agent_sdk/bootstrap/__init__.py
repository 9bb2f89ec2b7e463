"""The composition root: the one place where settings become objects."""

import importlib
import sysconfig
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from agent_sdk.contracts.errors import AgentSDKError, ConfigError, InvalidInput
from agent_sdk.llm.registry import ModelRegistry
from agent_sdk.memory.index import MemoryIndex
from agent_sdk.memory.ingest import Ingested, ingest
from agent_sdk.plugins import names
from agent_sdk.ports.llm import ProviderConfig
from agent_sdk.ports.tool import PackConfig, Tool
from agent_sdk.presets import GUIDE, PresetResources, load_preset
from agent_sdk.reliability.system import SystemChance, SystemClock, SystemIds
from agent_sdk.runtime.agent import Agent
from agent_sdk.runtime.limits import UsageLimits
from agent_sdk.runtime.services import Services
from agent_sdk.settings import LoadedSettings, ProviderSettings, Settings, load_settings
from agent_sdk.tools.pack import load_packs

OFFLINE_MODEL: Final = "offline:demo"
OPENAI_MODEL_DEFAULT: Final = "openai:gpt-6-luna"
ANTHROPIC_MODEL_DEFAULT: Final = "anthropic:claude-haiku-5-5"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltAgent:
    """An agent, and the documents that it was given to search."""

    agent: Agent[Any, Any]
    ingested: Ingested | None = None


def default_services() -> Services:
    """Services as the environment and `agent-sdk.toml` configure them.

    Raises:
        ConfigError: They cannot be used.
    """
    return make_services(load_settings())


def make_services(loaded: LoadedSettings) -> Services:
    """Services as these settings configure them."""
    settings = loaded.values
    return Services(
        models=ModelRegistry(_provider_configs(settings), default_model(settings)),
        clock=SystemClock(),
        ids=SystemIds(),
        chance=SystemChance(),
    )


def default_model(settings: Settings) -> str:
    """The configured model; else a small one of the first provider with a key; else the offline model."""
    if settings.model is not None:
        return settings.model
    if settings.openai.api_key is not None:
        return OPENAI_MODEL_DEFAULT
    if settings.anthropic.api_key is not None:
        return ANTHROPIC_MODEL_DEFAULT
    return OFFLINE_MODEL


def default_limits(settings: Settings) -> UsageLimits:
    """The configured ceilings; where none is set, the runtime's own."""
    given = {name: value for name, value in settings.limits if value is not None}
    return UsageLimits(**given)


def build_preset(name: str, settings: Settings, *, docs: Path | None = None) -> BuiltAgent:
    """Make the agent of a preset. A preset that searches documents gets its own guide where none are given.

    Args:
        name: Of the preset.
        settings: For its tools.
        docs: Folder or file to search.

    Raises:
        PluginNotFound: There is no such preset.
        InvalidInput: `docs` does not exist, or holds no text.
    """
    preset = load_preset(name)
    source = docs or (GUIDE if preset.searches_documents else None)
    ingested = None if source is None else ingest(source)
    if ingested is not None and not ingested.chunks:
        raise InvalidInput(
            f"there is nothing to search in {source}; {len(ingested.skipped)} files were left out",
            hint="Text, Markdown, reStructuredText, HTML, CSV and JSON files are read.",
        )
    resources = PresetResources(
        tools=_tools(preset.all_packs, settings, ingested), documents_given=docs is not None
    )
    return BuiltAgent(agent=preset.build(resources), ingested=ingested)


def load_agent(reference: str) -> Agent[Any, Any]:
    """Import an agent by `module:attribute`.

    Raises:
        ConfigError: There is no such module or attribute, or it is no agent.
    """
    module_name, colon, attribute = reference.partition(":")
    if not colon or not attribute or not all(name.isidentifier() for name in module_name.split(".")):
        raise ConfigError(
            f"{reference!r} names no agent",
            hint="Write it as module:attribute, for example app.agents:support.",
        )
    found: Any = _import(module_name)
    for name in attribute.split("."):
        if not hasattr(found, name):
            close = get_close_matches(name, dir(found), n=1)
            raise ConfigError(
                f"{module_name!r} has no attribute {attribute!r}",
                hint=f"Did you mean {module_name}:{close[0]}?"
                if close
                else "Name the variable that holds the agent.",
            )
        found = getattr(found, name)
    if not isinstance(found, Agent):
        raise ConfigError(
            f"{reference!r} is a {type(found).__name__}, no Agent",
            hint="Name the variable that holds the agent.",
        )
    return found  # pyright: ignore[reportUnknownVariableType] - whatever its types are


def _import(module_name: str) -> ModuleType:
    try:
        return importlib.import_module(module_name)
    except AgentSDKError:
        raise
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and f"{module_name}.".startswith(f"{error.name}."):
            raise ConfigError(
                f"there is no module {error.name!r}", hint="Run where it can be imported from."
            ) from error
        raise ConfigError(
            f"{module_name!r} cannot be imported: {_place(error)}: {type(error).__name__}: {error}",
            hint="Importing a module that defines an agent has to work by itself: python -c 'import "
            f"{module_name}'.",
        ) from error


def _place(error: BaseException) -> str:
    """File and line of a user's code where an import failed."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename not in {__file__, importlib.__file__} and not frame.filename.startswith("<")
    ]
    # What the user wrote is more to the point than the depths of a library that it calls.
    paths = sysconfig.get_paths()
    foreign = (str(Path(__file__).parents[1]), paths["stdlib"], paths["purelib"], paths["platlib"])
    own = [frame for frame in frames if not frame.filename.startswith(foreign)]
    if not (last := (own or frames)[-1:]):
        return "before its first line"
    return f"{last[0].filename}, line {last[0].lineno}"


def pack_tools(settings: Settings) -> dict[str, Tool]:
    """The tools of every installed pack, by name.

    Raises:
        DefinitionError: Two tools have one name.
    """
    return _tools(names("tool_packs"), settings, None)


def _tools(packs: Iterable[str], settings: Settings, ingested: Ingested | None) -> dict[str, Tool]:
    index = None if ingested is None else MemoryIndex(ingested.chunks)
    config = PackConfig(
        clock=SystemClock(),
        fs_roots=tuple(root.expanduser().resolve() for root in settings.fs_roots),
        http_allowlist=settings.http_allowlist,
        index=index,
    )
    return {tool.spec.name: tool for pack in load_packs(packs, config) for tool in pack.tools}


def _provider_configs(settings: Settings) -> dict[str, ProviderConfig]:
    azure = settings.azure
    return {
        "offline": ProviderConfig(options={"token_delay_ms": str(settings.offline.token_delay_ms)}),
        "openai": _provider(settings.openai),
        "anthropic": _provider(settings.anthropic),
        "azure": _provider(azure, {"api_version": azure.api_version} if azure.api_version else {}),
        "openai-compatible": _provider(settings.openai_compatible),
    }


def _provider(settings: ProviderSettings, options: dict[str, str] | None = None) -> ProviderConfig:
    return ProviderConfig(
        api_key=None if settings.api_key is None else settings.api_key.get_secret_value(),
        base_url=settings.base_url,
        options=options or {},
    )
