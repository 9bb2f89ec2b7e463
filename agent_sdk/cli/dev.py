"""`agent-sdk dev`."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated, Final

import typer

from agent_sdk.cli import exit_codes
from agent_sdk.cli.server import PROGRAM, Agents, Host, Port, arguments, build_console

DRAIN_MAX_S: Final = 0.5
"""How long runs may take to reach the border of a step; the others go on from their journal after the restart."""
END_MAX_S: Final = 5.0
"""How long the server may take to let go of its connections and its store after that."""
ANSWER_MAX_S: Final = 5.0
"""How long a server that has just started may take to answer, before it is asked again."""
SIGN_IN_CODES: Final = "/v1/sign-in-codes"
PATHS_SHOWN_MAX_COUNT: Final = 3


def command(
    *,
    host: Host = None,
    port: Port = None,
    agent: Agents = None,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the console in a browser, signed in.")
    ] = False,
) -> None:
    """Serve, and start again when a file changes.

    Python files and agent-sdk.toml below the working directory are watched; runs go on across that.
    """
    from agent_sdk.bootstrap.platform import check_reach
    from agent_sdk.cli.report import say
    from agent_sdk.cli.runs_source import own_url
    from agent_sdk.cli.watch import Watch
    from agent_sdk.server.listen import listen
    from agent_sdk.settings import load_settings

    settings = load_settings({"server.host": host, "server.port": port}).values
    # Taken and let go: what cannot work is said now, and the port stays the same from start to start.
    with listen(settings.server.host, settings.server.port) as bound:
        check_reach(settings, bound.getsockname()[0])
        free_port: int = bound.getsockname()[1]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    build_console()
    url = own_url(load_settings({"server.host": host, "server.port": free_port}).values)
    watch, server = Watch(Path.cwd()), _Server(settings.server.host, free_port, agent)
    invitation = _Invitation(url, server, open_browser=open_browser)
    try:
        server.start()
        say(f"Reloads when a file below {Path.cwd()} changes; runs go on across that. Ctrl-C ends it.")
        while True:
            if paths := watch.wait():
                say(f"changed: {_short(paths)}")
                server.stop()
                server.start()
                invitation.renew()
            elif server.has_just_ended():
                invitation.withdraw()
                say("The server has ended. It is started again with the next change.")
            else:
                invitation.offer()
    finally:
        # What is being ended cannot be hurried further.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        server.stop()


class _Server:
    """The server's process."""

    def __init__(self, host: str, port: int, agents: Agents) -> None:
        self._host, self._port = host, port
        self._command = [*PROGRAM, *arguments(host, port, agents)]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def lives(self) -> bool:
        """Whether there is one, and it has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, unless somebody else took the port meanwhile: who asks there would be answered by them."""
        from agent_sdk.cli.report import report
        from agent_sdk.contracts.errors import ConfigError
        from agent_sdk.server.listen import listen

        try:
            listen(self._host, self._port).close()
        except ConfigError as error:
            report(error)
            return
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


class _Invitation:
    """Says after each start of the server how to sign in to its console: a code of an earlier one is good no more."""

    def __init__(self, url: str, server: _Server, *, open_browser: bool) -> None:
        self._url = url
        self._server = server
        self._opens = open_browser
        self._is_due = True

    def renew(self) -> None:
        """The server was started anew."""
        self._is_due = True

    def withdraw(self) -> None:
        """The server has ended: whoever answers at its address now is a stranger."""
        self._is_due = False

    def offer(self) -> None:
        """Say it, once, as soon as the server answers; the browser is opened after the first start only."""
        from agent_sdk.cli.report import report, say
        from agent_sdk.contracts.errors import AgentSDKError
        from agent_sdk.ui.place import here

        if not (self._is_due and self._server.lives):
            return
        try:
            address = self._plain()
            if not self._server.lives:
                return  # somebody else answered, who must not see the key
            if here().is_built:
                address = self._sign_in()
        except AgentSDKError as error:
            if error.retryable:
                return  # it is not up yet; the next look asks again
            self._is_due = False
            report(error)
            return
        self._is_due = False
        if address != self._url:
            say(f"sign in, once: {address}")
        if self._opens:
            self._opens = False
            typer.launch(address)

    def _sign_in(self) -> str:
        """The console's address with a code that the server made for the key of this machine."""
        from agent_sdk.cli.client import Client
        from agent_sdk.cli.runs_source import key_for
        from agent_sdk.settings import load_settings

        # Read again, as the server did at its start.
        key = key_for(self._url, load_settings().values)
        made = Client(self._url, key, silence_max_s=ANSWER_MAX_S).post(SIGN_IN_CODES, {})
        return f"{self._url}/#sign-in={made['code']}"

    def _plain(self) -> str:
        """The server's address, once it answers."""
        from agent_sdk.cli.client import Client

        Client(self._url, None, silence_max_s=ANSWER_MAX_S).get("/health")
        return self._url


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(exit_codes.INTERRUPTED if number == signal.SIGINT else exit_codes.OK)


def _short(paths: Sequence[str]) -> str:
    more = len(paths) - PATHS_SHOWN_MAX_COUNT
    return ", ".join(paths[:PATHS_SHOWN_MAX_COUNT]) + (f" and {more} more" if more > 0 else "")
