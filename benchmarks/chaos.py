"""The run that cannot be lost: kill the server with SIGKILL while it works, start it again, and count what is wrong.

    python benchmarks/chaos.py [--kills N] [--runs M] [--seed S] [--approvals leave|approve|deny] [--json]

While M runs are always under way, the server is killed at random moments and started again on the same port and
store. Each run is followed by two readers that reconnect with `Last-Event-ID`; the model is slow; the tools have
effects, which a process of its own records. Some runs are canceled. At the end every run must be completed, canceled
or paused for approval, every journal gapless and accepted by the grammar; what any reader was ever shown must be in
it byte for byte; and no effect may have happened once more than it may.

Exit code 1 where anything was violated; then what the server had printed last goes to stderr.
"""

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from chaos_checks import ENDED, TOOLS, Totals, check_all
from chaos_client import RETRY_S, Client, Run, Violated
from server_processes import HERE, READY_MAX_S, READY_POLL_S, Processes, free_port, our_server, tail_of_log

READERS: Final = 2
TOKEN_SPACING_MS: Final = 15
SECOND_READER_MAX_S: Final = 1.0
CANCEL_SHARE: Final = 0.1
CANCEL_MAX_S: Final = 1.5
KILL_AFTER_READY_S: Final = (0.1, 1.6)
KILL_IN_STARTUP_SHARE: Final = 0.1
KILL_IN_STARTUP_S: Final = (0.05, 1.0)
REST_MAX_S: Final = 60.0
"""Within which every run must rest after the last kill."""
VIOLATIONS_SHOWN: Final = 50
PLANS: Final = (
    "look_up",
    "save_note",
    "send_letter",
    "look_up save_note",
    "look_up, save_note, send_letter",
    "look_up save_note, send_letter, look_up",
    "save_note, send_letter look_up, save_note",
    "send_letter, save_note save_note",
)


@dataclass(slots=True)
class Timings:
    """Seconds, one value per restart."""

    ready: list[float] = field(default_factory=list[float])
    """From the start of the process to /ready."""
    first: list[float] = field(default_factory=list[float])
    """From /ready to the first event of the first interrupted run that goes on."""
    last: list[float] = field(default_factory=list[float])
    """From /ready to the first event of the last one."""


