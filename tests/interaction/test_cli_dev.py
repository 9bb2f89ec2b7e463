"""`agent-sdk dev`: starts again on changes, and no run is lost by that."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from agent_sdk.cli.watch import changed, look
from agent_sdk.contracts.codec import decode_event
from agent_sdk.contracts.grammar import check_events
from tests.interaction.cli_kit import PATIENCE_S, command, environment, run_cli
from tests.interaction.cli_program import KEY, Program, program

PATIENT = '''
import asyncio
from pathlib import Path
from agent_sdk import Agent
from agent_sdk.contracts.messages import TextPart
from agent_sdk.contracts.usage import Usage
from agent_sdk.ports.llm import ModelProfile, ModelResponse, TextDelta

class Patient:
    """Says a word, then waits for a file."""

    id = "test:patient"
    profile = ModelProfile()

    async def stream(self, request):
        yield TextDelta("wait ")
        while not Path("go").exists():
            await asyncio.sleep(0.02)
        yield ModelResponse(parts=(TextPart(text="wait done"),), finish_reason="stop",
                            usage=Usage(requests=1), model="patient")

agent = Agent("patient", model=Patient())
'''


def restarted(started: Program, name: str) -> None:
    """Read until a change of `name` was seen and the server is back."""
    started.read_until(f"changed: {name}")
    started.serves()


class Reader:
    """`agent-sdk runs events --follow`, while it goes on."""

    def __init__(self, folder: Path, run_id: str, *options: str) -> None:
        self._process = subprocess.Popen(
            command("runs", "events", run_id, "--follow", *options),
            cwd=folder,
            env=environment(folder, AGENT_SDK_API_KEY=KEY),
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []

    def read_until(self, text: str) -> None:
        """Read on until a line has `text`."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line)
            if text in line:
                return
        raise AssertionError(f"{text!r} never came: {self.lines}")

    def end(self) -> int:
        """Read to the end; the exit code."""
        with self._process as process:
            assert process.stdout is not None
            self.lines += process.stdout.readlines()
            return process.wait(PATIENCE_S)


@pytest.mark.socket
def test_a_run_and_its_readers_go_on_across_a_reload(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(PATIENT, encoding="utf-8")
    with program(tmp_path, "dev", "--port", "0", "--agent", "app:agent") as started:
        url = started.serves()
        with started.client() as client:
            run_id = client.post("/v1/runs", json={"agent": "patient", "input": "hi"}).json()["id"]
        readers = [Reader(tmp_path, run_id, "--url", url), Reader(tmp_path, run_id, "--local")]
        for reader in readers:
            reader.read_until('"type":"message.delta"')
        (tmp_path / "other.py").touch()
        restarted(started, "other.py")
        assert started.url == url
        (tmp_path / "go").touch()
        assert [reader.end() for reader in readers] == [0, 0]
    kept = run_cli(tmp_path, "runs", "events", run_id, "--local").out
    assert ["".join(reader.lines) for reader in readers] == [kept, kept]
    events = [decode_event(line) for line in kept.splitlines()]
    check_events(events, whole=True)
    assert "run.resumed" in {event.type for event in events}
    assert events[-1].type == "run.completed"


def test_what_cannot_be_imported_is_waited_out(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_text("broken(", encoding="utf-8")
    with program(tmp_path, "dev", "--port", "0", "--agent", "app:agent") as started:
        started.read_until("app.py, line 1: SyntaxError")
        started.read_until("has ended")
        path.write_text(PATIENT, encoding="utf-8")
        restarted(started, "app.py")


@pytest.mark.socket
def test_the_page_is_opened_when_it_can_be_shown(tmp_path: Path) -> None:
    browser = tmp_path / "bin" / "xdg-open"
    browser.parent.mkdir()
    os.mkfifo(tmp_path / "opened")
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n', encoding="utf-8")
    browser.chmod(0o700)
    path = f"{browser.parent}{os.pathsep}{os.environ['PATH']}"
    with program(tmp_path, "dev", "--port", "0", "--open", PATH=path) as started:
        url = started.serves()
        opened = (tmp_path / "opened").read_text(encoding="utf-8")
        assert opened.startswith(url)  # tests/interaction/test_console_start.py says with what behind it


def test_the_settings_are_read_again(tmp_path: Path) -> None:
    with program(tmp_path, "dev", "--port", "0") as started:
        started.serves()
        (tmp_path / "agent-sdk.toml").write_text("modle = 1", encoding="utf-8")
        started.read_until("Did you mean model?")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_it_ends_with_its_server(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with program(tmp_path, "dev", "--port", "0") as started:
        port = int(started.serves().rpartition(":")[2])
        assert started.end(number) == code
        with socket.create_server(("127.0.0.1", port)):
            pass  # nobody has the port any more


def test_a_port_that_is_taken_is_said_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run_cli(tmp_path, "dev", "--port", str(taken.getsockname()[1]))
    assert done.code == 3
    assert done.err.count("error ASDK-") == 1


def test_the_watch_sees_what_matters_and_nothing_else(tmp_path: Path) -> None:
    watched = ["app.py", "agent-sdk.toml", "deep/down/tool.py"]
    ignored = [
        *(".git/hook.py", ".venv/lib.py", "node_modules/a/b.py", "deep/__pycache__/x.py", "notes.md"),
        *("env/pyvenv.cfg", "env/lib/python/site.py"),
    ]
    for name in (*watched, *ignored):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert {str(Path(path).relative_to(tmp_path)) for path in look(tmp_path)} == set(watched)


def test_the_watch_sees_what_was_added_changed_and_removed(tmp_path: Path) -> None:
    before = {"same": (1, 1), "touched": (1, 1), "longer": (1, 1), "gone": (1, 1)}
    after = {"same": (1, 1), "touched": (2, 1), "longer": (1, 2), "new": (1, 1)}
    assert changed(before, after) == ["gone", "longer", "new", "touched"]
