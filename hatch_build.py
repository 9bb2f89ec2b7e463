"""Puts the built console into wheels and source distributions; hatchling calls it (`[tool.hatch.build.hooks.custom]`).

Source: https://hatch.pypa.io/latest/plugins/build-hook/custom/
"""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))

from agent_sdk.contracts.errors import ConsoleBuildFailed
from agent_sdk.ui import node
from agent_sdk.ui.build import ensure
from agent_sdk.ui.place import Place, of_tree
from agent_sdk.ui.state import state_of

SKIP = "AGENT_SDK_SKIP_UI"
EDITABLE = "editable"


class ConsoleHook(BuildHookInterface[Any]):
    """Builds the console where it is missing or stale. An editable installation never does: its first start will."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node.js as a wheel, where the machine has none that fits and it is needed."""
        place = self._place()
        if _is_skipped() or state_of(place) == "built" or node.on_path() is not None:
            return []
        return [node.REQUIREMENT]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build it before files are collected.

        Raises:
            ConsoleBuildFailed: It cannot be built; a distribution without it is made only on demand.
        """
        if version == EDITABLE or _is_skipped():
            return
        place = self._place()
        try:
            ensure(place, self.app.display_info)
        except ConsoleBuildFailed as error:
            self.app.abort(f"{error}\n{error.hint}\n{SKIP}=1 makes a distribution without the console.")
        if not place.is_built:
            self.app.abort(
                f"the console is not built, and its sources are not here; {SKIP}=1 does without it."
            )

    def _place(self) -> Place:
        return of_tree(Path(self.root))


def _is_skipped() -> bool:
    return os.environ.get(SKIP, "").strip().lower() in {"1", "true", "yes", "on"}