class Chaos:
    """One experiment."""

    def __init__(self, options: argparse.Namespace, processes: Processes, folder: Path) -> None:
        """Set the stage: the recorder of effects, and the model."""
        self._options = options
        self._processes = processes
        self._folder = folder
        self._random = random.Random(options.seed)
        self._port = free_port()
        self._effects = folder / "effects.jsonl"
        socket = folder / "effects.socket"
        processes.start_helper(
            [sys.executable, str(HERE / "chaos_effects.py"), str(socket), str(self._effects)]
        )
        model = processes.start_helper([sys.executable, str(HERE / "chaos_model.py")])
        url = f"http://127.0.0.1:{model}/d{TOKEN_SPACING_MS}/v1"
        self._command, environment = our_server(folder, port=self._port, module="chaos_agent", model_url=url)
        self._environment = {**environment, "CHAOS_EFFECTS": str(socket)}
        self._decision = None if options.approvals == "leave" else options.approvals
        self._runs: list[Run] = []
        self._started = 0
        self._is_over = False
        self._server: subprocess.Popen[bytes]
        self._client: Client
        self.timings = Timings()

    async def run(self) -> tuple[Totals, list[str], Client]:
        """Kill as often as asked, let everything come to rest, and check."""
        async with Client.open_session() as session:
            self._client = Client(f"http://127.0.0.1:{self._port}", session)
            await self._start_server()
            users = [asyncio.create_task(self._use()) for _ in range(self._options.runs)]
            for _ in range(self._options.kills):
                await self._kill_once()
            self._is_over = True
            _, late = await asyncio.wait(users, timeout=REST_MAX_S)
            for user in late:
                user.cancel()
            for result in await asyncio.gather(*users, return_exceptions=True):
                if isinstance(result, Exception):
                    raise result
            await self._rest()
            totals, wrong = await check_all(self._client, self._runs, self._effects)
            return totals, wrong, self._client

    async def _start_server(self) -> None:
        """Start it and wait for /ready."""
        begun = time.monotonic()
        self._spawn()
        while not await self._client.is_ready():
            if self._server.poll() is not None or time.monotonic() - begun > READY_MAX_S:
                raise RuntimeError(f"the server did not get ready:\n{tail_of_log(self._folder)}")
            await asyncio.sleep(READY_POLL_S)
        self._client.ready_at = ready_at = time.monotonic()
        self.timings.ready.append(ready_at - begun)

    def _spawn(self) -> None:
        self._server = self._processes.start(
            self._command, folder=self._folder, environment=self._environment
        )

    async def _kill_once(self) -> None:
        """Kill the server at a random moment of its life, now and then before it was ready, and start it again."""
        await asyncio.sleep(self._random.uniform(*KILL_AFTER_READY_S))
        self._note_resumed()
        self._processes.kill(self._server)
        self._client.ready_at = None
        for run in self._runs:
            run.interrupted = run.attempt if run.is_under_way else 0
        if self._random.random() < KILL_IN_STARTUP_SHARE:
            self._spawn()
            await asyncio.sleep(self._random.uniform(*KILL_IN_STARTUP_S))
            self._processes.kill(self._server)
        await self._start_server()

    def _note_resumed(self) -> None:
        """Take down how long the runs that the last kill interrupted took to go on."""
        resumed = [run.resumed_s.pop() for run in self._runs if run.resumed_s]
        if resumed:
            self.timings.first.append(min(resumed))
            self.timings.last.append(max(resumed))

    async def _use(self) -> None:
        """Start one run after the other and follow each to its rest."""
        while not self._is_over:
            self._started += 1
            plan = PLANS[self._started % len(PLANS)]
            try:
                await self._live(plan, f"chaos-{self._options.seed}-{self._started}")
            except* Violated as group:
                self._client.violations += [str(error) for error in group.exceptions]

    async def _live(self, plan: str, key: str) -> None:
        run = await self._client.start(plan, key)
        self._runs.append(run)
        async with asyncio.TaskGroup() as group:
            for number in range(READERS):
                group.create_task(self._read(run, self._random.random() * SECOND_READER_MAX_S * number))
            if self._random.random() < CANCEL_SHARE:
                delay_s = self._random.random() * CANCEL_MAX_S
                group.create_task(self._cancel(run, delay_s, self._random.choice(["now", "after_step"])))

    async def _read(self, run: Run, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        await self._client.follow(run, self._decision)

    async def _cancel(self, run: Run, delay_s: float, mode: str) -> None:
        await asyncio.sleep(delay_s)
        await self._client.cancel(run, mode)

    async def _rest(self) -> None:
        """Wait until nobody works on any run; what still moves then is for the checks to tell."""
        deadline = time.monotonic() + REST_MAX_S
        for run in self._runs:
            while time.monotonic() < deadline:
                status = (await self._client.get(f"/v1/runs/{run.id}"))["status"]
                if status in ENDED or (status == "paused" and not run.is_canceled and not self._decision):
                    break
                await asyncio.sleep(RETRY_S)
        self._note_resumed()


def summary(chaos: Chaos, totals: Totals, wrong: list[str], client: Client, kills: int) -> dict[str, Any]:
    """All counts."""
    return {
        "kills": kills,
        "runs": {"started": sum(totals.statuses.values()), **totals.statuses},
        "journals": {"gapless": totals.gapless, "accepted": totals.accepted, "events": totals.events},
        "readers": {
            "connections": client.connections,
            "received": totals.received,
            "in_journal": totals.in_journal,
        },
        "tools": {
            name: {
                "calls": totals.calls[name],
                "executions": totals.executions[name],
                "repeated": totals.repeated[name],
            }
            for name in TOOLS
        },
        "executed_after_result": totals.after_result,
        "seconds": asdict(chaos.timings),
        "violations": wrong,
    }


def _spread(values: Sequence[float]) -> str:
    return f"median {statistics.median(values):.2f} s, most {max(values):.2f} s" if values else "not seen"


def report(counts: dict[str, Any]) -> None:
    """Print the counts as sentences."""
    runs, journals, readers = counts["runs"], counts["journals"], counts["readers"]
    statuses = ", ".join(f"{value} {name}" for name, value in runs.items() if name != "started")
    print(f"kills: {counts['kills']}")
    print(f"runs: {runs['started']} ({statuses})")
    print(
        f"journals: {journals['gapless']} gapless, {journals['accepted']} accepted by the grammar,"
        f" {journals['events']} events"
    )
    print(
        f"readers: {readers['connections']} connections, {readers['received']} events received,"
        f" {readers['in_journal']} of them in the journal byte for byte"
    )
    for name, tool in counts["tools"].items():
        print(
            f"{name}: {tool['calls']} calls, {tool['executions']} executions,"
            f" {tool['repeated']} calls executed more than once"
        )
    print(f"executed after the result was journaled: {counts['executed_after_result']}")
    print(f"start to /ready: {_spread(counts['seconds']['ready'])}")
    print(f"/ready to the first run that goes on: {_spread(counts['seconds']['first'])}")
    print(f"/ready to the last run that goes on: {_spread(counts['seconds']['last'])}")
    for sentence in counts["violations"][:VIOLATIONS_SHOWN]:
        print(f"violated: {sentence}")
    print(f"{len(counts['violations'])} violations")


def main() -> int:
    """Make chaos, print the counts; exit 1 where anything was violated."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=10, help="how often the server is killed")
    parser.add_argument("--runs", type=int, default=12, help="how many runs are kept under way")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments")
    parser.add_argument("--approvals", choices=("leave", "approve", "deny"), default="leave")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-") as name, Processes() as processes:
        chaos = Chaos(options, processes, Path(name))
        totals, wrong, client = asyncio.run(chaos.run())
        if wrong:
            print(tail_of_log(Path(name)), file=sys.stderr)
    counts = summary(chaos, totals, wrong, client, options.kills)
    if options.json:
        print(json.dumps(counts))
    else:
        report(counts)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
