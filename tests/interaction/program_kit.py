"""The server as its users start it, `python -m agent_sdk.server`, and a stage on which its agents wait for a test."""

import asyncio
import json
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
from httpx_sse import ServerSentEvent, aconnect_sse

from agent_sdk.contracts.codec import decode_event
from agent_sdk.contracts.grammar import check_events
from tests.interaction.server_kit import KEY, STREAM, TIMEOUT_S

ROOT: Final = Path(__file__).parents[2]
STAGE: Final = "TESTS_STAGE"
"""The variable that tells agents where the stage is."""
AGENTS: Final = ("reciter", "worker", "courier", "deployer")
_OURS: Final = re.compile(r"AGENT_SDK_|OPENAI_|ANTHROPIC_|AZURE_")


class Stage:
    """Agents of `program_agents` arrive here and wait, each at a cue, until a test says `go`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.arrivals: Counter[str] = Counter()
        """By cue, of all processes together; a call that was cut by a kill counts, too."""
        self._changed = asyncio.Condition()
        self._free: set[str] = set()
        self._over = False

    async def reached(self, cue: str, count: int = 1) -> None:
        """Return when so many have arrived at a cue."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.arrivals[cue] >= count)

    async def go(self, cue: str) -> None:
        """Let those go on who wait at a cue, and those who come."""
        async with self._changed:
            self._free.add(cue)
            self._changed.notify_all()

    async def close(self) -> None:
        """Send away who still waits."""
        async with self._changed:
            self._over = True
            self._changed.notify_all()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one who arrives."""
        cue = (await reader.readline()).decode().rstrip("\n")
        async with self._changed:
            self.arrivals[cue] += 1
            self._changed.notify_all()
            await self._changed.wait_for(lambda: cue in self._free or self._over)
        if cue in self._free:
            writer.write(b"go\n")
        writer.close()


@asynccontextmanager
async def stage() -> AsyncGenerator[Stage]:
    """A stage for as many processes as a test begins."""
    # The path of a Unix socket is short; pytest's folders may be too deep.
    with TemporaryDirectory(prefix="stage-") as folder:
        made = Stage(Path(folder) / "socket")
        server = await asyncio.start_unix_server(made.take, made.path, backlog=1000)
        try:
            yield made
        finally:
            server.close()
            await made.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A server that is up."""

    process: asyncio.subprocess.Process
    url: str

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def client(self, **options: Any) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {KEY}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=TIMEOUT_S, **options)

    async def kill(self) -> None:
        """Send SIGKILL, and wait until it is gone."""
        self.process.kill()
        await self.process.wait()

    async def end(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(TIMEOUT_S):
            return await self.process.wait()


@asynccontextmanager
async def program(
    folder: Path,
    *options: str,
    port: int = 0,
    at: Stage | None = None,
    variables: Mapping[str, str] | None = None,
) -> AsyncGenerator[Program]:
    """A server over the store in a folder, which it makes at its first start; killed at the end if it is still there.

    Args:
        folder: Where it works, too.
        options: Further ones of the command line.
        port: 0 takes any that is free.
        at: The stage of its agents.
        variables: Settings, as the environment names them.
    """
    agents = [f"--agent=tests.interaction.program_agents:{name}" for name in AGENTS]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "agent_sdk.server", f"--port={port}", *agents, *options),
        cwd=folder,
        env={
            **{name: value for name, value in os.environ.items() if not _OURS.match(name)},
            "PYTHONPATH": str(ROOT),
            "AGENT_SDK_STORE_URL": f"sqlite:///{folder / 'store.db'}",
            "AGENT_SDK_API_KEY": KEY,
            "AGENT_SDK_SERVER__LOG_LEVEL": "error",
            **({STAGE: str(at.path)} if at else {}),
            **(variables or {}),
        },
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    said: list[str] = []
    try:
        async with asyncio.timeout(TIMEOUT_S):
            url = await _address(process.stderr, said)
        drained = asyncio.create_task(_drain(process.stderr, said))
        yield Program(process=process, url=url)
    except BaseException:
        sys.stderr.write("".join(said))
        raise
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    await drained


async def _address(stderr: asyncio.StreamReader, said: list[str]) -> str:
    while line := (await stderr.readline()).decode():
        said.append(line)
        if found := re.search(r"serves on (http://127\.0\.0\.1:[1-9]\d*)", line):
            return found[1]
    raise AssertionError("the server did not start: " + "".join(said))


async def _drain(stderr: asyncio.StreamReader, said: list[str]) -> None:
    # Nobody reads a full pipe: the server would stand still.
    said.extend([line.decode() async for line in stderr])


async def begin(client: httpx.AsyncClient, agent: str, text: str, **headers: str) -> str:
    """Make a run; its id."""
    made = await client.post("/v1/runs", json={"agent": agent, "input": text}, headers=headers)
    assert made.status_code == 202, made.text
    return made.json()["id"]


async def stored(client: httpx.AsyncClient, run_id: str) -> list[str]:
    """The journal of a run that has ended, each event as the text that is stored; the grammar accepts it."""
    events = await written(client, run_id)
    check_events([decode_event(each.encode()) for each in events], whole=True)
    return events


async def written(client: httpx.AsyncClient, run_id: str) -> list[str]:
    """The same where a test wrote it, without regard to the grammar."""
    events: list[str] = []
    cursor: str | None = "0"
    while cursor is not None:
        page = await client.get(f"/v1/runs/{run_id}/events", params={"after": cursor, "limit": 1000})
        assert page.status_code == 200, page.text
        events += _elements(page.text)
        cursor = page.json()["next_cursor"]
    decoded = [decode_event(each.encode()) for each in events]
    assert [event.seq for event in decoded] == list(range(1, len(decoded) + 1))
    assert {event.run_id for event in decoded} == {run_id}
    return events


def _elements(page: str) -> list[str]:
    """The texts of a page's elements, uninterpreted."""
    decoder, found = json.JSONDecoder(), list[str]()
    place = page.index('"data":[') + len('"data":[')
    while page[place] != "]":
        _, end = decoder.raw_decode(page, place)
        found.append(page[place:end])
        place = end + (page[end] == ",")
    return found


class Follower:
    """A reader by httpx-sse that comes back until the server tells it to stop, as EventSource does."""

    def __init__(self, run_id: str) -> None:
        self.path = f"/v1/runs/{run_id}/events"
        self.seen: list[ServerSentEvent] = []
        self.answers: Counter[int] = Counter()

    @property
    def texts(self) -> list[str]:
        """What was received, in order."""
        return [event.data for event in self.seen]

    async def once(self, client: httpx.AsyncClient) -> AsyncGenerator[ServerSentEvent]:
        """Read on from where it is, until the connection ends; nothing once the run has ended."""
        headers = {**STREAM, **({"Last-Event-ID": self.seen[-1].id} if self.seen else {})}
        async with aconnect_sse(client, "GET", self.path, headers=headers) as source:
            self.answers[source.response.status_code] += 1
            if source.response.status_code == 200:
                async for event in source.aiter_sse():
                    self.seen.append(event)
                    yield event

    async def to_the_end(self, client: httpx.AsyncClient) -> None:
        """Read until 204, over as many connections as it takes."""
        while not self.answers[204]:
            try:
                async for _ in self.once(client):
                    pass
            except httpx.TransportError:  # the server is being killed or begins again
                continue
            assert self.answers.keys() <= {200, 204}
