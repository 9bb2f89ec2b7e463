"""Many runs and many readers at once, on the program with its real bounds."""

import asyncio
import json
import resource
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp
import httpx
import pytest

from agent_sdk import Agent
from agent_sdk.contracts.codec import decode_event
from agent_sdk.contracts.grammar import check_events
from tests.interaction.program_kit import Follower, Program, program, stage, written
from tests.interaction.server_kit import (
    KEY,
    STREAM,
    claimed,
    post_run,
    serving,
    until_open_streams,
)

pytestmark = [pytest.mark.socket, pytest.mark.slow]

RUNS: Final = 500
READERS: Final = 3
FILES: Final = 4096
TEXT: Final = "one two three @all four five six seven eight nine ten"
GONE_MAX_S: Final = 30
EVENTS: Final = 10_000
PART: Final = "x" * 1000
"""Ten thousand of them are more than all the buffers on the way take."""

Stream = list[tuple[int, bytes]]
"""Numbers and data of the events of a stream."""


@pytest.fixture(autouse=True)
def many_files() -> Generator[None]:
    """Let this process, and the servers that it starts, have a connection for each reader."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, FILES if hard == resource.RLIM_INFINITY else min(FILES, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _session(server: Program) -> aiohttp.ClientSession:
    """A client that is cheaper than httpx: it shares two cores with the server that is looked at."""
    return aiohttp.ClientSession(
        server.url,
        connector=aiohttp.TCPConnector(limit=0),
        headers={"Authorization": f"Bearer {KEY}"},
        read_bufsize=1 << 20,
    )


async def _read(session: aiohttp.ClientSession, run_id: str) -> Stream:
    events: Stream = []
    number = 0
    async with session.get(f"/v1/runs/{run_id}/events", headers=STREAM) as response:
        assert response.status == 200, await response.text()
        async for line in response.content:
            if line.startswith(b"id: "):
                number = int(line[4:])
            elif line.startswith(b"data: "):
                events.append((number, line[6:-1]))
    return events


@pytest.mark.timeout(120)
async def test_five_hundred_runs_at_once_and_three_readers_of_each(tmp_path: Path) -> None:
    variables = {"AGENT_SDK_WORKER__SLOTS": str(RUNS)}
    async with (
        stage() as at,
        program(tmp_path, at=at, variables=variables) as server,
        _session(server) as session,
        server.client() as client,
    ):
        ids = await asyncio.gather(*(_begin(session) for _ in range(RUNS)))
        tasks = [[asyncio.create_task(_read(session, run_id)) for _ in range(READERS)] for run_id in ids]
        # All are at work, and all are being read, at the same time.
        await at.reached("all", RUNS)
        await until_open_streams(client, RUNS * READERS)
        await at.go("all")
        for run_id, readers in zip(ids, tasks, strict=True):
            first, *others = await asyncio.gather(*readers)
            _check(run_id, first)
            assert others == [first] * (READERS - 1)
        await until_open_streams(client, 0)
        assert at.arrivals["all"] == RUNS
        assert await _count(client, "completed") == RUNS
        assert (await client.get("/ready")).status_code == 200


async def _begin(session: aiohttp.ClientSession) -> str:
    async with session.post("/v1/runs", json={"agent": "reciter", "input": TEXT}) as response:
        assert response.status == 202, await response.text()
        return (await response.json())["id"]


def _check(run_id: str, stream: Stream) -> None:
    """It is a whole journal of this run, and of no other."""
    events = [decode_event(data) for _, data in stream]
    assert {event.run_id for event in events} == {run_id}
    assert [event.seq for event in events] == [number for number, _ in stream]
    check_events(events, whole=True)
    assert events[-1].type == "run.completed"
    deltas = [json.loads(data)["data"]["delta"] for _, data in stream if b'"message.delta"' in data]
    assert "".join(deltas).split() == TEXT.split()


async def _count(client: httpx.AsyncClient, status: str) -> int:
    page = await client.get("/v1/runs", params={"status": status, "limit": 1000})
    return len(page.json()["data"])


@asynccontextmanager
async def _silent(server: Program, run_id: str) -> AsyncGenerator[None]:
    """A connection that asks for a stream and never reads."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(asyncio.Protocol, "127.0.0.1", server.port)
    transport.pause_reading()
    transport.write(
        f"GET /v1/runs/{run_id}/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
        "Accept: text/event-stream\r\n\r\n".encode()
    )
    try:
        yield
    finally:
        transport.abort()


async def _ten_thousand(folder: Path) -> tuple[str, asyncio.Task[None]]:
    """A run that another process writes ten thousand events into, as fast as it can."""
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def write() -> None:
        async with serving(folder, Agent("assistant_basic"), worker=False) as writing:
            async with writing.client() as own:
                run_id = (await post_run(own, "assistant_basic"))["id"]
            scribe = await claimed(writing, run_id)
            started.set_result(run_id)
            for number in range(EVENTS):
                scribe.say(f"{number} {PART}")
                await scribe.committed()
            await scribe.end()

    task = asyncio.create_task(write())
    await asyncio.wait([task, started], return_when=asyncio.FIRST_COMPLETED)
    return await started, task


@pytest.mark.timeout(120)
async def test_a_reader_that_never_reads_slows_nobody_and_is_gone_within_half_a_minute(
    tmp_path: Path,
) -> None:
    async with program(tmp_path, "--no-worker") as server, server.client() as client:
        run_id, writing = await _ten_thousand(tmp_path)
        async with _silent(server, run_id), _silent(server, run_id):
            await until_open_streams(client, 2)
            good = Follower(run_id)
            await good.to_the_end(client)
            await writing
            assert [int(event.id) for event in good.seen] == list(range(1, EVENTS + 4))
            assert good.texts == await written(client, run_id)
            async with asyncio.timeout(GONE_MAX_S):
                await until_open_streams(client, 0)


@pytest.mark.timeout(120)
async def test_readers_at_three_speeds_get_the_same_ten_thousand_events(tmp_path: Path) -> None:
    async with program(tmp_path, "--no-worker") as server, server.client() as client:
        run_id, writing = await _ten_thousand(tmp_path)
        fast, slow, late = (Follower(run_id) for _ in range(3))
        async with _session(server) as session:
            fastest = asyncio.create_task(_read(session, run_id))
            slowly = asyncio.create_task(_slowly(slow, client, fast))
            await fast.to_the_end(client)
            await writing
            await late.to_the_end(client)
            await slowly
            journal = await written(client, run_id)
            assert len(journal) == EVENTS + 3
            assert [each.texts for each in (fast, slow, late)] == [journal] * 3
            assert [data.decode() for _, data in await fastest] == journal
        await until_open_streams(client, 0)


async def _slowly(slow: Follower, client: httpx.AsyncClient, fast: Follower) -> None:
    """Reads one event for each hundred that another one reads, and the rest when that has ended."""
    async for _ in slow.once(client):
        while not fast.answers[204] and len(fast.seen) < 100 * len(slow.seen):  # noqa: ASYNC110 - no time passes
            await asyncio.sleep(0)
    assert slow.answers == {200: 1}
