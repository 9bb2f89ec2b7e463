"""Ready-made agents. The same names work in Python, on the command line and on the server.

from agent_sdk.presets import load_preset
"""

from difflib import get_close_matches
from pathlib import Path
from typing import Final, cast

from agent_sdk import plugins
from agent_sdk.contracts.errors import PluginNotFound
from agent_sdk.presets._preset import Preset, PresetResources

__all__ = ["GUIDE", "Preset", "PresetResources", "load_preset", "preset_names"]

GUIDE: Final = Path(__file__).parent / "guide"
"""A few pages about agent-sdk, to search where no documents are given."""

_GROUP: Final = "presets"


def preset_names() -> tuple[str, ...]:
    """What is installed."""
    return plugins.names(_GROUP)


def load_preset(name: str) -> Preset:
    """Find a preset.

    Raises:
        PluginNotFound: There is none of that name; the hint has the nearest one.
    """
    known = preset_names()
    if name not in known:
        close = get_close_matches(name, known, n=1, cutoff=0.4)
        hint = f"Did you mean {close[0]}?" if close else f"Presets: {', '.join(known) or 'none installed'}."
        raise PluginNotFound(f"there is no preset {name!r}", hint=hint)
    return cast("Preset", plugins.load(_GROUP, name))
