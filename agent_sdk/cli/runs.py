"""`agent-sdk runs …`."""

import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from agent_sdk.cli import exit_codes

if TYPE_CHECKING:
    from agent_sdk.cli.runs_source import RemoteRuns, Source

LIMIT_DEFAULT: Final = 20


class Status(StrEnum):
    """Of `agent_sdk.contracts.run.RunStatus`."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    RETRYING = "retrying"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"


RunId = Annotated[str, typer.Argument(metavar="ID", help="Of the run, run_….")]
Url = Annotated[
    str | None, typer.Option("--url", metavar="URL", help="Of the server; http://127.0.0.1:8080 by default.")
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key", metavar="KEY", help="By default the configured one, or that of this machine's server."
    ),
]
Local = Annotated[
    bool, typer.Option("--local", help="Read this machine's store itself; no server is needed.")
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def list_runs(
    *,
    status: Annotated[Status | None, typer.Option("--status", help="Only those.")] = None,
    agent: Annotated[str | None, typer.Option("--agent", metavar="NAME", help="Only of this agent.")] = None,
    session: Annotated[
        str | None, typer.Option("--session", metavar="S", help="Only of this conversation.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=1000, help="At most so many.")
    ] = LIMIT_DEFAULT,
    url: Url = None,
    key: Key = None,
    local: Local = False,
    as_json: Json = False,
) -> None:
    """List runs, newest first."""
    wanted = None if status is None else status.value
    page = _source(url, key, local=local).list(wanted, agent, session, limit)
    if as_json:
        _write(page)
        return
    from agent_sdk.cli.report import say
    from agent_sdk.cli.runs_view import show_runs

    if not page["data"]:
        say("There are no runs.")
        return
    show_runs(page["data"])
    if page["next_cursor"] is not None:
        say("There are more: --limit.")


def show(
    run_id: RunId, *, url: Url = None, key: Key = None, local: Local = False, as_json: Json = False
) -> None:
    """Show a run."""
    _show(_source(url, key, local=local).show(run_id), as_json=as_json)


def events(
    run_id: RunId,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run has ended.")] = False,
    after: Annotated[
        int, typer.Option("--after", metavar="SEQ", min=0, help="Only events behind this one.")
    ] = 0,
    url: Url = None,
    key: Key = None,
    local: Local = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write JSON lines, as a pipe gets them anyway.")
    ] = False,
) -> None:
    """Show the journal of a run.

    On a terminal each event is a line for people, elsewhere a line of JSON.
    """
    from agent_sdk.cli.runs_view import print_event, write_event

    emit = print_event if sys.stdout.isatty() and not as_json else write_event
    _source(url, key, local=local).events(run_id, after, emit, follow=follow)


def cancel(
    run_id: RunId,
    *,
    after_step: Annotated[bool, typer.Option("--after-step", help="Let the step at work end first.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="For the journal.")] = None,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Cancel a run, and the runs below it."""
    run = _remote(url, key).cancel(run_id, "after_step" if after_step else "now", reason)
    _tell(run, as_json=as_json)


def resume(run_id: RunId, *, url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """Let a paused run go on."""
    _tell(_remote(url, key).resume(run_id), as_json=as_json)


def replay(
    run_id: RunId, *, url: Url = None, key: Key = None, local: Local = False, as_json: Json = False
) -> None:
    """Run it again from its journal.

    Nobody outside is called. Where it diverges from the journal is said, and the exit code is 1.
    """
    report = _source(url, key, local=local).replay(run_id)
    if as_json:
        _write(report)
    else:
        from agent_sdk.cli.runs_view import show_replay

        show_replay(report)
    if not report["ok"]:
        sys.exit(exit_codes.FAILED)


COMMANDS: Final[Mapping[str, Callable[..., None]]] = {
    "list": list_runs,
    "show": show,
    "events": events,
    "cancel": cancel,
    "resume": resume,
    "replay": replay,
}


def _source(url: str | None, key: str | None, *, local: bool) -> "Source":
    if not local:
        return _remote(url, key)
    from agent_sdk.cli.runs_source import LocalRuns
    from agent_sdk.contracts.errors import InvalidInput
    from agent_sdk.settings import load_settings

    if url is not None or key is not None:
        raise InvalidInput("--local asks no server", hint="Leave out --url and --key.")
    _import_from_here()
    return LocalRuns(load_settings())


def _remote(url: str | None, key: str | None) -> "RemoteRuns":
    from agent_sdk.cli.runs_source import remote

    return remote(url, key)


def _import_from_here() -> None:
    from pathlib import Path

    # As `python -m` does: agents of the working directory can be imported.
    sys.path.insert(0, str(Path.cwd()))


def _show(run: Any, *, as_json: bool) -> None:
    if as_json:
        _write(run)
        return
    from agent_sdk.cli.runs_view import show_run

    show_run(run)


def _tell(run: Any, *, as_json: bool) -> None:
    if as_json:
        _write(run)
        return
    print(f"{run['id']}  {run['status']}")


def _write(document: Any) -> None:
    from agent_sdk.contracts.codec import encode

    print(encode(document).decode())
