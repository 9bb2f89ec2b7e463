"""`agent-sdk runs …`, against a server and on the store itself."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from agent_sdk.cli.runs_source import key_for
from agent_sdk.services.local_key import local_key
from agent_sdk.settings import load_settings
from tests.interaction.cli_kit import PATIENCE_S, Terminal, run_cli, write_agents
from tests.interaction.cli_program import KEY, Program, server

pytestmark = pytest.mark.socket

PAGES: tuple[tuple[str, ...], ...] = (
    ("runs", "list", "--json"),
    ("runs", "show", "ID"),
    ("runs", "show", "ID", "--json"),
    ("runs", "events", "ID"),
    ("runs", "events", "ID", "--after", "3"),
    ("runs", "events", "ID", "--follow"),
    ("runs", "replay", "ID"),
    ("runs", "replay", "ID", "--json"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def served(folder: Path) -> Generator[Program]:
    """A server with the agents of the other tests of the command line."""
    write_agents(folder)
    with server(
        folder, "--agent", "tests.interaction.program_agents:deployer", "--agent", "agents:breaker"
    ) as started:
        yield started


@pytest.fixture(scope="module")
def seen(served: Program) -> dict[str, str]:
    """Ids of runs by what became of them; filled by the first test that needs one."""
    return {}


@pytest.fixture
def ended(served: Program, seen: dict[str, str]) -> str:
    """A run that is completed."""
    if "ended" not in seen:
        seen["ended"] = served.run_to_end("assistant_tools", "What is 17 * 23?")
    return seen["ended"]


@pytest.fixture
def paused(served: Program) -> str:
    """A new run that waits for an approval."""
    with served.client() as client:
        body = {"agent": "deployer", "input": "Deploy it"}
        answer = client.post("/v1/runs", json=body, headers={"Prefer": f"wait={PATIENCE_S}"})
    assert answer.json()["status"] == "paused"
    return answer.json()["id"]


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
def test_server_and_store_say_the_same(
    served: Program, folder: Path, ended: str, words: tuple[str, ...]
) -> None:
    command = [ended if word == "ID" else word for word in words]
    there, here = served.cli(*command), run_cli(folder, *command, "--local")
    assert (there.code, here.code) == (0, 0), there.err + here.err
    assert there.out == here.out
    assert there.out


def test_a_list_shows_what_a_person_looks_for(served: Program, ended: str) -> None:
    head, first, *_ = served.cli("runs", "list", "--agent", "assistant_tools").out.splitlines()
    assert head.split() == ["id", "status", "age", "agent", "input"]
    run_id, status, age, agent, *_ = first.split()
    assert (run_id, status, agent) == (ended, "completed", "assistant_tools")
    assert age[-1] in "sm"
    assert first.endswith("What is 17 * 23?")


def test_a_list_is_narrowed(served: Program, ended: str, paused: str) -> None:
    def found(*options: str) -> list[str]:
        return [run["id"] for run in json.loads(served.cli("runs", "list", "--json", *options).out)["data"]]

    for options in (("--status", "paused"), ("--agent", "deployer")):
        assert found(*options)[0] == paused
        assert ended not in found(*options)
    session = json.loads(served.cli("runs", "show", ended, "--json").out)["session_id"]
    assert found("--session", session) == [ended]
    assert len(found("--limit", "1")) == 1


def test_a_list_that_was_cut_says_so(served: Program, ended: str, paused: str) -> None:
    assert "--limit" in served.cli("runs", "list", "--limit", "1").err


def test_no_runs_are_said_in_words(served: Program) -> None:
    done = served.cli("runs", "list", "--agent", "nobody")
    assert (done.code, done.out) == (0, "")
    assert "There are no runs." in done.err


def test_a_run_is_shown_with_its_answer(served: Program, ended: str) -> None:
    shown = served.cli("runs", "show", ended).out
    assert "status   completed (end_turn)\n" in shown
    assert shown.endswith("output   17 * 23 = 391\n")


def test_a_failed_run_is_shown_with_its_error(served: Program) -> None:
    run_id = served.run_to_end("breaker", "Break")
    shown = served.cli("runs", "show", run_id).out
    assert "status   failed (max_steps)\n" in shown
    assert "error    ASDK-RUN-002: " in shown


def test_events_are_whole_journals_and_go_on_where_they_were_left(served: Program, ended: str) -> None:
    whole = served.cli("runs", "events", ended)
    events = whole.events()
    rest = served.cli("runs", "events", ended, "--after", "5", "--follow")
    assert rest.out == "".join(whole.out.splitlines(keepends=True)[5:])
    assert served.cli("runs", "events", ended, "--after", str(len(events)), "--follow").out == ""


def test_on_a_terminal_events_are_lines_for_people(served: Program, folder: Path, ended: str) -> None:
    with Terminal(folder, "runs", "events", ended, "--url", served.url, "--key", KEY) as terminal:
        assert terminal.end() == 0
    assert "tool.started" in terminal.seen
    assert "{" not in terminal.seen.replace('{"expression"', "")


def test_what_a_run_said_cannot_steer_the_terminal(served: Program, folder: Path) -> None:
    with served.client() as client:
        body = {"agent": "assistant_basic", "input": "\x1b[2J\u202ehi"}
        client.post("/v1/runs", json=body, headers={"Prefer": "wait=30"})
    with Terminal(folder, "runs", "list", "--url", served.url, "--key", KEY) as terminal:
        assert terminal.end() == 0
    assert "\x1b" not in terminal.seen
    assert "\u202e" not in terminal.seen


def test_a_run_that_waits_for_an_approval_cannot_be_resumed_but_canceled(
    served: Program, paused: str
) -> None:
    refused = served.cli("runs", "resume", paused)
    assert refused.code == 6
    assert refused.err.startswith("error ASDK-RES-002: ")
    canceled = served.cli("runs", "cancel", paused, "--reason", "enough", "--json")
    assert (canceled.code, json.loads(canceled.out)["id"]) == (0, paused)
    last = served.cli("runs", "events", paused, "--follow").events()[-1]
    assert (last.type, last.data["reason"]) == ("run.canceled", "enough")
    assert served.cli("runs", "cancel", paused).out == f"{paused}  canceled\n"


def test_a_paused_run_goes_on(served: Program) -> None:
    with served.client() as client:
        made = client.post("/v1/runs", json={"agent": "assistant_basic", "input": "Hello"}).json()
        client.post(f"/v1/runs/{made['id']}/pause")
    done = served.cli("runs", "resume", made["id"])
    # It may have ended before the pause came.
    assert done.code in {0, 6}
    served.cli("runs", "events", made["id"], "--follow").events()


def test_a_replay_that_diverges_says_where_and_fails(tmp_path: Path) -> None:
    source = "from agent_sdk import Agent\nagent = Agent('greeter', model='offline:demo', output_type={})\n"
    (tmp_path / "app.py").write_text(source.format("str"), encoding="utf-8")
    with server(tmp_path, "--agent", "app:agent") as started:
        run_id = started.run_to_end("greeter", "Hello")
    (tmp_path / "app.py").write_text(source.format("int"), encoding="utf-8")
    (tmp_path / "agent-sdk.toml").write_text('agent_modules = ["app:agent"]', encoding="utf-8")
    done = run_cli(tmp_path, "runs", "replay", run_id, "--local")
    assert done.code == 1
    assert done.out.startswith("diverges at event ")


def test_what_is_not_there_is_5(served: Program, folder: Path) -> None:
    for words in (
        ("show", "run_nope"),
        ("events", "run_nope"),
        ("events", "run_nope", "--follow"),
        ("replay", "run_nope"),
    ):
        assert served.cli("runs", *words).code == 5
        assert run_cli(folder, "runs", *words, "--local").code == 5


def test_a_key_that_is_not_known_is_4_and_says_how_to_give_one(served: Program, folder: Path) -> None:
    done = run_cli(folder, "runs", "list", "--url", served.url, "--key", "somebody-elses")
    assert done.code == 4
    assert "--key" in done.err


def test_where_no_server_answers_it_is_75(folder: Path) -> None:
    done = run_cli(folder, "runs", "list", "--url", "http://127.0.0.1:1")
    assert done.code == 75
    assert done.err.startswith("error ASDK-")
    assert done.err.count("\n") == 2
    assert run_cli(folder, "runs", "events", "run_1", "--follow", "--url", "http://127.0.0.1:1").code == 75


def test_the_key_of_this_machines_server_is_found(tmp_path: Path) -> None:
    with server(tmp_path, AGENT_SDK_API_KEY="") as started:
        assert run_cli(tmp_path, "runs", "list", "--url", started.url).code == 0
        port = started.url.rpartition(":")[2]
        assert run_cli(tmp_path, "runs", "list", env={"AGENT_SDK_SERVER__PORT": port}).code == 0


def test_the_key_of_this_machines_server_is_shown_to_no_other_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AGENT_SDK_API_KEY", "AGENT_SDK_STORE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agent-sdk").mkdir()
    secret, _ = local_key(tmp_path / "agent-sdk" / "api-key")
    assert key_for("http://127.0.0.1:8080", load_settings().values) == secret
    assert key_for("http://localhost:8080", load_settings().values) == secret
    assert key_for("https://agents.example.com", load_settings().values) is None
    assert key_for("http://127.0.0.1.example.com", load_settings().values) is None


@pytest.mark.parametrize("host", ["localhost.example.invalid", "192.0.2.1", "127.0.0.1@example.invalid"])
def test_a_folders_file_does_not_choose_another_machine_for_the_key(tmp_path: Path, host: str) -> None:
    (tmp_path / "agent-sdk.toml").write_text(f'[server]\nhost = "{host}"\n', encoding="utf-8")
    done = run_cli(tmp_path, "runs", "list", env={"AGENT_SDK_API_KEY": "s3cret"})
    assert done.code == 2
    assert "--url" in done.err
    assert run_cli(tmp_path, "runs", "list", "--url", "http://127.0.0.1:1").code == 75


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "0.0.0.0"])
def test_a_folders_file_may_name_this_machine(tmp_path: Path, host: str) -> None:
    text = f'[server]\nhost = "{host}"\nport = 1\n'
    (tmp_path / "agent-sdk.toml").write_text(text, encoding="utf-8")
    assert run_cli(tmp_path, "runs", "list").code == 75


def test_local_needs_a_store_and_no_server(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "runs", "list", "--local")
    assert done.code == 3
    assert "agent-sdk db upgrade" in done.err
    assert run_cli(tmp_path, "runs", "list", "--local", "--url", "http://127.0.0.1:1").code == 2


@pytest.mark.parametrize("url", ["localhost:8080", "file:///etc/passwd", "http://", "nonsense"])
def test_what_is_no_servers_url_is_2(tmp_path: Path, url: str) -> None:
    assert run_cli(tmp_path, "runs", "list", "--url", url).code == 2


class Elsewhere(BaseHTTPRequestHandler):
    """A server of another kind, which sends whoever asks to itself again."""

    asked: list[str]
    status = 302

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(self.status)
        self.send_header("Location", "/stolen")
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"<html/>")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        """Say nothing."""


@contextmanager
def elsewhere(status: int) -> Generator[tuple[str, list[str]]]:
    """Its URL, and the paths that it was asked for."""
    asked: list[str] = []
    kind = type("Kind", (Elsewhere,), {"asked": asked, "status": status})
    with HTTPServer(("127.0.0.1", 0), kind) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{other.server_port}", asked
        finally:
            other.shutdown()
            thread.join()


@pytest.mark.parametrize("status", [200, 301, 302, 307, 404, 500])
def test_another_kind_of_server_is_told_apart_and_sends_the_key_nowhere(tmp_path: Path, status: int) -> None:
    with elsewhere(status) as (url, asked):
        done = run_cli(tmp_path, "runs", "list", "--url", url, "--key", "a-secret")
    assert done.code == 1
    assert "is no server of agent-sdk" in done.err
    assert len(asked) == 1
