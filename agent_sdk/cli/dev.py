"""`agent-sdk dev`."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated, Final

import typer

from agent_sdk.cli import exit_codes
from agent_sdk.cli.server import PROGRAM, Agents, Host, Port, arguments

DRAIN_MAX_S: Final = 0.5
"""How long runs may take to reach the border of a step; the others go on from their journal after the restart."""
END_MAX_S: Final = 5.0
"""How long the server may take to let go of its connections and its store after that."""
OPEN_RETRY_S: Final = 0.1
OPEN_TRIES_MAX_COUNT: Final = 100
PATHS_SHOWN_MAX_COUNT: Final = 3


def command(
    *,
    host: Host = None,
    port: Port = None,
    agent: Agents = None,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the server's page in a browser.")
    ] = False,
) -> None:
    """Serve, and start again when a file changes.

    Python files and agent-sdk.toml below the working directory are watched; runs go on across that.
    """
    from agent_sdk.bootstrap.platform import check_reach
    from agent_sdk.cli.report import say
    from agent_sdk.cli.watch import Watch
    from agent_sdk.server.listen import address_of, listen
    from agent_sdk.settings import load_settings

    settings = load_settings({"server.host": host, "server.port": port}).values
    # Taken and let go: what cannot work is said now, and the port stays the same from start to start.
    with listen(settings.server.host, settings.server.port) as bound:
        check_reach(settings, bound.getsockname()[0])
        url = address_of(bound)
        free_port: int = bound.getsockname()[1]
    watch, server = Watch(Path.cwd()), _Server(arguments(settings.server.host, free_port, agent))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    try:
        server.start()
        say(f"Reloads when a file below {Path.cwd()} changes; runs go on across that. Ctrl-C ends it.")
        if open_browser:
            _open(url)
        while True:
            if paths := watch.wait():
                say(f"changed: {_short(paths)}")
                server.stop()
                server.start()
            elif server.has_just_ended():
                say("The server has ended. It is started again with the next change.")
    finally:
        # What is being ended cannot be hurried further.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        server.stop()


class _Server:
    """The server's process."""

    def __init__(self, options: Sequence[str]) -> None:
        self._command = [*PROGRAM, *options]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own program

    def has_just_ended(self) -> bool:
        """Whether it ended by itself; said once."""
        if self._process is None or self._process.poll() is None:
            return False
        self._process = None
        return True

    def stop(self) -> None:
        """End it, within `DRAIN_MAX_S` and `END_MAX_S`; what it was at is in the journal, whatever happens."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(DRAIN_MAX_S)
        except subprocess.TimeoutExpired:
            # A second signal does not wait for runs.
            process.send_signal(signal.SIGINT)
        try:
            process.wait(END_MAX_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _open(url: str) -> None:
    """Open a page once it can be shown; one that cannot be is not waited for long."""
    from agent_sdk.cli.client import Client
    from agent_sdk.contracts.errors import AgentSDKError

    client = Client(url, None)
    for _ in range(OPEN_TRIES_MAX_COUNT):
        try:
            client.get("/health")
        except AgentSDKError:
            time.sleep(OPEN_RETRY_S)
        else:
            typer.launch(url)
            return


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(exit_codes.INTERRUPTED if number == signal.SIGINT else exit_codes.OK)


def _short(paths: Sequence[str]) -> str:
    more = len(paths) - PATHS_SHOWN_MAX_COUNT
    return ", ".join(paths[:PATHS_SHOWN_MAX_COUNT]) + (f" and {more} more" if more > 0 else "")
