"""A console that is built, without npm: a shell, and assets of every kind."""

import gzip
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from agent_sdk import Agent
from agent_sdk.ui.place import Checkout, Place
from tests.interaction.cli_kit import ROOT
from tests.interaction.server_kit import Served, serving

SCRIPT: Final = "assets/index-1a2b3c4d.js"
SCRIPT_BODY: Final = b"console.log('hello');\n" * 100
SHELL: Final = (
    '<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__"><title>Console</title>'
    f'<script type="module" src="/console/{SCRIPT}"></script><div id="root"></div>'
)


def write_console(static: Path) -> None:
    """Put a built console into a folder."""
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text(SHELL, encoding="utf-8")
    (static / SCRIPT).write_bytes(SCRIPT_BODY)
    (static / f"{SCRIPT}.gz").write_bytes(gzip.compress(SCRIPT_BODY))
    (static / "assets" / "index-5e6f.css").write_bytes(b"p{}")
    (static / "favicon.svg").write_bytes(b"<svg/>")


def tree_with_console(folder: Path) -> Path:
    """A copy of the package with a console that is built: not a checkout. For PYTHONPATH."""
    tree = folder / "tree"
    ignored = shutil.ignore_patterns("__pycache__", "static")
    shutil.copytree(ROOT / "agent_sdk", tree / "agent_sdk", ignore=ignored)
    write_console(tree / "agent_sdk" / "ui" / "static")
    return tree


@asynccontextmanager
async def serving_console(
    folder: Path, *agents: Agent[Any, Any], checkout: bool = False, built: bool = True
) -> AsyncGenerator[Served]:
    """A server with a console, which may be that of a checkout, and may not be built."""
    place = Place(static=folder / "static", checkout=Checkout(root=folder) if checkout else None)
    if built:
        write_console(place.static)
    async with serving(folder, *agents) as served:
        served.app.api.state.console = place
        yield served
