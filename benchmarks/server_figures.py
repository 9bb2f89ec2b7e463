"""What benchmarks/server.py measures of a running server, next to the floor."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server_processes import (
    HERE,
    KEY,
    Processes,
    free_port,
    our_server,
    pinned,
    resident_mb,
    tail_of_log,
    wait_until_ready,
)
from server_report import Row

SECTIONS = ("cpu", "first", "streams", "memory", "append")
PROMPT = "What is 2+3? Use the add tool, then explain."

RUNS = {1: 300, 16: 640, 64: 1024, 256: 2048}
"""Of each round, by the number of clients."""
QUICK_RUNS = {1: 20, 16: 64, 64: 128, 256: 512}
OPEN_STREAMS = (16, 32, 48, 64, 96, 128)
QUICK_OPEN_STREAMS = (16, 32)
SPREAD_S = 1.0
"""Users do not begin in step."""
SMOOTH_MAX_MS = 10.0
"""A token gap of at most twice the model's."""
HOPELESS_MS = 60.0
"""A seat with such a p99 is not tried with more streams."""

CPU_RATIO_MAX = 2.0
FIRST_RATIO_MAX = 2.0
FIRST_EVENT_MAX_MS = 0.8
FIRST_TOKEN_MAX_MS = 3.0
IDLE_MAX_MB = 60.0

