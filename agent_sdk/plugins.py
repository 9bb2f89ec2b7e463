"""Finding what is installed: adapters, providers, tool packs and presets, by entry point.

The built-in ones are declared in this project's own `pyproject.toml`, in the same groups that anybody else uses.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from agent_sdk.contracts.errors import PluginBroken, PluginNotFound

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def names(group: str) -> tuple[str, ...]:
    """Names of what is installed in the group `agent_sdk.<group>`, sorted."""
    return tuple(sorted(_group(group)))


def load(group: str, name: str) -> Any:
    """Import and return one plugin of the group `agent_sdk.<group>`.

    Raises:
        PluginNotFound: Nothing is installed under that name.
        PluginBroken: It cannot be imported.
    """
    found = _group(group).get(name)
    if found is None:
        msg = f"no {group} named {name!r} is installed"
        raise PluginNotFound(msg, hint=f"Installed: {', '.join(names(group)) or 'none'}.")
    try:
        return found.load()
    except Exception as error:
        # Importing somebody's module may raise anything.
        msg = f"{found.value}, the {group} plugin {name!r}, cannot be loaded: {error}"
        raise PluginBroken(msg) from error


@cache
def _group(group: str) -> dict[str, "EntryPoint"]:
    from importlib.metadata import entry_points  # 15 ms that a program without plugins need not pay

    # Cached, because reading the metadata of every installed distribution takes tens of milliseconds.
    return {point.name: point for point in entry_points(group=f"agent_sdk.{group}")}
