"""Packs: named, versioned sets of tools, found by entry point."""

from collections.abc import Iterable
from dataclasses import dataclass

from agent_sdk import plugins
from agent_sdk.contracts.errors import DefinitionError
from agent_sdk.ports.tool import PackConfig, Tool, ToolPack


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A set of tools (`agent_sdk.ports.tool.ToolPack`)."""

    name: str
    version: str
    """Semantic version."""
    tools: tuple[Tool, ...]


def load_packs(names: Iterable[str], config: PackConfig) -> tuple[ToolPack, ...]:
    """Make the packs of these names, in this order.

    Raises:
        PluginNotFound: No pack of a name is installed.
        DefinitionError: Two tools have one name.
    """
    packs: tuple[ToolPack, ...] = tuple([plugins.load("tool_packs", name)(config) for name in names])
    owners: dict[str, str] = {}
    for pack in packs:
        for tool in pack.tools:
            name = tool.spec.name
            if name in owners:
                msg = f"two tools are named {name!r}: in pack {owners[name]!r} and in pack {pack.name!r}"
                raise DefinitionError(msg, hint="Leave one of the packs out.")
            owners[name] = pack.name
    return packs
