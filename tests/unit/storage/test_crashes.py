"""A process that writes is killed at random moments: what any reader was shown is in the file, and goes on."""

import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent_sdk.contracts.codec import decode_event
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.grammar import check_events
from agent_sdk.ports.store import Store
from agent_sdk.testing.conformance.runs_kit import MINE, Floor
from agent_sdk.testing.fakes import FakeClock
from tests.factories.sqlite_files import empty_store, opened

WRITER = Path(__file__).with_name("crashing_writer.py")
ROOT = Path(__file__).parents[3]


def start(path: Path, how: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(path), how],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def read_lines(process: "subprocess.Popen[str]", count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline() for _ in range(count)]


def kill(process: "subprocess.Popen[str]") -> list[str]:
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    # The last line may have been cut.
    return rest.splitlines(keepends=True)


def shown(lines: Sequence[str]) -> dict[str, int]:
    """The last event of each run that was shown, from lines that end."""
    last: dict[str, int] = {}
    for line in lines:
        word, _, number = line.partition(" ")
        if line.endswith("\n") and word.startswith("run_"):
            last[word] = max(last.get(word, 0), int(number))
    return last


async def require_all(path: Path, last: dict[str, int]) -> None:
    """Everything that was shown is stored without a gap, and another process goes on with it."""
    clock = FakeClock()
    async with opened(path, clock) as store:
        assert (await store.work.sweep()).reclaimed == 4
        floor = Floor(store, clock)
        holds = await floor.claim("wrk_heir")
        assert set(holds) >= set(last)
        for run_id, seq in last.items():
            run = await store.runs.get(MINE, run_id)
            events = await journal(store, run_id)
            assert [event.seq for event in events] == list(range(1, run.last_seq + 1))
            assert run.last_seq > seq
            check_events(events, whole=False)


async def journal(store: Store, run_id: str) -> list[Event]:
    events: list[Event] = []
    while True:
        page = await store.runs.events(MINE, run_id, after=len(events), limit=1000)
        if not page.events:
            return events
        events += [decode_event(each.data) for each in page.events]


@pytest.mark.parametrize("how", ["process", "power"])
@pytest.mark.parametrize("seed", range(4))
async def test_what_a_reader_was_shown_outlives_a_kill(tmp_path: Path, how: str, seed: int) -> None:
    path = empty_store(tmp_path / "store.db")
    process = start(path, how)
    lines = read_lines(process, random.Random(seed).randrange(1, 3000))
    lines += kill(process)
    last = shown(lines)
    assert last
    await require_all(path, last)


async def test_a_disk_that_was_full_for_a_while_lost_nothing(tmp_path: Path) -> None:
    path = empty_store(tmp_path / "store.db")
    process = start(path, "full")
    lines: list[str] = []
    while not (lines and lines[-1].startswith("well")):
        lines += read_lines(process, 1)
        assert lines[-1], "the process ended"
    lines += read_lines(process, 500)
    lines += kill(process)
    assert [line for line in lines if line.startswith("full")] == ["full ASDK-STO-002\n"]
    await require_all(path, shown(lines))
