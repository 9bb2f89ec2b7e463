"""The builtin pack: files, web, arithmetic, time and search, each within its bounds."""

from typing import Final

from agent_sdk.ports.tool import PackConfig, Tool
from agent_sdk.tools.pack import Pack

PACK_VERSION: Final = "1.0.0"


def pack(config: PackConfig) -> Pack:
    """Make the pack. `vector.search` is in it only where there is an index.

    Raises:
        ConfigError: The allowlist has an entry that cannot be read.
    """
    from agent_sdk.tools.builtin.calculator import calculator
    from agent_sdk.tools.builtin.filesystem import file_tools
    from agent_sdk.tools.builtin.http_fetch import http_fetch
    from agent_sdk.tools.builtin.time import time_tool
    from agent_sdk.tools.builtin.vector_search import vector_search

    always: tuple[Tool, ...] = (
        calculator,
        *file_tools(config.fs_roots),
        http_fetch(config.http_allowlist),
        time_tool(config.clock),
    )
    search = () if config.index is None else (vector_search(config.index),)
    return Pack(name="builtin", version=PACK_VERSION, tools=(*always, *search))
