"""`agent-sdk doctor`: what it finds, what it mends, and what it leaves alone."""

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.interaction.cli_kit import run_cli, write_agents
from tests.interaction.cli_program import server

CHECKS = [
    *("python", "distribution", "settings", "store", "schema", "sqlite", "disk"),
    *("server key", "models", "agents", "console", "port", "clock"),
]


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        return str(bound.getsockname()[1])


def examined(folder: Path, *options: str, code: int = 0, **env: str) -> dict[str, Any]:
    """Findings by name."""
    env = {"AGENT_SDK_SERVER__PORT": free_port(), **env}
    done = run_cli(folder, "doctor", "--json", *options, env=env)
    assert done.code == code, done.out + done.err
    document = json.loads(done.out)
    assert document["ok"] is (code == 0)
    return {each["name"]: each for each in document["checks"]}


def test_a_new_machine_has_no_failures_and_nothing_is_made(tmp_path: Path) -> None:
    found = examined(tmp_path)
    assert list(found) == CHECKS
    assert {name for name, each in found.items() if each["status"] == "warn"} == {"store", "schema", "models"}
    assert found["schema"]["fix"] == "agent-sdk db upgrade"
    assert list(tmp_path.iterdir()) == []


def test_people_get_lines_with_evidence_and_the_command_that_mends(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "doctor", env={"AGENT_SDK_SERVER__PORT": free_port()})
    assert "ok    clock" in done.out
    assert "→ agent-sdk db upgrade" in done.out
    assert "\x1b" not in done.out


def test_fix_makes_the_store_and_closes_the_key_file(tmp_path: Path) -> None:
    examined(tmp_path, "--fix")
    found = examined(tmp_path)
    assert (found["store"]["status"], found["schema"]["status"]) == ("ok", "ok")
    key = tmp_path / ".local" / "share" / "agent-sdk" / "api-key"
    key.write_text("asdk_a-key-that-others-can-read\n", encoding="utf-8")
    key.chmod(0o644)
    open_to_all = examined(tmp_path, code=1)["server key"]
    assert open_to_all["status"] == "fail"
    assert open_to_all["fix"] == f"chmod 600 {key}"
    assert examined(tmp_path, "--fix")["server key"]["status"] == "ok"
    assert key.stat().st_mode & 0o777 == 0o600


def test_with_a_configured_key_and_model_there_is_nothing_to_say(tmp_path: Path) -> None:
    run_cli(tmp_path, "db", "upgrade")
    found = examined(tmp_path, AGENT_SDK_API_KEY="s3cret-s3cret-s3cret", OPENAI_API_KEY="s3cret")
    assert {each["status"] for each in found.values()} == {"ok"}
    assert "environment OPENAI_API_KEY" in found["models"]["evidence"]
    assert "s3cret" not in json.dumps(found)


def test_an_unknown_setting_fails_and_what_needs_settings_is_left_out(tmp_path: Path) -> None:
    found = examined(tmp_path, code=1, AGENT_SDK_MODLE="x")
    assert list(found) == ["python", "distribution", "settings"]
    assert found["settings"]["fix"] == "Did you mean AGENT_SDK_MODEL?"


def test_an_agent_that_cannot_be_imported_fails(tmp_path: Path) -> None:
    write_agents(tmp_path)
    assert "pilot" in examined(tmp_path, AGENT_SDK_AGENT_MODULES="agents:pilot")["agents"]["evidence"]
    assert examined(tmp_path, code=1, AGENT_SDK_AGENT_MODULES="agents:nobody")["agents"]["status"] == "fail"


def test_a_model_that_nobody_provides_fails(tmp_path: Path) -> None:
    assert examined(tmp_path, code=1, AGENT_SDK_MODEL="nobody:x")["models"]["status"] == "fail"


def test_a_store_that_is_no_database_fails_and_fix_leaves_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database" * 100, encoding="utf-8")
    found = examined(tmp_path, "--fix", code=1, AGENT_SDK_STORE_URL=f"sqlite:///{path}")
    assert (found["schema"]["status"], found["sqlite"]["status"]) == ("fail", "fail")
    assert path.read_text(encoding="utf-8") == "no database" * 100


def test_a_place_that_can_hold_no_store_fails(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = examined(tmp_path, code=1, AGENT_SDK_STORE_URL=f"sqlite:///{tmp_path}/file/store.db")
    assert found["store"]["status"] == "fail"
    assert "AGENT_SDK_STORE_URL" in found["store"]["fix"]


def test_what_keeps_several_checks_from_looking_is_said_once(tmp_path: Path) -> None:
    found = examined(tmp_path, code=1, AGENT_SDK_STORE_URL="postgresql://me:s3cret@host/db")
    assert [name for name, each in found.items() if each["status"] == "fail"] == ["store"]
    assert {"models", "agents", "port"} <= set(found)


def test_the_help_says_that_agents_are_imported(tmp_path: Path) -> None:
    assert "imports the agents" in run_cli(tmp_path, "doctor", "--help").out


def test_a_port_that_another_program_has_fails(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        # It takes the connection and says nothing.
        assert examined(tmp_path, code=1, AGENT_SDK_SERVER__PORT=port)["port"]["status"] == "fail"


@pytest.mark.socket
def test_a_server_that_runs_is_found(tmp_path: Path) -> None:
    with server(tmp_path) as started:
        found = examined(tmp_path, AGENT_SDK_SERVER__PORT=started.url.rpartition(":")[2])
    assert found["port"]["evidence"].startswith("a server answers")
    assert "WAL" in found["sqlite"]["evidence"]


def test_a_clock_behind_what_was_written_fails(tmp_path: Path) -> None:
    run_cli(tmp_path, "db", "upgrade")
    store = tmp_path / ".local" / "share" / "agent-sdk" / "agent-sdk.db"
    ahead = store.stat().st_mtime + 3600
    os.utime(store, (ahead, ahead))
    assert examined(tmp_path, code=1)["clock"]["status"] == "fail"
