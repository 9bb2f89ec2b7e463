"""The commands, put together."""

import errno
import functools
import io
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn, ParamSpec

import typer

from agent_sdk.cli import (
    chat,
    config,
    db,
    dev,
    doctor,
    exit_codes,
    keys,
    later,
    run,
    runs,
    server,
    ui,
    version,
)
from agent_sdk.contracts.errors import AgentSDKError

_STYLE: Final[dict[str, Any]] = {
    "no_args_is_help": True,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
app: Final = typer.Typer(
    name="agent-sdk",
    help="Agents whose runs cannot be lost.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    **_STYLE,
)

P = ParamSpec("P")
_DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def _to_willing_readers(command: Callable[P, None]) -> Callable[P, None]:
    """End a command well when whoever reads its output has seen enough; typer would call that a failure."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except BrokenPipeError:
            _give_up_stdout()
            sys.exit(exit_codes.OK)

    return wrapped


def _add(commands: Mapping[str, Callable[..., None]], to: typer.Typer) -> None:
    for name, command in commands.items():
        to.command(name)(_to_willing_readers(command))


def _add_group(name: str, about: str, commands: Mapping[str, Callable[..., None]]) -> None:
    group = typer.Typer(help=about, **_STYLE)
    _add(commands, group)
    app.add_typer(group, name=name)


_COMMANDS: Final[Mapping[str, Callable[..., None]]] = {
    "run": run.command,
    "chat": chat.command,
    "dev": dev.command,
    "server": server.command,
    "doctor": doctor.command,
    "version": version.command,
}
_add(_COMMANDS, app)
_add_group("runs", "List, show, follow and steer runs.", runs.COMMANDS)
_add_group("keys", "Make and end API keys, on this machine's store.", keys.COMMANDS)
_add_group("config", "Look at the settings.", config.COMMANDS)
_add_group("db", "Look after the store's schema.", db.COMMANDS)
_add_group("ui", "Look after the console's files.", ui.COMMANDS)


def run_app() -> None:
    """Run the command that the arguments name; errors of the tree are reported once, on stderr."""
    # Python has no stream object for a descriptor that was closed; what is written there goes nowhere.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets an escape, not a crash.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if (asked := "".join(sys.argv[1:2])) in later.COMING:
        print(later.when(asked), file=sys.stderr)
        sys.exit(exit_codes.USAGE)
    try:
        app()
    except AgentSDKError as error:
        _report(error)
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        _give_up_stdout()
        _report(AgentSDKError(f"the output cannot be written: {error.strerror}"))
    except KeyboardInterrupt:
        sys.exit(exit_codes.INTERRUPTED)


def _report(error: AgentSDKError) -> NoReturn:
    from agent_sdk.cli.report import report

    report(error)
    sys.exit(exit_codes.of_error(error))


def _give_up_stdout() -> None:
    # Python flushes stdout at exit, which would fail again, and loudly.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _nowhere() -> io.TextIOWrapper:
    return Path(os.devnull).open("w", encoding="utf-8")
