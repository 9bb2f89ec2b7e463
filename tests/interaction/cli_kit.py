"""The command line as a process of its own, in a pipe or on a terminal."""

import errno
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from agent_sdk.contracts.codec import decode_event
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.grammar import check_events

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30
"""Until a process that hangs is given up; no test waits that long for one that works."""
RETRY_S = 3
TRIES_MAX_COUNT = 5
COLUMNS = 200

AGENTS = '''
import asyncio
import threading
from agent_sdk import Agent, UsageLimits, tool
from agent_sdk.testing import ModelStep, ScriptedModel, call

@tool(needs_approval=True)
def launch(rocket: str) -> str:
    """Launch a rocket.

    Args:
        rocket: Its name.
    """
    return f"{rocket} is flying"

@tool
def stall(minutes: int) -> str:
    """Stall for minutes, forever in truth.

    Args:
        minutes: Of no matter.
    """
    threading.Event().wait()
    return "never"

@tool
def stumble() -> str:
    """Stumble."""
    return "ouch"

@tool
async def cling() -> str:
    """Cling to life."""
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass

@tool(needs_approval=True)
def transfer(amount: int, to: str, note: str) -> str:
    """Transfer money.

    Args:
        amount: In cents.
        to: Whom.
        note: Why.
    """
    return "transferred"

preacher = Agent("preacher", model=ScriptedModel(["x" * 300_000]))
teller = Agent(
    "teller",
    model=ScriptedModel([call("transfer", amount=5, to="Eve\\u202e", note="x" * 400), "\\x1b[2Jdone\\u202e"]),
    tools=[transfer],
)
pilot = Agent("pilot", tools=[launch])
staller = Agent("staller", tools=[stall])
clinger = Agent("clinger", tools=[cling])
counter = Agent("counter", output_type=int)
breaker = Agent(
    "breaker",
    model=ScriptedModel([ModelStep(text="Half of it", calls=(call("stumble"),))]),
    tools=[stumble],
    limits=UsageLimits(max_steps=1),
)
'''


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Nothing of the developer's own but what Python needs to be found and measured; no console is built."""
    kept = {
        name: value for name, value in os.environ.items() if name.startswith(("COVERAGE", "PYTHONDONTWRITE"))
    }
    base = {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm-256color",
        "AGENT_SDK_SKIP_UI": "1",
        "AGENT_SDK_OFFLINE__TOKEN_DELAY_MS": "0",
    }
    return {**kept, **base, **more}


def command(*arguments: str) -> list[str]:
    """The command line of `agent-sdk …`."""
    return [sys.executable, "-m", "agent_sdk", *arguments]


@dataclass(frozen=True, slots=True)
class Done:
    """How a process ended."""

    code: int
    out: str
    err: str

    def events(self, *, whole: bool = True) -> list[Event]:
        """The events on stdout, which the grammar accepts and which are all that is there."""
        found = [decode_event(line) for line in self.out.splitlines()]
        check_events(found, whole=whole)
        return found


def run_cli(
    folder: Path, *arguments: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None
) -> Done:
    """Run `agent-sdk …` in `folder` with pipes."""
    done = subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(folder, **(env or {})),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def write_agents(folder: Path) -> None:
    """Put a module `agents` into `folder`."""
    (folder / "agents.py").write_text(AGENTS, encoding="utf-8")


class Terminal:
    """`agent-sdk …` on a pseudo-terminal, whose screen is read and whose keys are pressed."""

    def __init__(self, folder: Path, *arguments: str, **env: str) -> None:
        """Start it."""
        self._screen, theirs = pty.openpty()
        self._process = subprocess.Popen(
            command(*arguments),
            cwd=folder,
            env=environment(folder, **{"COLUMNS": str(COLUMNS), **env}),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""
        self._read_to = 0

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave no process behind."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._screen)

    def read_until(self, text: str) -> None:
        """Read the screen until `text` has appeared behind what was waited for before."""
        while (place := self.seen.find(text, self._read_to)) < 0:
            assert self._read(), f"{text!r} never appeared in {self.seen!r}"
        self._read_to = place + len(text)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._screen, keys.encode())

    def interrupt(self) -> None:
        """What Ctrl-C sends."""
        self._process.send_signal(signal.SIGINT)

    def interrupt_at_prompt(self) -> int:
        """Press Ctrl-C until the process ends; the exit code.

        One is enough, unless it comes in the moment before readline begins to wait: Python hears of that one late.
        """
        for _ in range(TRIES_MAX_COUNT):
            self.interrupt()
            ready, _, _ = select.select([self._screen], [], [], RETRY_S)
            if ready:
                break
        return self.end()

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        return self._process.wait(PATIENCE_S)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._screen], [], [], PATIENCE_S)
        assert ready, f"nothing more came after {self.seen!r}"
        try:
            data = os.read(self._screen, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return False  # Linux says so when the other side of a terminal is closed
        self.seen += data.decode(errors="replace")
        return bool(data)
