"""Readers that this project did not write read the streams, are cut, come back, and end: npm's, httpx-sse, and curl."""

import asyncio
import json
import random
import shutil
from collections.abc import AsyncGenerator, Callable
from collections.abc import Set as AbstractSet
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Final

import httpx
import pytest
from httpx_sse import aconnect_sse

from agent_sdk.contracts.event_data import DATA_OF
from agent_sdk.contracts.events import TERMINAL_TYPES
from agent_sdk.ui import node
from agent_sdk.ui.place import Checkout
from tests.interaction.cli_kit import ROOT
from tests.interaction.program_kit import begin, program, stage, stored
from tests.interaction.server_kit import KEY, STREAM

pytestmark = pytest.mark.socket

Frame = tuple[int, str, str]
"""Number, type, and the data as it came."""
Reader = Callable[[str, int], AsyncGenerator[Frame]]
"""Reads from a URL after a number, and ends when the reader does; closed early, it drops the connection."""

EVENTSOURCE: Final = Path(__file__).parent / "eventsource"
_FOUND: Final = node.there(Checkout(root=ROOT))
NODE: Final = None if _FOUND is None else shutil.which("node", path=_FOUND.folder)
CURL: Final = shutil.which("curl")
CUT: Final = {0, 7, 18, 52, 56}
"""How curl ends where nobody answers, or an answer breaks off. Source: https://curl.se/libcurl/c/libcurl-errors.html"""
needs_eventsource: Final = pytest.mark.skipif(
    NODE is None or not (EVENTSOURCE / "node_modules").is_dir(),
    reason="needs Node.js and its package `eventsource`: npm ci in tests/interaction/eventsource",
)
needs_curl: Final = pytest.mark.skipif(CURL is None, reason="curl is not installed")

WORDS: Final = 400
TEXT: Final = f"{'@ ' * WORDS}“Grüße”, \\n, 😀 @half {'@ ' * WORDS}"
"""Each `@` is a trip to the stage and back, so that what is said does not become one event."""


async def eventsource(url: str, after: int) -> AsyncGenerator[Frame]:
    """The `eventsource` of npm, which comes back by itself, and takes its first cursor in the query."""
    async for line in _lines(
        {0}, str(NODE), str(EVENTSOURCE / "reader.js"), f"{url}?after={after}", KEY, *DATA_OF
    ):
        said = json.loads(line)
        if "closed" in said:
            assert said == {"closed": 204}
        else:
            yield int(said["id"]), said["type"], said["data"]


async def curl(url: str, after: int) -> AsyncGenerator[Frame]:
    """`curl -N`, whose output is read as it is; a frame that was cut off is none."""
    headers = {**STREAM, "Authorization": f"Bearer {KEY}", "Last-Event-ID": str(after)}
    options = [each for name, value in headers.items() for each in ("--header", f"{name}: {value}")]
    fields: dict[str, str] = {}
    async for line in _lines(CUT, str(CURL), "--silent", "--no-buffer", *options, url):
        if line == "\n" and fields:
            yield int(fields["id"]), fields["event"], fields["data"]
            fields = {}
        elif not line.startswith((":", "retry:")):
            name, _, value = line.removesuffix("\n").partition(": ")
            assert name not in fields
            fields[name] = value


async def _lines(codes: AbstractSet[int], *command: str) -> AsyncGenerator[str]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, limit=1 << 20)
    assert process.stdout is not None
    try:
        async for line in process.stdout:
            yield line.decode()
        assert await process.wait() in codes
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        await process.wait()


async def httpx_sse(url: str, after: int) -> AsyncGenerator[Frame]:
    """httpx-sse, which leaves it to its user to come back."""
    headers = {"Authorization": f"Bearer {KEY}", "Last-Event-ID": str(after)}
    # Where the server is killed the answer breaks off, or nobody answers.
    with suppress(httpx.TransportError):
        async with httpx.AsyncClient(headers=headers) as client, aconnect_sse(client, "GET", url) as source:
            if source.response.status_code != 204:
                async for event in source.aiter_sse():
                    yield int(event.id), event.event, event.data


