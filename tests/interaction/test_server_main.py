"""The server as a process: where it listens, and how it goes."""

import asyncio
import re
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from agent_sdk.contracts.errors import ConfigError
from agent_sdk.server.listen import READER_STALL_MAX_S, address_of, listen
from tests.interaction.server_kit import KEY, STREAM, TIMEOUT_S, new_store, serving, talker

pytestmark = pytest.mark.socket

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A server in a process of its own."""

    process: asyncio.subprocess.Process
    url: str
    said: str
    """What it wrote when it was up."""

    def client(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {KEY}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=TIMEOUT_S)

    async def end(self, number: signal.Signals) -> int:
        """Send a signal; the exit code."""
        self.process.send_signal(number)
        async with asyncio.timeout(TIMEOUT_S):
            return await self.process.wait()


@asynccontextmanager
async def running(store: Path, port: int = 0) -> AsyncGenerator[Process]:
    """A server over a store."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.interaction.server_process",
        str(store),
        str(port),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(TIMEOUT_S):
            said = (await process.stderr.readline()).decode()
        found = re.search(r"http://127\.0\.0\.1:[1-9]\d*", said)
        assert found, said + (await process.stderr.read()).decode()
        yield Process(process=process, url=found[0], said=said)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_it_says_where_it_listens_and_ends_well_on_sigterm(tmp_path: Path) -> None:
    async with running(new_store(tmp_path)) as server:
        async with server.client() as client:
            body = {"agent": "talker", "input": "hi"}
            made = await client.post("/v1/runs", json=body, headers={"Prefer": "wait=30"})
            assert made.json()["output"] == "good day"
        assert await server.end(signal.SIGTERM) == 0


async def test_it_ends_on_ctrl_c_as_a_shell_expects(tmp_path: Path) -> None:
    async with running(new_store(tmp_path)) as server:
        assert await server.end(signal.SIGINT) == 130


async def test_a_second_ctrl_c_does_not_wait_for_runs(tmp_path: Path) -> None:
    async with running(new_store(tmp_path)) as server, server.client() as client:
        made = await client.post("/v1/runs", json={"agent": "stuck", "input": "hi"})
        events = f"{made.headers['location']}/events"
        async with client.stream("GET", events, headers=STREAM) as response:
            async for line in response.aiter_lines():
                if line == "event: step.started":
                    break
            server.process.send_signal(signal.SIGINT)
            # No connection is accepted any more: the first signal has been heard, and the run is waited for.
            await _until_refused(server.url)
            assert await server.end(signal.SIGINT) == 130


async def _until_refused(url: str) -> None:
    while True:
        try:
            async with httpx.AsyncClient() as client:
                await client.get(f"{url}/health")
        except httpx.ConnectError:
            return


async def test_whoever_waits_for_a_run_is_answered_before_the_server_goes(tmp_path: Path) -> None:
    agent = talker(gate=asyncio.Event())
    async with serving(tmp_path, agent, worker=False) as served, served.client() as client:
        waiting = asyncio.create_task(
            client.post("/v1/runs", json={"agent": "talker", "input": "hi"}, headers={"Prefer": "wait=60"})
        )
        while not (await client.get("/v1/runs")).json()["data"]:
            pass
        served.server.should_exit = True
        answer = await waiting
        assert (answer.status_code, answer.json()["status"]) == (202, "queued")


async def test_a_restart_needs_no_wait_and_its_runs_are_all_there(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    async with running(store) as server, server.client() as client:
        body = {"agent": "talker", "input": "hi"}
        run = (await client.post("/v1/runs", json=body, headers={"Prefer": "wait=30"})).json()
        # A connection that is open when the server goes leaves the port in TIME_WAIT.
        async with client.stream("GET", "/v1/feed", headers=STREAM) as response:
            assert await server.end(signal.SIGTERM) == 0
            assert response.status_code == 200
    port = int(server.url.rpartition(":")[2])
    async with running(store, port) as server, server.client() as client:
        assert (await client.get(f"/v1/runs/{run['id']}")).json() == run


def test_a_port_that_is_taken_is_said_plainly() -> None:
    with listen("127.0.0.1", 0) as first:
        first.listen()
        port = first.getsockname()[1]
        with pytest.raises(ConfigError, match=f"127.0.0.1:{port}"):
            listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_said_plainly() -> None:
    with pytest.raises(ConfigError, match=re.escape("192.0.2.1")):
        listen("192.0.2.1", 0)


def test_it_listens_on_either_version_of_ip() -> None:
    for host, url in (("127.0.0.1", "http://127.0.0.1:"), ("::1", "http://[::1]:")):
        with listen(host, 0) as bound:
            assert address_of(bound).startswith(url)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux has it")
def test_what_it_accepts_ends_when_its_reader_stalls() -> None:
    assert READER_STALL_MAX_S < 30
    with listen("127.0.0.1", 0) as bound:
        bound.listen()
        with socket.create_connection(bound.getsockname()) as _:
            bound.setblocking(True)
            accepted, _ = bound.accept()
            with accepted:
                timeout_ms = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
                assert timeout_ms == READER_STALL_MAX_S * 1000
