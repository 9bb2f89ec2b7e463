"""A disk without room: the program stays up, says so, writes nothing by halves, and goes on when there is room."""

import asyncio
import resource
import sqlite3
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.interaction.program_kit import Follower, Program, begin, program, stage, stored
from tests.interaction.server_kit import problem

pytestmark = [
    pytest.mark.socket,
    pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits other processes"),
]

TEXT: Final = "one two three @half four five six"
ROOM: Final = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
NO_ROOM: Final = (0, resource.RLIM_INFINITY)
"""No file may grow, or be written anew: to the store this is a disk on which nothing is free (setrlimit(2))."""


def _limit(server: Program, limits: tuple[int, int]) -> None:
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)


async def _until_ready(client: httpx.AsyncClient) -> None:
    while (await client.get("/ready")).status_code != 200:
        pass


async def _refused(client: httpx.AsyncClient, path: str, **body: str) -> None:
    response = await client.post(path, json=body, headers={"Idempotency-Key": "once"})
    assert problem(response, 503)["code"] == "ASDK-STO-002"
    assert int(response.headers["retry-after"]) > 0


async def test_a_full_disk_refuses_what_is_new_and_loses_nothing_of_what_is_at_work(tmp_path: Path) -> None:
    async with stage() as at, program(tmp_path, at=at) as server, server.client() as client:
        run_id = await begin(client, "reciter", TEXT)
        follower = Follower(run_id)
        reading = asyncio.create_task(follower.to_the_end(client))
        await at.reached("half")
        _limit(server, NO_ROOM)
        await _refused(client, "/v1/runs", agent="reciter", input="new")
        await _refused(client, "/v1/keys", name="new")
        await _refused(client, f"/v1/runs/{run_id}/input", input="more")
        for _ in range(3):  # alone in its transaction, too
            ready = await client.get("/ready")
            assert ready.status_code == 503
            assert ready.json()["checks"]["store"] == "ASDK-STO-002"
        assert (await client.get("/health")).status_code == 200
        # What is there can be read, and what cannot be kept is not shown.
        assert (await client.get(f"/v1/runs/{run_id}")).json()["status"] == "running"
        await at.go("half")
        await _refused(client, "/v1/runs", agent="reciter", input="new")
        assert "run.completed" not in [event.event for event in follower.seen]
        _limit(server, ROOM)
        await _until_ready(client)
        await reading
        assert follower.texts == await stored(client, run_id)
        assert follower.seen[-1].event == "run.completed"
        # The refused requests left nothing, and their idempotency key is free.
        assert [run["id"] for run in (await client.get("/v1/runs")).json()["data"]] == [run_id]
        assert (await client.get("/v1/keys")).json()["data"] == []
        again = await client.post(
            "/v1/runs", json={"agent": "reciter", "input": "new"}, headers={"Idempotency-Key": "once"}
        )
        assert again.status_code == 202
        assert "idempotency-replayed" not in again.headers
        assert await server.end() == 0
    _check_file(tmp_path)


async def test_a_server_that_is_killed_with_a_full_disk_goes_on_from_what_was_shown(tmp_path: Path) -> None:
    async with stage() as at, program(tmp_path, at=at) as first, first.client() as client:
        run_id = await begin(client, "reciter", TEXT)
        follower = Follower(run_id)
        reading = asyncio.create_task(follower.to_the_end(client))
        await at.reached("half")
        _limit(first, NO_ROOM)
        await at.go("half")
        await _refused(client, "/v1/runs", agent="reciter", input="new")
        await first.kill()
        async with program(tmp_path, port=first.port, at=at) as second, second.client() as again:
            await reading
            assert follower.texts == await stored(again, run_id)
            assert follower.seen[-1].event == "run.completed"
            assert await second.end() == 0
    _check_file(tmp_path)


def _check_file(folder: Path) -> None:
    connection = sqlite3.connect(folder / "store.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
