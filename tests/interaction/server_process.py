"""A server in a process of its own, for tests of how it begins and ends: `python server_process.py STORE PORT`."""

import asyncio
import sys
from pathlib import Path

from agent_sdk import Agent
from agent_sdk.server.listen import listen
from agent_sdk.server.main import run_server
from tests.interaction.server_kit import Talker, compose, talker


def main(store: str, port: str) -> int:
    """Serve until a signal comes; the exit code."""
    stuck = Agent("stuck", model=Talker("…", gate=asyncio.Event()))
    agents = [talker("good ", "day"), stuck]
    return run_server(lambda: compose(Path(store), agents), listen("127.0.0.1", int(port)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
