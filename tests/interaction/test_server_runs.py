"""Runs over HTTP: made, read, waited for, steered and forked."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent_sdk import Agent
from agent_sdk.contracts.ids import parse_id
from tests.interaction.server_kit import (
    STREAM,
    Served,
    Talker,
    deployer,
    finished,
    journal,
    post_run,
    problem,
    read_stream,
    serving,
    talker,
)

pytestmark = pytest.mark.socket

FIELDS = {
    *("id", "session_id", "agent", "model", "status", "stop_reason", "input", "output", "error", "usage"),
    *("created_at", "started_at", "ended_at", "attempt", "last_seq", "parent_run_id", "tags", "metadata"),
}
USAGE = {
    *("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens"),
    *("requests", "tool_calls", "cost_usd"),
}
BODY = {"agent": "talker", "input": "hi"}


async def test_a_run_is_accepted_and_ends_by_itself(tmp_path: Path) -> None:
    async with serving(tmp_path, talker("good ", "day")) as served, served.client() as client:
        made = await client.post("/v1/runs", json={**BODY, "tags": ["a"], "metadata": {"n": 1}})
        assert made.status_code == 202
        queued = made.json()
        assert made.headers["location"] == f"/v1/runs/{queued['id']}"
        assert queued.keys() == FIELDS
        assert (queued["status"], queued["tags"], queued["metadata"]) == ("queued", ["a"], {"n": 1})
        assert parse_id(queued["id"])[0] == "run"
        assert parse_id(queued["session_id"])[0] == "ses"
        run = await finished(client, queued["id"])
        assert run.keys() == FIELDS
        assert run["usage"].keys() == USAGE
        assert (run["status"], run["stop_reason"], run["output"]) == ("completed", "end_turn", "good day")
        assert run["last_seq"] == len(await journal(client, run["id"]))


async def test_the_answer_to_who_wants_a_stream_is_the_stream(tmp_path: Path) -> None:
    async with serving(tmp_path, talker()) as served, served.client() as client:
        events = await read_stream(client, "/v1/runs", "POST", json=BODY, headers=STREAM)
        assert [int(event.id) for event in events] == list(range(1, len(events) + 1))
        assert events[0].event == "run.queued"
        assert events[-1].event == "run.completed"
        assert [event.json() for event in events] == await journal(client, events[0].json()["run_id"])


async def test_a_run_does_not_end_with_the_request_that_made_it(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with serving(tmp_path, talker(gate=gate)) as served, served.client() as client:
        async with client.stream("POST", "/v1/runs", json=BODY, headers=STREAM) as response:
            location = response.headers["location"]
        gate.set()
        run = await finished(client, location.rpartition("/")[2])
        assert run["status"] == "completed"


@pytest.mark.parametrize(
    "prefer", ["wait=30", "respond-async, wait=30", "WAIT = 30", 'wait="30"; x=1', "wait=999999"]
)
async def test_who_prefers_to_wait_gets_the_end(tmp_path: Path, prefer: str) -> None:
    async with serving(tmp_path, talker()) as served, served.client() as client:
        response = await client.post("/v1/runs", json=BODY, headers={"Prefer": prefer})
        assert response.status_code == 200
        assert response.json()["status"] == "completed"
        assert response.headers["preference-applied"] == ("wait=60" if "9" in prefer else "wait=30")


@pytest.mark.parametrize("prefer", ["wait=0", "wait=1"])
async def test_who_waits_too_shortly_gets_what_there_is(tmp_path: Path, prefer: str) -> None:
    async with serving(tmp_path, talker(), worker=False) as served, served.client() as client:
        response = await client.post("/v1/runs", json=BODY, headers={"Prefer": prefer})
        assert response.status_code == 202
        assert response.json()["status"] == "queued"
        assert response.headers["preference-applied"] == prefer


@pytest.mark.parametrize("prefer", ["", "wait", "wait=-1", "wait=x", "await=5", "wait=5.5", "return=minimal"])
async def test_a_preference_that_means_nothing_is_passed_over(tmp_path: Path, prefer: str) -> None:
    async with serving(tmp_path, talker(), worker=False) as served, served.client() as client:
        response = await client.post("/v1/runs", json=BODY, headers={"Prefer": prefer})
        assert response.status_code == 202
        assert "preference-applied" not in response.headers


async def test_who_waits_learns_at_once_that_somebody_has_to_decide(tmp_path: Path) -> None:
    async with serving(tmp_path, deployer()) as served, served.client() as client:
        body = {"agent": "deployer", "input": "go"}
        response = await client.post("/v1/runs", json=body, headers={"Prefer": "wait=60"})
        assert response.status_code == 202
        assert (response.json()["status"], response.json()["stop_reason"]) == ("paused", "approval_required")


async def _keyed(client: httpx.AsyncClient, key: str, **headers: str) -> httpx.Response:
    return await client.post("/v1/runs", json=BODY, headers={"Idempotency-Key": key, **headers})


async def test_a_repeated_request_makes_nothing_and_is_answered_alike(tmp_path: Path) -> None:
    async with serving(tmp_path, talker()) as served, served.client() as client:
        first = await _keyed(client, '"k-1"')
        assert "idempotency-replayed" not in first.headers
        await finished(client, first.json()["id"])
        for key in ('"k-1"', "k-1"):
            again = await _keyed(client, key)
            assert again.headers["idempotency-replayed"] == "true"
            assert (again.status_code, again.content) == (first.status_code, first.content)
            assert again.headers["location"] == first.headers["location"]
        assert len((await client.get("/v1/runs")).json()["data"]) == 1


async def test_a_repeated_stream_is_the_same_run_from_its_start(tmp_path: Path) -> None:
    async with serving(tmp_path, talker("a", "b")) as served, served.client() as client:
        request: dict[str, Any] = {"json": BODY, "headers": {**STREAM, "Idempotency-Key": "k"}}
        first = await read_stream(client, "/v1/runs", "POST", **request)
        again = await read_stream(client, "/v1/runs", "POST", **request)
        assert [event.data for event in again] == [event.data for event in first]


async def test_simultaneous_repetitions_make_one_run(tmp_path: Path) -> None:
    async with serving(tmp_path, talker()) as served, served.client() as client:
        answers = await asyncio.gather(*[_keyed(client, "k") for _ in range(10)])
        assert {answer.status_code for answer in answers} <= {202, 409}
        assert len({answer.content for answer in answers if answer.status_code == 202}) == 1
        assert len((await client.get("/v1/runs")).json()["data"]) == 1


async def test_a_key_belongs_to_one_request_of_one_principal(tmp_path: Path) -> None:
    async with serving(tmp_path, talker()) as served, served.client() as client:
        first = await _keyed(client, "k")
        other = await client.post(
            "/v1/runs", json={**BODY, "input": "other"}, headers={"Idempotency-Key": "k"}
        )
        assert problem(other, 422)["code"] == "ASDK-IDM-002"
        async with served.client(await served.new_key("org_00000000000000000000000001")) as colleague:
            theirs = await _keyed(colleague, "k")
            assert "idempotency-replayed" not in theirs.headers
            assert theirs.json()["id"] != first.json()["id"]


@pytest.mark.parametrize("key", ["", '""', "x" * 256, '"open', "a b", "é".encode()])
async def test_what_cannot_be_a_key_is_refused(tmp_path: Path, key: str) -> None:
    async with serving(tmp_path, talker(), worker=False) as served, served.client() as client:
        problem(await _keyed(client, key), 422)


async def test_a_refused_request_leaves_its_key_free(tmp_path: Path) -> None:
    async with serving(tmp_path, talker(), worker=False) as served, served.client() as client:
        headers = {"Idempotency-Key": "k"}
        problem(await client.post("/v1/runs", json={**BODY, "agent": "nobody"}, headers=headers), 404)
        assert (await _keyed(client, "k")).status_code == 202


async def test_beyond_the_bound_a_run_is_refused_for_now(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, talker(), worker=False, queued_max_count=2) as served,
        served.client() as client,
    ):
        made = [await post_run(client, "talker") for _ in range(2)]
        refused = await client.post("/v1/runs", json=BODY)
        assert problem(refused, 429)["code"] == "ASDK-ADM-001"
        assert int(refused.headers["retry-after"]) >= 1
        listed = (await client.get("/v1/runs")).json()["data"]
        assert [run["id"] for run in listed] == [run["id"] for run in reversed(made)]


async def test_runs_are_listed_by_what_they_are(tmp_path: Path) -> None:
    async with serving(tmp_path, talker(), Agent("other"), worker=False) as served, served.client() as client:
        first = await post_run(client, "talker", "about apples", session_id="mine")
        second = await post_run(client, "other", "about pears")

        async def ids(**query: Any) -> list[str]:
            response = await client.get("/v1/runs", params=query)
            assert response.status_code == 200, response.text
            return [run["id"] for run in response.json()["data"]]

        assert await ids() == [second["id"], first["id"]]
        assert await ids(agent="talker") == [first["id"]]
        assert await ids(session_id="mine") == [first["id"]]
        assert await ids(status="queued", agent="other") == [second["id"]]
        assert await ids(status="running") == []
        assert await ids(q="pears") == [second["id"]]
        page = (await client.get("/v1/runs", params={"limit": 1})).json()
        assert await ids(limit=1, cursor=page["next_cursor"]) == [first["id"]]


async def test_a_run_is_canceled_once_and_stays_so(tmp_path: Path) -> None:
    async with serving(tmp_path, talker(gate=asyncio.Event())) as served, served.client() as client:
        run_id = (await post_run(client, "talker"))["id"]
        asked = await client.post(f"/v1/runs/{run_id}/cancel", json={"mode": "now", "reason": "enough"})
        assert asked.is_success
        run = await finished(client, run_id)
        assert (run["status"], run["stop_reason"]) == ("canceled", "canceled")
        again = await client.post(f"/v1/runs/{run_id}/cancel")
        assert (again.status_code, again.json()) == (200, run)


async def test_what_has_ended_is_not_steered(tmp_path: Path) -> None:
    async with serving(tmp_path, talker()) as served, served.client() as client:
        run = await finished(client, (await post_run(client, "talker"))["id"])
        for verb, body in (("pause", None), ("resume", None), ("input", {"input": "more"})):
            problem(await client.post(f"/v1/runs/{run['id']}/{verb}", json=body), 409)
        assert (await client.get(f"/v1/runs/{run['id']}")).json() == run


async def test_a_queued_run_is_not_erased_and_an_ended_one_is(tmp_path: Path) -> None:
    async with serving(tmp_path, talker(gate=(gate := asyncio.Event()))) as served, served.client() as client:
        run_id = (await post_run(client, "talker"))["id"]
        problem(await client.delete(f"/v1/runs/{run_id}"), 409)
        gate.set()
        await finished(client, run_id)
        assert (await client.delete(f"/v1/runs/{run_id}")).status_code == 204
        for path in (f"/v1/runs/{run_id}", f"/v1/runs/{run_id}/events"):
            problem(await client.get(path), 404)


async def test_a_fork_goes_on_from_a_step(tmp_path: Path) -> None:
    async with serving(tmp_path, talker()) as served, served.client() as client:
        run = await finished(client, (await post_run(client, "talker", tags=["x"]))["id"])
        body = {"after_step": 1, "input": "and then?"}
        headers = {"Idempotency-Key": "k"}
        made = await client.post(f"/v1/runs/{run['id']}/fork", json=body, headers=headers)
        assert made.status_code == 202, made.text
        fork = await finished(client, made.json()["id"])
        assert fork["id"] != run["id"]
        assert (fork["status"], fork["tags"]) == ("completed", ["x"])
        again = await client.post(f"/v1/runs/{run['id']}/fork", json=body, headers=headers)
        assert (again.content, again.headers["idempotency-replayed"]) == (made.content, "true")
        for wrong in ({}, {"after_seq": 1, "after_step": 1}, {"after_seq": 10**9}, {"after_step": 99}):
            problem(await client.post(f"/v1/runs/{run['id']}/fork", json=wrong), 422)


async def test_a_prompt_is_edited_and_sent_again(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo")) as served, served.client() as client:
        await finished(client, (await post_run(client, "demo", "My name is Ada.", session_id="ses_1"))["id"])
        run = await finished(client, (await post_run(client, "demo", "Goodbye!", session_id="ses_1"))["id"])
        edited = [{"type": "text", "text": "What is my name?"}]
        made = await client.post(f"/v1/runs/{run['id']}/fork", json={"after_seq": 1, "input": edited})
        fork = await finished(client, made.json()["id"])
        assert (fork["input"], fork["output"]) == (edited, "Your name is Ada.")
        messages = (await client.get(f"/v1/sessions/{fork['session_id']}/messages")).json()["data"]
        said = [each["parts"][0]["text"] for each in messages if each["role"] == "user"]
        assert said == ["My name is Ada.", "What is my name?"]
        assert (await client.get("/v1/sessions/ses_1")).json()["message_count"] == 4


async def test_a_run_that_has_ended_replays(tmp_path: Path) -> None:
    async with serving(tmp_path, talker()) as served, served.client() as client:
        run = await finished(client, (await post_run(client, "talker"))["id"])
        report = await client.post(f"/v1/runs/{run['id']}/replay")
        assert (report.status_code, report.json()["ok"]) == (200, True)


async def test_without_a_worker_a_run_waits_for_one(tmp_path: Path) -> None:
    async def serve(*, worker: bool) -> None:
        async with serving(tmp_path, talker(), worker=worker) as served, served.client() as client:
            await use(served, client)

    run_ids: list[str] = []

    async def use(served: Served, client: httpx.AsyncClient) -> None:
        if run_ids:
            assert (await finished(client, run_ids[0]))["status"] == "completed"
        else:
            run_ids.append((await post_run(client, "talker"))["id"])

    await serve(worker=False)
    await serve(worker=True)


async def test_a_run_in_a_named_session_knows_what_was_said(tmp_path: Path) -> None:
    model = Talker("yes")
    async with serving(tmp_path, Agent("talker", model=model)) as served, served.client() as client:
        for text in ("one", "two"):
            made = await post_run(client, "talker", text, session_id="s:1")
            assert made["session_id"] == "s:1"
            await finished(client, made["id"])
        messages = (await client.get("/v1/sessions/s:1/messages")).json()["data"]
        assert [message["role"] for message in messages] == ["user", "assistant", "user", "assistant"]
