"""Finding what is installed: adapters, providers, tool packs and presets, by entry point.

The built-in ones are declared in this project's own `pyproject.toml`, in the same groups that anybody else uses.
"""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from agent_sdk.contracts.errors import PluginNotFound


def names(group: str) -> tuple[str, ...]:
    """Names of what is installed in the group `agent_sdk.<group>`, sorted."""
    return tuple(sorted(_group(group)))


def load(group: str, name: str) -> Any:
    """Import and return one plugin of the group `agent_sdk.<group>`.

    Raises:
        PluginNotFound: Nothing is installed under that name.
    """
    found = _group(group).get(name)
    if found is None:
        msg = f"no {group} named {name!r} is installed"
        raise PluginNotFound(msg, hint=f"Installed: {', '.join(names(group)) or 'none'}.")
    return found.load()


@cache
def _group(group: str) -> dict[str, EntryPoint]:
    # Cached, because reading the metadata of every installed distribution takes tens of milliseconds.
    return {point.name: point for point in entry_points(group=f"agent_sdk.{group}")}
