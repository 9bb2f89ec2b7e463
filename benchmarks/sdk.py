"""What a run costs, as a ratio to a hand-written loop measured in the same run.

    python benchmarks/sdk.py [--quick] [--json]

Both sides talk to the same fake model, a process of its own on loopback, and do the same: two model calls with one
tool call between them. CPU is user and system time of this process; each figure is the median of interleaved rounds.
Memory is the growth of the resident set of a fresh process from warm to its peak with 1000 streams open.

Budgets: one-tool run and streamed run at most 3 times the floor, tokens 10 ms apart at most 1.5 times, memory at
most 2 times. Read the ratios: the absolute figures say more about the machine.
"""

import argparse
import asyncio
import gc
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import aiohttp
from floor import HandWritten

from agent_sdk import Agent, ModelSettings, tool
from agent_sdk.llm.providers.openai_compatible import create
from agent_sdk.ports.llm import Model, ProviderConfig
from agent_sdk.reliability.system import SystemChance, SystemClock, SystemIds
from agent_sdk.runtime.runner import Runner
from agent_sdk.runtime.services import Services

HERE = Path(__file__).parent
PROMPT = "What is 2+3? Use the add tool, then explain."
ANSWER_TOKENS = 50
SLOW_TOKENS = 200
SLOW_STREAMS = 16
TOKEN_SPACING_S = 0.010
OPEN_STREAMS = 1000

