"""The other commands, chat in a pipe, and what every command costs to start."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from agent_sdk.cli import exit_codes
from agent_sdk.contracts import errors, platform_errors
from tests.interaction.cli_kit import PATIENCE_S, ROOT, environment, run_cli, write_agents

HELP = ROOT / "tests" / "golden" / "cli_help.txt"
COMMANDS = (
    *((), ("run",), ("chat",), ("dev",), ("server",), ("doctor",), ("version",)),
    *(("runs",), *[("runs", each) for each in ("list", "show", "events", "cancel", "resume", "replay")]),
    *(("keys",), *[("keys", each) for each in ("create", "list", "rotate", "revoke")]),
    *(("config",), ("config", "show")),
    *(("db",), ("db", "upgrade"), ("db", "check"), ("db", "current")),
    *(("ui",), ("ui", "build")),
)


def test_the_version_is_the_installed_one(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "version")
    assert done.code == 0
    assert done.out == f"agent-sdk {version('agent-sdk')}\n"


def test_help_is_what_was_agreed(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    pages = [run_cli(tmp_path, *each, "--help", env={"COLUMNS": "100"}).out for each in COMMANDS]
    text = "\n".join(pages).replace("python -m agent_sdk", "agent-sdk")
    if request.config.getoption("--update-golden"):
        HELP.write_text(text, encoding="utf-8")
    assert text == HELP.read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [[], ["run"], ["server"], ["runs", "list"], ["doctor"]], ids=" ".join)
def test_help_loads_nothing_that_only_the_command_needs(tmp_path: Path, words: list[str]) -> None:
    script = (
        "import sys, contextlib\n"
        "before = set(sys.modules)\n"  # what measures coverage is in there, too
        "from agent_sdk.cli import main\n"
        f"sys.argv = ['agent-sdk', *{words}, '--help']\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main()\n"
        "heavy = {'pydantic_settings', 'aiohttp', 'msgspec', 'rich', 'agent_sdk.runtime', 'asyncio'}\n"
        "heavy |= {'fastapi', 'sqlalchemy', 'sqlite3', 'uvicorn', 'prometheus_client', 'urllib.request'}\n"
        "print(sorted(heavy & (set(sys.modules) - before)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.stderr.decode() == "[]\n"


def test_chat_in_a_pipe_answers_line_by_line(tmp_path: Path) -> None:
    done = run_cli(
        tmp_path,
        "chat",
        "-p",
        "assistant_basic",
        stdin=b"My name is Ada.\n\n/nonsense\nWhat is my name?\n/quit\nmore\n",
    )
    assert done.out == "Nice to meet you, Ada.\nYour name is Ada.\n"
    assert "There is no /nonsense" in done.err
    assert done.code == 0


def test_chat_in_a_pipe_goes_on_after_an_error_and_ends_with_its_code(tmp_path: Path) -> None:
    write_agents(tmp_path)
    done = run_cli(tmp_path, "chat", "--agent", "agents:counter", stdin=b"no idea\nIt is 5.\n")
    assert done.out == "5\n"
    assert done.err.count("error ASDK-") == 1
    assert done.code == 8


def test_chat_refuses_a_session_that_cannot_be_and_input_that_is_no_text(tmp_path: Path) -> None:
    assert run_cli(tmp_path, "chat", "--session", "no spaces!", stdin=b"Hello\n").code == 2
    assert run_cli(tmp_path, "chat", stdin=b"caf\xe9\n").code == 2


def failed(cause: errors.ModelError) -> errors.RunFailed:
    error = errors.RunFailed("it failed")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.AgentSDKError(), 1),
        (errors.RunFailed(), 1),
        (errors.LimitExceeded(), 1),
        (errors.GuardrailTripped(), 1),
        (errors.ToolCrashed(), 1),
        (errors.InvalidInput(), 2),
        (errors.ConfigError(), 3),
        (errors.MissingKey(), 3),
        (errors.UnknownModel(), 3),
        (errors.DefinitionError(), 3),
        (errors.AuthenticationFailed(), 4),
        (errors.PermissionDenied(), 4),
        (errors.PluginNotFound(), 5),
        (errors.ModelNotFound(), 5),
        (errors.RateLimited(), 7),
        (errors.QuotaExceeded(), 7),
        (errors.RunFailed(stop_reason="quota_exceeded"), 7),
        (errors.ServerError(), 8),
        (errors.BadRequest(), 8),
        (errors.ContentFiltered(), 8),
        (failed(errors.RateLimited()), 7),
        (failed(errors.ServerError()), 8),
        (errors.Overloaded(), 75),
        (errors.Unavailable(), 75),
        (errors.ConnectionFailed(), 75),
        (errors.ModelTimeout(), 75),
        (platform_errors.Unauthenticated(), 4),
        (platform_errors.PermissionRefused(), 4),
        (platform_errors.NotFound(), 5),
        (platform_errors.CursorExpired(), 5),
        (platform_errors.Conflict(), 6),
        (platform_errors.SessionBusy(), 6),
        (platform_errors.IdempotencyMismatch(), 6),
        (platform_errors.AdmissionRefused(), 7),
        (platform_errors.StoreCorrupt(), 3),
        (platform_errors.StoreOutdated(), 3),
        (platform_errors.StoreFull(), 75),
        (platform_errors.StoreLocked(), 75),
        (platform_errors.NondeterminismError(), 1),
    ],
    ids=str,
)
def test_each_cause_has_its_exit_code(error: errors.AgentSDKError, code: int) -> None:
    assert exit_codes.of_error(error) == code


def test_each_status_has_its_exit_code() -> None:
    assert [exit_codes.of_status(status) for status in ("completed", "paused", "canceled", "failed")] == [
        0,
        6,
        130,
        1,
    ]


def test_every_exit_code_is_documented() -> None:
    text = (ROOT / "docs" / "CLI.md").read_text(encoding="utf-8")
    codes = [value for name, value in vars(exit_codes).items() if name.isupper() and not name.startswith("_")]
    assert len(codes) == 11
    assert all(f"| {code} |" in text for code in codes)
