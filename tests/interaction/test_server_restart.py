"""The program is killed, ended and started again: runs go on, readers miss nothing, nothing is done twice."""

import asyncio
import random
import signal
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.interaction.program_kit import Follower, Program, begin, program, stage, stored

pytestmark = pytest.mark.socket

POEM = " ".join(f"word{number}" for number in range(20))
HALVES = f"{POEM} @half {POEM}"


async def until_seen(follower: Follower, client: httpx.AsyncClient, kind: str) -> None:
    """Read up to an event of a type, and leave."""
    async with aclosing(follower.once(client)) as events:
        async for event in events:
            if event.event == kind:
                break


async def is_ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/ready")).status_code == 200


async def until_status(client: httpx.AsyncClient, run_id: str, status: str) -> dict[str, Any]:
    """The run once it has a status."""
    while True:
        run = (await client.get(f"/v1/runs/{run_id}")).json()
        if run["status"] == status:
            return run


async def test_streams_go_on_from_another_process_after_a_kill_in_mid_message(tmp_path: Path) -> None:
    async with stage() as at, program(tmp_path, at=at) as first, first.client() as client:
        run_id = await begin(client, "reciter", HALVES)
        followers = [Follower(run_id) for _ in range(3)]
        for follower in followers:
            await until_seen(follower, client, "message.delta")
        await at.reached("half")
        # These are cut while they wait for more.
        cut = [asyncio.create_task(each.to_the_end(client)) for each in followers]
        await first.kill()
        port = first.port
        async with program(tmp_path, port=port, at=at) as second, second.client() as again:
            assert await is_ready(again)
            await at.reached("half", 2)
            await at.go("half")
            await asyncio.gather(*cut)
            journal = await stored(again, run_id)
            for follower in followers:
                assert follower.texts == journal
            run = (await again.get(f"/v1/runs/{run_id}")).json()
            assert (run["status"], run["output"].split()) == ("completed", HALVES.split())
            assert run["attempt"] == 2


@pytest.mark.parametrize("times", [1, 2])
async def test_a_tool_that_only_reads_is_called_again_after_a_kill(tmp_path: Path, times: int) -> None:
    async with stage() as at:
        port, run_id = 0, ""
        for number in range(times):
            async with program(tmp_path, port=port, at=at) as server, server.client() as client:
                run_id = run_id or await begin(client, "worker", POEM)
                port = server.port
                await at.reached("tool", number + 1)
                await server.kill()
        await at.go("tool")
        async with program(tmp_path, port=port, at=at) as server, server.client() as client:
            follower = Follower(run_id)
            await follower.to_the_end(client)
            kinds = [event.event for event in follower.seen]
            assert follower.texts == await stored(client, run_id)
            assert (kinds.count("tool.started"), kinds.count("tool.executing")) == (1, times + 1)
            assert kinds[-1] == "run.completed"
            assert at.arrivals["tool"] == times + 1


async def test_a_tool_with_effects_is_not_called_again_unless_somebody_says_so(tmp_path: Path) -> None:
    async with stage() as at:
        async with program(tmp_path, at=at) as first, first.client() as client:
            run_id = await begin(client, "courier", POEM)
            await at.reached("tool")
            await first.kill()
        await at.go("tool")
        async with program(tmp_path, port=first.port, at=at) as second, second.client() as client:
            run = await until_status(client, run_id, "paused")
            assert run["stop_reason"] == "approval_required"
            assert at.arrivals["tool"] == 1
            [approval] = (await client.get("/v1/approvals")).json()["data"]
            decided = await client.post(f"/v1/approvals/{approval['id']}", json={"decision": "approve"})
            assert decided.status_code == 200, decided.text
            follower = Follower(run_id)
            await follower.to_the_end(client)
            assert follower.texts == await stored(client, run_id)
            assert follower.seen[-1].event == "run.completed"
            assert at.arrivals["tool"] == 2


async def test_a_run_in_mid_step_is_handed_over_at_its_border(tmp_path: Path) -> None:
    async with stage() as at:
        async with program(tmp_path, at=at) as first, first.client() as client:
            run_id = await begin(client, "worker", HALVES)
            await at.reached("half")
            first.process.send_signal(signal.SIGTERM)
            await until_refused(first)
            await at.go("half")
            # Where a border is follows from the step that is under way: its tools belong to it.
            await at.go("tool")
            assert await first.process.wait() == 0
        async with program(tmp_path, port=first.port, at=at) as second, second.client() as client:
            follower = Follower(run_id)
            await follower.to_the_end(client)
            assert follower.texts == await stored(client, run_id)
            kinds = [event.event for event in follower.seen]
            assert kinds[-1] == "run.completed"
            # Nothing was broken off: what was done before the hand-over was not done again.
            assert (at.arrivals["half"], at.arrivals["tool"]) == (1, 1)
            assert "step.failed" not in kinds


