"""The commands, put together."""

import functools
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, ParamSpec

import typer

from agent_sdk.cli import chat, exit_codes, run, version
from agent_sdk.contracts.errors import AgentSDKError

app: Final = typer.Typer(
    name="agent-sdk",
    help="Agents whose runs cannot be lost.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


P = ParamSpec("P")


def _to_willing_readers(command: Callable[P, None]) -> Callable[P, None]:
    """End a command well when whoever reads its output has seen enough; typer would call that a failure."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except BrokenPipeError:
            # Python flushes stdout at exit, which would fail again, and loudly.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(exit_codes.OK)

    return wrapped


for _name, _command in (("run", run.command), ("chat", chat.command), ("version", version.command)):
    app.command(_name)(_to_willing_readers(_command))


def run_app() -> None:
    """Run the command that the arguments name; errors of the tree are reported once, on stderr."""
    # Python has no stream object for a descriptor that was closed; what is written there goes nowhere.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets an escape, not a crash.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except AgentSDKError as error:
        from agent_sdk.cli.report import report

        report(error)
        sys.exit(exit_codes.of_error(error))
    except KeyboardInterrupt:
        sys.exit(exit_codes.INTERRUPTED)


def _nowhere() -> io.TextIOWrapper:
    return Path(os.devnull).open("w", encoding="utf-8")
