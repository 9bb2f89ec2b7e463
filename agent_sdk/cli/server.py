"""`agent-sdk server`."""

import os
import subprocess
import sys
from typing import Annotated, Final, NoReturn

import typer

Host = Annotated[
    str | None, typer.Option("--host", metavar="HOST", help="Where to listen; 127.0.0.1 by default.")
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port", metavar="PORT", min=0, max=65535, help="8080 by default; 0 takes any that is free."
    ),
]
Agents = Annotated[
    list[str] | None,
    typer.Option("--agent", metavar="MODULE:ATTR", help="Your own agent, beside the presets; repeatable."),
]
PROGRAM: Final = (sys.executable, "-P", "-m", "agent_sdk.server")
"""The server's program. `-P`: what lies in the working directory stands in for no module of Python's own."""


def command(
    *,
    host: Host = None,
    port: Port = None,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", min=1, help="Processes; more than 1 from release 0.4 on.")
    ] = 1,
    agent: Agents = None,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Only serve; leave the runs to other processes.")
    ] = False,
) -> None:
    """Serve agents over HTTP: the presets, and your own."""
    if workers > 1:
        from agent_sdk.contracts.errors import InvalidInput

        raise InvalidInput(
            "several processes over one store come with release 0.4",
            hint="Leave --workers out: one process works at 256 runs at a time (worker.slots).",
        )
    build_console()
    become([*arguments(host, port, agent), *(["--no-worker"] if no_worker else [])])


def build_console() -> None:
    """In a checkout, build the console where it is missing or stale; without it the server works as well.

    Raises:
        ConfigError: A setting cannot be used.
    """
    from agent_sdk.ui.place import here

    place = here()
    if place.checkout is None:
        return
    from agent_sdk.cli.report import report, say
    from agent_sdk.contracts.errors import ConsoleBuildFailed
    from agent_sdk.settings import load_settings
    from agent_sdk.ui.build import ensure

    if load_settings().values.skip_ui:
        return
    try:
        ensure(place, say)
    except ConsoleBuildFailed as error:
        report(error)
        say("The server starts with the console from before." if place.is_built else "It starts without.")


def arguments(host: str | None, port: int | None, agents: list[str] | None) -> list[str]:
    """The options in the words of the server's program."""
    given = [("--host", host), ("--port", port), *[("--agent", each) for each in agents or ()]]
    return [f"{name}={value}" for name, value in given if value is not None]


def become(options: list[str]) -> NoReturn:
    """Let the server's program take the place of this process, so that signals reach it under the same id."""
    sys.stdout.flush()
    sys.stderr.flush()
    if sys.platform == "win32":  # which has no such thing: there the parent of two waits
        sys.exit(subprocess.call([*PROGRAM, *options]))  # noqa: S603 - our own program
    os.execv(sys.executable, [*PROGRAM, *options])  # noqa: S606 - our own program