READERS: Final = [
    pytest.param(eventsource, id="eventsource", marks=needs_eventsource),
    pytest.param(httpx_sse, id="httpx-sse"),
    pytest.param(curl, id="curl", marks=needs_curl),
]


async def follow(reader: Reader, url: str, seen: list[Frame]) -> None:
    """Read to the terminal event, coming back whenever the reader ends before; then once more, for nothing."""
    while not seen or seen[-1][1] not in TERMINAL_TYPES:
        async for frame in reader(url, _last(seen)):
            seen.append(frame)  # noqa: PERF401 - others look at it meanwhile
    assert [frame async for frame in reader(url, _last(seen))] == []


def _last(seen: list[Frame]) -> int:
    return seen[-1][0] if seen else 0


def _check(seen: list[Frame], journal: list[str]) -> None:
    assert [data for _, _, data in seen] == journal
    for number, kind, data in seen:
        event = json.loads(data)
        assert (event["seq"], event["type"]) == (number, kind)


@pytest.mark.parametrize("reader", READERS)
async def test_a_reader_whose_server_is_killed_misses_and_repeats_nothing(
    tmp_path: Path, reader: Reader
) -> None:
    async with stage() as at:
        await at.go("")
        async with program(tmp_path, at=at) as first, first.client() as client:
            run_id = await begin(client, "reciter", TEXT)
            seen: list[Frame] = []
            url = f"{first.url}/v1/runs/{run_id}/events"
            reading = asyncio.create_task(follow(reader, url, seen))
            await at.reached("half")
            await _until_seen(seen, 10)
            await first.kill()
        async with program(tmp_path, port=first.port, at=at) as second, second.client() as client:
            await at.reached("half", 2)
            await at.go("half")
            await reading
            journal = await stored(client, run_id)
            _check(seen, journal)


async def _until_seen(seen: list[Frame], count: int) -> None:
    while len(seen) < count:  # noqa: ASYNC110 - others fill it, and no time passes
        await asyncio.sleep(0)


@pytest.mark.parametrize("reader", READERS)
async def test_a_reader_that_drops_its_connections_misses_and_repeats_nothing(
    tmp_path: Path, reader: Reader
) -> None:
    async with stage() as at, program(tmp_path, at=at) as server, server.client() as client:
        await at.go("")
        run_id = await begin(client, "reciter", TEXT)
        seen: list[Frame] = []
        url = f"{server.url}/v1/runs/{run_id}/events"
        await at.reached("half")
        for count in (1, 3, 5):
            async with aclosing(reader(url, _last(seen))) as frames:
                seen += [await anext(frames) for _ in range(count)]
        # It is cut in the past and comes back to what happens.
        reading = asyncio.create_task(follow(reader, url, seen))
        await _until_seen(seen, 12)
        await at.go("half")
        await reading
        _check(seen, await stored(client, run_id))


@pytest.mark.parametrize("reader", READERS)
async def test_a_reader_gets_the_whole_of_a_run_that_has_ended_and_ends_itself(
    tmp_path: Path, reader: Reader
) -> None:
    async with program(tmp_path) as server, server.client() as client:
        body = {"agent": "assistant_tools", "input": "What is 17 * 23?"}
        run = (await client.post("/v1/runs", json=body, headers={"Prefer": "wait=30"})).json()
        seen: list[Frame] = []
        await follow(reader, f"{server.url}/v1/runs/{run['id']}/events", seen)
        _check(seen, await stored(client, run["id"]))
        assert run["status"] == "completed"


async def test_from_a_hundred_points_readers_get_exactly_the_rest(tmp_path: Path) -> None:
    async with stage() as at, program(tmp_path, at=at) as server, server.client() as client:
        await at.go("")
        await at.go("half")
        run_id = await begin(client, "reciter", TEXT)
        url = f"{server.url}/v1/runs/{run_id}/events"
        await follow(httpx_sse, url, [])
        journal = await stored(client, run_id)
        points = random.Random(11)
        for after in [0, len(journal) - 1, *(points.randrange(len(journal)) for _ in range(98))]:
            seen: list[Frame] = [frame async for frame in httpx_sse(url, after)]
            assert [data for _, _, data in seen] == journal[after:]
