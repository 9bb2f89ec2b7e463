"""Readers that do not read, or read slowly: they hold their own place and nobody else's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from agent_sdk import Agent
from agent_sdk.contracts.scope import LOCAL
from agent_sdk.ports.records import RetentionPolicy
from tests.interaction.server_kit import (
    KEY,
    STREAM,
    Served,
    claimed,
    post_run,
    problem,
    read_stream,
    serving,
    until_open_streams,
)

pytestmark = pytest.mark.socket

AGENT = Agent("demo")
STALL_MAX_S = 1.0
PART = "x" * 50_000
PARTS = 200
"""Ten megabytes: more than the buffers of the kernel and of the server take together."""


async def _never_read(served: Served, run_id: str) -> asyncio.StreamWriter:
    """A connection that asks for a stream and leaves what comes where it is."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1)
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.create_connection(lambda: protocol, "127.0.0.1", served.port)
    transport.pause_reading()
    writer = asyncio.StreamWriter(transport, protocol, None, loop)
    writer.write(
        f"GET /v1/runs/{run_id}/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
        "Accept: text/event-stream\r\n\r\n".encode()
    )
    return writer


async def test_a_reader_that_never_reads_slows_nobody_and_is_gone_in_time(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, AGENT, worker=False, stall_max_s=STALL_MAX_S) as served,
        served.client() as client,
    ):
        run_id = (await post_run(client, "demo"))["id"]
        stalled = [await _never_read(served, run_id) for _ in range(3)]
        await until_open_streams(client, len(stalled))
        path = f"/v1/runs/{run_id}/events"
        good = asyncio.create_task(read_stream(client, path, headers=STREAM))
        scribe = await claimed(served, run_id)
        for _ in range(PARTS):
            scribe.say(PART)
            await scribe.committed()
        await scribe.end()
        # The others are served to the end while the stalled ones are still there.
        assert [int(event.id) for event in await good] == list(range(1, PARTS + 4))
        # Only the kernel can end the stalled ones, and the test's own timeout is the net: it is below uvicorn's bounds.
        await until_open_streams(client, 0)
        for writer in stalled:
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def test_a_slow_reader_gets_everything_in_the_end(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        run_id = (await post_run(client, "demo"))["id"]
        scribe = await claimed(served, run_id)
        numbers: list[int] = []
        url = f"/v1/runs/{run_id}/events"
        async with client.stream("GET", url, headers=STREAM) as response:
            lines = response.aiter_lines()
            numbers.append(await _next_number(lines))
            # Everything is written before anything more is read.
            for _ in range(PARTS):
                scribe.say(PART)
                await scribe.committed()
            await scribe.end()
            numbers += [int(line[4:]) async for line in lines if line.startswith("id: ")]
        assert numbers == list(range(1, PARTS + 4))


async def test_a_reader_that_is_slower_than_retention_is_told_so_when_it_comes_back(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        run_id = (await post_run(client, "demo"))["id"]
        scribe = await claimed(served, run_id)
        for _ in range(2 * PARTS):
            scribe.say(PART)
            await scribe.committed()
        await scribe.end()
        url = f"/v1/runs/{run_id}/events"
        async with client.stream("GET", url, headers=STREAM) as response:
            lines = response.aiter_lines()
            last = await _next_number(lines)
            policy = RetentionPolicy(deltas_days=None, events_days=0)
            await served.platform.store.retention.prune(LOCAL, policy, dry_run=False, archive=None)
            numbers = [int(line[4:]) async for line in lines if line.startswith("id: ")]
        # What was on its way came, in order; then the stream ended without an end of the run.
        assert numbers == list(range(last + 1, last + 1 + len(numbers)))
        assert len(numbers) < 2 * PARTS
        again = await client.get(url, headers={**STREAM, "Last-Event-ID": str(numbers[-1])})
        problem(again, 410)


async def _next_number(lines: AsyncIterator[str]) -> int:
    async for line in lines:
        if line.startswith("id: "):
            return int(line[4:])
    raise AssertionError("the stream has no event")


async def test_a_server_goes_although_a_reader_does_not_read(
    tmp_path: Path,
) -> None:
    async with (
        serving(tmp_path, AGENT, worker=False, stall_max_s=STALL_MAX_S) as served,
        served.client() as client,
    ):
        run_id = (await post_run(client, "demo"))["id"]
        scribe = await claimed(served, run_id)
        for _ in range(PARTS):
            scribe.say(PART)
            await scribe.committed()
        writer = await _never_read(served, run_id)
        await until_open_streams(client, 1)
    writer.transport.abort()
    with suppress(ConnectionError):
        await writer.wait_closed()