async def until_refused(server: Program) -> None:
    """Return when no connection is accepted any more."""
    while True:
        try:
            async with httpx.AsyncClient() as client:
                await client.get(f"{server.url}/health")
        except httpx.TransportError:
            return


@pytest.mark.slow
async def test_a_run_that_reaches_no_border_is_taken_away_and_goes_on(tmp_path: Path) -> None:
    async with stage() as at, program(tmp_path, at=at) as first, first.client() as client:
        run_id = await begin(client, "reciter", HALVES)
        follower = Follower(run_id)
        reading = asyncio.create_task(follower.to_the_end(client))
        await at.reached("half")
        assert await first.end() == 0
        await at.go("half")
        async with program(tmp_path, port=first.port, at=at) as second, second.client() as again:
            await reading
            assert follower.texts == await stored(again, run_id)
            assert follower.seen[-1].event == "run.completed"


async def test_the_port_is_free_at_once_whatever_was_connected(tmp_path: Path) -> None:
    async with stage() as at, program(tmp_path, at=at) as first, first.client() as client:
        run_id = await begin(client, "reciter", HALVES)
        followers = [Follower(run_id) for _ in range(10)]
        tasks = [asyncio.create_task(follower.to_the_end(client)) for follower in followers]
        await at.reached("half")
        await first.kill()
        for number in range(3):
            # One try: it would raise if the port were taken.
            async with program(tmp_path, port=first.port, at=at) as after:
                await at.reached("half", number + 2)
                await after.kill()
        await at.go("half")
        async with program(tmp_path, port=first.port, at=at) as last, last.client() as again:
            await asyncio.gather(*tasks)
            journal = await stored(again, run_id)
            assert [follower.texts for follower in followers] == [journal] * len(followers)


async def test_two_servers_on_one_store_show_the_same_runs(tmp_path: Path) -> None:
    async with (
        stage() as at,
        program(tmp_path, at=at) as one,
        program(tmp_path, "--no-worker", at=at) as other,
        one.client() as here,
        other.client() as there,
    ):
        for making, reading in ((here, there), (there, here)):
            run_id = await begin(making, "reciter", HALVES)
            followers = [Follower(run_id) for _ in range(2)]
            await until_seen(followers[0], reading, "message.delta")
            await at.go("half")
            await asyncio.gather(followers[0].to_the_end(reading), followers[1].to_the_end(making))
            journal = await stored(making, run_id)
            assert [each.texts for each in followers] == [journal, journal]
            run = (await here.get(f"/v1/runs/{run_id}")).json()
            assert run["status"] == "completed"
            assert (await there.get(f"/v1/runs/{run_id}")).json() == run


async def test_two_workers_on_one_store_share_the_work_and_one_inherits_it(tmp_path: Path) -> None:
    async with stage() as at, program(tmp_path, at=at) as one, one.client() as here:
        async with program(tmp_path, at=at) as other, other.client() as there:
            ids = [await begin(client, "reciter", HALVES) for client in (here, there) * 5]
            await at.reached("half", len(ids))
            readers = [Follower(run_id) for run_id in ids]
            tasks = [asyncio.create_task(reader.to_the_end(here)) for reader in readers]
            await other.kill()
        await at.go("half")
        await asyncio.gather(*tasks)
        for run_id, reader in zip(ids, readers, strict=True):
            assert reader.texts == await stored(here, run_id)
            assert reader.seen[-1].event == "run.completed"


async def test_a_request_that_is_repeated_after_a_kill_makes_one_run(tmp_path: Path) -> None:
    moments = random.Random(3)
    made: dict[str, set[str]] = {}
    port = 0
    async with stage() as at:
        for number in range(4):
            key = f"order-{number}"
            async with program(tmp_path, port=port, at=at) as server, server.client() as client:
                port = server.port
                posting = asyncio.create_task(_post(client, key))
                for _ in range(moments.randrange(60)):
                    await asyncio.sleep(0)
                if number == 0:
                    await posting  # it was answered: then it is there
                await server.kill()
                answered = (await asyncio.gather(posting, return_exceptions=True))[0]
                made[key] = set() if isinstance(answered, BaseException) else {answered.json()["id"]}
        async with program(tmp_path, port=port, at=at) as server, server.client() as client:
            for key, ids in made.items():
                again = [await _post(client, key) for _ in range(2)]
                assert again[1].headers["idempotency-replayed"] == "true"
                ids |= {each.json()["id"] for each in again}
                assert len(ids) == 1
            await at.go("half")
            listed = (await client.get("/v1/runs")).json()["data"]
            assert len(listed) == len(made)


async def _post(client: httpx.AsyncClient, key: str) -> httpx.Response:
    body = {"agent": "reciter", "input": HALVES}
    return await client.post("/v1/runs", json=body, headers={"Idempotency-Key": key})