Figures = dict[str, Any]
"""What benchmarks/load.py prints."""


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A running server, and how to ask it for a run."""

    name: str
    process: subprocess.Popen[bytes]
    folder: Path
    port: int
    path: str
    body: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The floor and the server under test, asking the same model."""

    floor: Seat
    ours: Seat


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What all measurements share."""

    processes: Processes
    folder: Path
    model_port: int
    core: int | None
    other_core: int | None
    quick: bool
    twin: bool
    burst_tokens: int = 50
    slow_tokens: int = 100

    @property
    def rounds(self) -> int:
        """How often a figure is measured; an odd number."""
        return 1 if self.quick else 5

    @contextmanager
    def pair(self, name: str, model_url: str) -> Generator[Pair]:
        """Both seats, started for the model at `model_url`."""
        floor = self._floor(f"{name}-floor", model_url)
        ours = self._floor(f"{name}-twin", model_url) if self.twin else self._server(name, model_url)
        yield Pair(floor=floor, ours=ours)
        for seat in (floor, ours):
            self.processes.stop(seat.process)

    def _floor(self, name: str, model_url: str) -> Seat:
        folder, port = self.folder / name, free_port()
        folder.mkdir()
        command = [sys.executable, str(HERE / "server_floor.py"), "--port", str(port)]
        command += ["--model-url", model_url, "--store", str(folder / "store.db")]
        process = self.processes.start(command, folder=folder, core=self.core)
        wait_until_ready(f"http://127.0.0.1:{port}/ready", process, folder)
        body = {"input": PROMPT}
        return Seat(name=name, process=process, folder=folder, port=port, path="/runs", body=body)

    def _server(self, name: str, model_url: str) -> Seat:
        folder, port = self.folder / name, free_port()
        folder.mkdir()
        command, environment = our_server(folder, port=port, module="server_agent", model_url=model_url)
        process = self.processes.start(command, folder=folder, environment=environment, core=self.core)
        wait_until_ready(f"http://127.0.0.1:{port}/ready", process, folder)
        body = {"agent": "bench", "input": PROMPT}
        return Seat(name=name, process=process, folder=folder, port=port, path="/v1/runs", body=body)

    def load(self, seat: Seat, *, clients: int, runs: int, stamped: bool = False) -> Figures:
        """Put load on a seat."""
        command = [sys.executable, str(HERE / "load.py"), "--port", str(seat.port), "--path", seat.path]
        command += ["--key", KEY, "--body", json.dumps(seat.body), "--pid", str(seat.process.pid)]
        command += ["--clients", str(clients), "--runs", str(runs)]
        command += ["--tokens", str(self.slow_tokens if stamped else self.burst_tokens)]
        if stamped:
            command += ["--stamped", "--spread-s", str(SPREAD_S)]
        with pinned(self.other_core):
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout)

    def warm(self, pair: Pair) -> None:
        """Let both load what they load at their first runs."""
        for seat in (pair.floor, pair.ours):
            figures = self.load(seat, clients=8, runs=32)
            if not figures["runs"]:
                said = tail_of_log(seat.folder)
                raise RuntimeError(f"{seat.name} completed no run: {figures['first_error']}\n{said}")

    def rounds_of(self, pair: Pair, *, clients: int, runs: int) -> list[tuple[Figures, Figures]]:
        """Floor and ours in turn."""
        return [
            (
                self.load(pair.floor, clients=clients, runs=runs),
                self.load(pair.ours, clients=clients, runs=runs),
            )
            for _ in range(self.rounds)
        ]


def _middle(rounds: list[tuple[Figures, Figures]], key: str) -> tuple[float, float]:
    """The round whose ratio is the median: neighbours in time share the machine's mood."""
    pairs = [(floor[key] or 0.0, ours[key] or 0.0) for floor, ours in rounds]
    pairs.sort(key=lambda pair: pair[1] / pair[0] if pair[0] else 0.0)
    return pairs[len(pairs) // 2]


def measure_memory(bench: Bench, pair: Pair) -> list[Row]:
    """What the servers hold before they have done anything, and after a first load."""
    idle = [resident_mb(seat.process.pid) for seat in (pair.floor, pair.ours)]
    bench.warm(pair)
    used = [resident_mb(seat.process.pid) for seat in (pair.floor, pair.ours)]
    return [
        Row(name="idle memory", unit="MB", floor=idle[0], ours=idle[1], budget=IDLE_MAX_MB, rule="at most"),
        Row(name="memory after 32 runs", unit="MB", floor=used[0], ours=used[1]),
    ]


def measure_first(bench: Bench, pair: Pair) -> list[Row]:
    """How long one client alone waits."""
    bench.warm(pair)
    rounds = bench.rounds_of(pair, clients=1, runs=(QUICK_RUNS if bench.quick else RUNS)[1])
    rows: list[Row] = []
    for what, most_ms in (("event", FIRST_EVENT_MAX_MS), ("token", FIRST_TOKEN_MAX_MS)):
        floor, ours = _middle(rounds, f"first_{what}_ms")
        rows += [
            Row(name=f"first {what}", unit="ms", floor=floor, ours=ours, budget=FIRST_RATIO_MAX),
            Row(name=f"first {what}, absolute", unit="ms", ours=ours, budget=most_ms, rule="at most"),
        ]
    return rows


def measure_cpu(bench: Bench, pair: Pair) -> list[Row]:
    """CPU per run by the number of clients, how it grows, and errors."""
    bench.warm(pair)
    rows: list[Row] = []
    errors = 0
    first_error: str | None = None
    for clients, runs in (QUICK_RUNS if bench.quick else RUNS).items():
        rounds = bench.rounds_of(pair, clients=clients, runs=runs)
        floor, ours = _middle(rounds, "cpu_ms")
        for _, figures in rounds:
            errors += figures["errors"]
            first_error = first_error or figures["first_error"]
        name = f"CPU of a run, {clients} client{'s'[: clients - 1]}"
        rows.append(Row(name=name, unit="ms", floor=floor, ours=ours, budget=CPU_RATIO_MAX))
    alone, crowd = rows[0], rows[-1]
    growth = [crowd.floor / alone.floor if crowd.floor and alone.floor else 0.0, crowd.ours / alone.ours]
    return [
        *rows,
        Row(name="growth from 1 to 256 clients", unit="x", floor=growth[0], ours=growth[1], budget=1.0),
        Row(name="errors", unit="runs", ours=errors, budget=0.0, rule="at most", note=first_error),
    ]


def measure_streams(bench: Bench, pair: Pair) -> list[Row]:
    """How many streams stay smooth when the model sends a token each 10 ms."""
    most = {pair.floor.name: 0, pair.ours.name: 0}
    given_up: set[str] = set()
    rows: list[Row] = []
    for count in QUICK_OPEN_STREAMS if bench.quick else OPEN_STREAMS:
        transits: dict[str, list[float]] = {pair.floor.name: [], pair.ours.name: []}
        for _ in range(bench.rounds):
            for seat in (pair.floor, pair.ours):
                if seat.name not in given_up:
                    figures = bench.load(seat, clients=count, runs=count, stamped=True)
                    whole = not figures["errors"] and figures["transit_p99_ms"]
                    transits[seat.name].append(figures["transit_p99_ms"] if whole else HOPELESS_MS * 2)
        # The best round: what else the machine does can only add to a tail.
        p99 = {name: min(values) for name, values in transits.items() if values}
        most |= {name: count for name, value in p99.items() if value < SMOOTH_MAX_MS}
        given_up |= {name for name, value in p99.items() if value > HOPELESS_MS}
        if pair.ours.name in p99:
            name = f"p99 of token transit, {count} streams"
            rows.append(Row(name=name, unit="ms", floor=p99.get(pair.floor.name), ours=p99[pair.ours.name]))
    floor, ours = most[pair.floor.name], most[pair.ours.name]
    return [
        *rows,
        Row(
            name="smooth streams",
            unit="streams",
            floor=floor,
            ours=ours,
            budget=1.0,
            rule="ratio at least",
        ),
    ]