Run = Callable[[], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the report."""

    name: str
    unit: str
    floor: float
    ours: float
    budget: float

    @property
    def ratio(self) -> float:
        """Ours to the floor."""
        return self.ours / self.floor


@tool(effects="read")
async def add(a: int, b: int) -> int:
    """Add two integers."""
    return a + b


class OneModel:
    """Resolves every id to one model."""

    def __init__(self, model: Model) -> None:
        """Take the model."""
        self._model = model

    def resolve(self, model_id: str | None) -> Model:
        """That model."""
        del model_id
        return self._model


class Ours:
    """The same run with the SDK."""

    def __init__(self, base_url: str, *, stream: bool) -> None:
        """Talk to `base_url`, streaming from the provider or not."""
        model = create("fake", ProviderConfig(base_url=base_url, api_key="x"))
        services = Services(
            models=OneModel(model), clock=SystemClock(), ids=SystemIds(), chance=SystemChance()
        )
        self._runner = Runner(services)
        self._agent = Agent("bench", tools=[add], settings=ModelSettings(stream=stream))

    async def run(self) -> None:
        """A run that nobody watches."""
        result = await self._runner.run(self._agent, PROMPT)
        assert result.usage.tool_calls == 1

    async def stream(self) -> int:
        """A run with a reader; returns the characters it saw."""
        seen = 0
        async with self._runner.stream(self._agent, PROMPT) as stream:
            async for event in stream:
                if event.type == "message.delta" and event.data["part"] == "text":
                    seen += len(event.data["delta"])
        return seen


async def read_floor(floor: HandWritten) -> int:
    """Read the floor's stream; returns the characters it saw."""
    seen = 0
    async for event in floor.stream(PROMPT):
        if event.type == "message.delta":
            seen += len(event.data["delta"])
    return seen


async def cpu_ms(run: Run, *, runs: int, at_once: int, spread_s: float = 0.0) -> float:
    """CPU milliseconds per run; the first runs begin spread over `spread_s`, as users do, and not in step."""
    left = iter(range(runs))

    async def worker(number: int) -> None:
        await asyncio.sleep(spread_s * number / at_once)
        for _ in left:
            await run()

    gc.collect()
    before = time.process_time()
    await asyncio.gather(*[worker(number) for number in range(at_once)])
    return (time.process_time() - before) * 1000 / runs


async def compare(
    name: str,
    floor: Run,
    ours: Run,
    *,
    runs: int,
    at_once: int,
    rounds: int,
    budget: float,
    unit: str,
    per: float = 1.0,
    spread_s: float = 0.0,
) -> Row:
    """Measure both in turn; `per` divides, for figures per so many tokens."""

    async def once(run: Run) -> float:
        return await cpu_ms(run, runs=runs, at_once=at_once, spread_s=spread_s) / per

    for warm in (floor, ours):
        await cpu_ms(warm, runs=at_once, at_once=at_once)
    pairs = [(await once(floor), await once(ours)) for _ in range(rounds)]
    # The median of the ratios, not the ratio of the medians: neighbours in time share the machine's mood.
    pairs.sort(key=lambda pair: pair[1] / pair[0])
    floor_ms, ours_ms = pairs[len(pairs) // 2]
    return Row(name=name, unit=unit, floor=floor_ms, ours=ours_ms, budget=budget)


async def measure_cpu(port: int, *, quick: bool) -> list[Row]:
    """All figures of CPU."""
    burst, slow = (
        f"http://127.0.0.1:{port}/t{n}-d{d}/v1" for n, d in ((ANSWER_TOKENS, 0), (SLOW_TOKENS, 10))
    )
    # Many short rounds: what disturbs the machine for a moment then spoils one pair, not the figure.
    rounds, runs = (3, 64) if quick else (41, 128)
    rows: list[Row] = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        floor, slow_floor = HandWritten(burst, session), HandWritten(slow, session)
        whole, streamed, slow_ours = (
            Ours(burst, stream=False),
            Ours(burst, stream=True),
            Ours(slow, stream=True),
        )
        for at_once in (1, 64):
            common = partial(
                compare, runs=runs, at_once=at_once, rounds=rounds, budget=3.0, unit="CPU ms/run"
            )
            rows += [
                await common(f"one-tool run, {at_once} at once", lambda: floor.run(PROMPT), whole.run),
                await common(
                    f"one-tool run, streamed by the provider, {at_once} at once",
                    lambda: read_floor(floor),
                    streamed.run,
                ),
                await common(f"streamed run, {at_once} at once", lambda: read_floor(floor), streamed.stream),
            ]
        rows.append(
            await compare(
                f"tokens 10 ms apart, {SLOW_STREAMS} streams",
                lambda: read_floor(slow_floor),
                slow_ours.stream,
                runs=SLOW_STREAMS,
                at_once=SLOW_STREAMS,
                rounds=1 if quick else 21,
                budget=1.5,
                per=SLOW_TOKENS / 1000,
                spread_s=TOKEN_SPACING_S * 1.37,
                unit="CPU ms/1000 tokens",
            )
        )
    return rows


async def hold_open(port: int, *, ours: bool) -> float:
    """MB that a process grows by with many streams open, from warm to its peak."""
    url = f"http://127.0.0.1:{port}/t40-d100/v1"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        floor, sdk = HandWritten(url, session), Ours(url, stream=True)
        run: Run = sdk.stream if ours else (lambda: read_floor(floor))
        await cpu_ms(run, runs=4, at_once=4)
        gc.collect()
        warm_mb = _resident_mb()
        await asyncio.gather(*[run() for _ in range(OPEN_STREAMS)])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - warm_mb


def measure_memory(port: int) -> Row:
    """Memory of open streams, each side in a process of its own."""
    grown = {
        side: float(
            subprocess.run(
                [sys.executable, __file__, "--hold-open", side, "--port", str(port)],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            ).stdout
        )
        for side in ("floor", "ours")
    }
    return Row(
        name=f"memory of {OPEN_STREAMS} open streams",
        unit="MB",
        floor=grown["floor"],
        ours=grown["ours"],
        budget=2.0,
    )


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def report(rows: list[Row], *, as_json: bool) -> None:
    """Print the figures."""
    if as_json:
        print(json.dumps([{**asdict(row), "ratio": round(row.ratio, 3)} for row in rows]))
        return
    width = max(len(row.name) for row in rows)
    print(f"{'':{width}}  {'floor':>9} {'ours':>9} {'ratio':>7} {'budget':>7}")
    for row in rows:
        verdict = "" if row.ratio <= row.budget else "  over budget"
        figures = f"{row.floor:9.2f} {row.ours:9.2f} {row.ratio:6.2f}x {row.budget:6.1f}x"
        print(f"{row.name:{width}}  {figures}  {row.unit}{verdict}")


def main() -> int:
    """Measure and print; exit 1 where a budget is passed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--hold-open", choices=("floor", "ours"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.hold_open:
        print(asyncio.run(hold_open(options.port, ours=options.hold_open == "ours")))
        return 0
    command = [sys.executable, str(HERE / "fake_model.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as fake:
        assert fake.stdin is not None
        assert fake.stdout is not None
        port = int(fake.stdout.readline())
        try:
            rows = [*asyncio.run(measure_cpu(port, quick=options.quick)), measure_memory(port)]
        finally:
            fake.stdin.close()
    report(rows, as_json=options.json)
    return int(any(row.ratio > row.budget for row in rows))


if __name__ == "__main__":
    sys.exit(main())
