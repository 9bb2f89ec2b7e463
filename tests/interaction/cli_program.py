"""`agent-sdk server` and `agent-sdk dev` as programs: what they say is read, and they are ended by their process id."""

import os
import re
import select
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.interaction.cli_kit import PATIENCE_S, Done, command, environment, run_cli

KEY = "the-key-of-these-tests"
_URL = re.compile(r"serves on (http://\S+)\n")


class Program:
    """A program that goes on until it is ended."""

    def __init__(self, process: "subprocess.Popen[bytes]", folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._read_to = 0
        self.said = ""
        """What came on stderr so far."""
        self.url = ""

    @property
    def pid(self) -> int:
        return self._process.pid

    def read_until(self, text: str) -> None:
        """Read on until `text` was said behind what was waited for before."""
        while (place := self.said.find(text, self._read_to)) < 0:
            assert self._read(), f"{text!r} was never said in {self.said!r}"
        self._read_to = place + len(text)

    def serves(self) -> str:
        """Read until it says where it serves; the URL."""
        self.read_until("serves on http://")
        while (found := _URL.search(self.said, self._read_to - 20)) is None:
            assert self._read()
        self.url = found[1]
        return self.url

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and read to the end; the exit code."""
        os.kill(self.pid, number)
        while self._read():
            pass
        return self._process.wait(PATIENCE_S)

    def client(self, key: str = KEY) -> httpx.Client:
        """A client with a key."""
        return httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE_S, trust_env=False
        )

    def run_to_end(self, agent: str, text: str) -> str:
        """Have an agent answer; the run's id."""
        with self.client() as client:
            body = {"agent": agent, "input": text}
            answer = client.post("/v1/runs", json=body, headers={"Prefer": f"wait={PATIENCE_S}"})
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    def cli(self, *arguments: str) -> Done:
        """Run a command of the same user against this server."""
        return run_cli(self._folder, *arguments, "--url", self.url, env={"AGENT_SDK_API_KEY": KEY})

    def _read(self) -> bool:
        assert self._process.stderr is not None
        ready, _, _ = select.select([self._process.stderr], [], [], PATIENCE_S)
        assert ready, f"nothing more was said after {self.said!r}"
        data = os.read(self._process.stderr.fileno(), 65536)
        self.said += data.decode()
        return bool(data)


@contextmanager
def program(folder: Path, *arguments: str, **env: str) -> Generator[Program]:
    """`agent-sdk …` in `folder`, with a key unless `env` says otherwise."""
    process = subprocess.Popen(
        command(*arguments),
        cwd=folder,
        env=environment(folder, **{"AGENT_SDK_API_KEY": KEY, **env}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        yield Program(process, folder)
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(PATIENCE_S)
        finally:
            process.kill()
            process.wait()
            assert process.stderr is not None
            process.stderr.close()


@contextmanager
def server(folder: Path, *arguments: str, **env: str) -> Generator[Program]:
    """`agent-sdk server` on a free port, once it serves."""
    with program(folder, "server", "--port", "0", *arguments, **env) as started:
        started.serves()
        yield started
