"""`agent-sdk server`: how it begins, what it refuses, and how it ends."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from agent_sdk.contracts.codec import decode
from tests.interaction.cli_kit import environment, run_cli, write_agents
from tests.interaction.cli_program import Program, program, server

pytestmark = pytest.mark.socket

DATA = Path(".local", "share", "agent-sdk")


def metric(started: Program, name: str) -> float:
    """A series of the server's metrics."""
    with started.client() as client:
        lines = client.get("/metrics").text.splitlines()
    [line] = [line for line in lines if line.startswith(f"agent_sdk_{name} ")]
    return float(line.rpartition(" ")[2])


def test_it_answers_ready_and_ends_well_on_sigterm(tmp_path: Path) -> None:
    with server(tmp_path) as started:
        answer = httpx.get(f"{started.url}/ready", trust_env=False)
        assert answer.json() == {"status": "ready", "checks": {"store": "ok", "worker": "ok"}}
        assert started.end(signal.SIGTERM) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="looks at a process by /proc")
def test_it_becomes_the_servers_own_program_under_the_same_process_id(tmp_path: Path) -> None:
    with server(tmp_path) as started:
        words = Path(f"/proc/{started.pid}/cmdline").read_text(encoding="utf-8").split("\0")
        assert "agent_sdk.server" in words


def test_the_servers_program_loads_no_library_of_the_command_line(tmp_path: Path) -> None:
    script = "import sys, agent_sdk.server.__main__, agent_sdk.server.main, agent_sdk.bootstrap.platform\n"
    script += "print(sorted({'typer', 'rich', 'agent_sdk.cli', 'sqlalchemy', 'alembic'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_ctrl_c_ends_it_as_a_shell_expects(tmp_path: Path) -> None:
    with server(tmp_path) as started:
        assert started.end(signal.SIGINT) == 130


def test_a_key_is_made_at_the_first_start_and_shown_this_once(tmp_path: Path) -> None:
    path = tmp_path / DATA / "api-key"
    with server(tmp_path, AGENT_SDK_API_KEY="") as first:
        [secret] = re.findall(r"asdk_[\w-]{43}", first.said)
        assert str(path) in first.said
        with first.client(secret) as client:
            assert client.get("/v1/agents").status_code == 200
            assert client.get("/v1/agents", headers={"Authorization": ""}).status_code == 401
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text(encoding="utf-8").strip() == secret
    with server(tmp_path, AGENT_SDK_API_KEY="") as second:
        assert str(path) in second.said
        assert secret not in second.said


def test_nobody_else_can_read_what_is_kept(tmp_path: Path) -> None:
    with server(tmp_path):
        store = tmp_path / DATA / "agent-sdk.db"
        assert store.stat().st_mode & 0o077 == 0
        assert store.parent.stat().st_mode & 0o077 == 0


def test_agents_of_the_working_directory_are_served_beside_the_presets(tmp_path: Path) -> None:
    write_agents(tmp_path)
    with server(tmp_path, "--agent", "agents:pilot", "--agent", "agents:counter") as started:
        with started.client() as client:
            names = {agent["name"] for agent in client.get("/v1/agents").json()["data"]}
        assert {"pilot", "counter", "assistant_tools"} <= names


def test_a_file_named_like_a_module_of_pythons_own_does_no_harm(tmp_path: Path) -> None:
    for name in ("logging", "asyncio", "json", "pydantic"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('the wrong one')", encoding="utf-8")
    with program(tmp_path, "server", "--port", "0", PYTHONSAFEPATH="1") as started:
        started.serves()


def test_runs_that_no_worker_takes_are_counted_also_after_a_restart(tmp_path: Path) -> None:
    with server(tmp_path, "--no-worker") as started:
        with started.client() as client:
            made = client.post("/v1/runs", json={"agent": "assistant_basic", "input": "Hello"}).json()
            assert client.get(f"/v1/runs/{made['id']}").json()["status"] == "queued"
        assert metric(started, "queue_depth") == 1
        assert metric(started, 'runs{status="queued"}') == 1
    with server(tmp_path, "--no-worker") as again:
        while metric(again, "queue_depth") != 1:
            pass  # they are counted beside what is served already
        assert metric(again, 'runs{status="queued"}') == 1


def test_an_export_holds_the_whole_journal_once_the_server_has_ended(tmp_path: Path) -> None:
    export = tmp_path / "events.jsonl"
    with server(tmp_path, AGENT_SDK_EXPORT__FILE=str(export)) as started:
        run_id = started.run_to_end("assistant_basic", "Hello")
        assert started.end() == 0
    exported = export.read_text(encoding="utf-8")
    assert decode(exported.splitlines()[-1])["type"] == "run.completed"
    assert exported == run_cli(tmp_path, "runs", "events", run_id, "--local").out


def test_several_processes_are_refused_for_now(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "server", "--workers", "2")
    assert done.code == 2
    assert "release 0.4" in done.err


def clean_error(tmp_path: Path, *arguments: str, **env: str) -> tuple[int, str]:
    """Exit code and words of a server that cannot start."""
    done = run_cli(tmp_path, "server", "--port", "0", *arguments, env=env)
    assert "Traceback" not in done.err
    assert done.err.count("error ASDK-") == 1
    assert "  hint: " in done.err
    assert done.out == ""
    return done.code, done.err


def test_a_port_that_is_taken_is_one_clean_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, words = clean_error(tmp_path, "--port", str(taken.getsockname()[1]))
    assert code == 3
    assert "--port" in words


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
@pytest.mark.parametrize("command", ["server", "dev"])
def test_without_a_configured_key_it_listens_on_loopback_only(
    tmp_path: Path, command: str, host: str
) -> None:
    done = run_cli(tmp_path, command, "--host", host, "--port", "0")
    assert done.code == 3
    assert "AGENT_SDK_API_KEY" in done.err
    assert list(tmp_path.iterdir()) == []


def test_with_a_configured_key_it_listens_where_it_is_told(tmp_path: Path) -> None:
    with server(tmp_path, "--host", "0.0.0.0") as started:
        assert started.url.startswith("http://0.0.0.0:")


def test_settings_that_cannot_be_used_are_one_clean_error(tmp_path: Path) -> None:
    code, words = clean_error(tmp_path, AGENT_SDK_SERVR__PORT="1")
    assert code == 3
    assert "Did you mean AGENT_SDK_SERVER__PORT?" in words


def test_a_damaged_store_is_one_clean_error_and_stays_as_it_is(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    store.write_bytes(b"no database" * 100)
    code, words = clean_error(tmp_path, AGENT_SDK_STORE_URL=f"sqlite:///{store}")
    assert code == 3
    assert "ASDK-STO-004" in words
    assert store.read_bytes() == b"no database" * 100


def test_a_store_that_cannot_be_made_is_one_clean_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, words = clean_error(tmp_path, AGENT_SDK_STORE_URL=f"sqlite:///{tmp_path}/file/store.db")
    assert code == 3
    assert "AGENT_SDK_STORE_URL" in words


@pytest.mark.parametrize("reference", ["nowhere:agent", "agents:nobody", "agents:launch", "agents"])
def test_an_agent_that_cannot_be_loaded_is_one_clean_error(tmp_path: Path, reference: str) -> None:
    write_agents(tmp_path)
    code, _ = clean_error(tmp_path, "--agent", reference)
    assert code == 3
