"""What belongs to one organisation does not exist for another, on every route that there is.

The cases are made of the application's own routes: a route whose path or body this module does not know fails.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from fastapi.routing import APIRoute

from agent_sdk.server.legacy import LEGACY
from agent_sdk.server.routes import ROUTERS
from tests.interaction.server_kit import (
    STREAM,
    Served,
    deployer,
    finished,
    post_run,
    problem,
    serving,
    talker,
)

pytestmark = pytest.mark.socket

OURS: Final = "org_00000000000000000000000002"
THEIRS: Final = "org_00000000000000000000000003"
SESSION: Final = "the-session"
WORD: Final = "pomegranate"

ROUTES: Final = sorted(
    {
        *(
            (method, route.path)
            for router in ROUTERS
            for route in router.routes
            if isinstance(route, APIRoute)
            for method in route.methods or ()
        ),
        *((method, path) for method, path, _ in LEGACY),
    }
)
TRIAL: Final = ("POST", "/v1/tools/{name}/invoke")
"""Tools are the server's, and the same for every organisation."""
SHELL: Final = ("GET", "/console/{path:path}")
"""The console's files, which hold nothing of anybody."""
SIGNING: Final[dict[str, Any]] = {
    "/v1/sign-in-codes": {},
    "/v1/sign-in": {"code": "nobody's"},
    "/v1/sign-out": {},
}
WITH_ID: Final = [route for route in ROUTES if "{" in route[1] and route not in {TRIAL, SHELL}]
FEED: Final = ("GET", "/v1/feed")
LISTS: Final = [route for route in ROUTES if "{" not in route[1] and route[0] == "GET" and route != FEED]
OTHERS: Final = [
    route
    for route in ROUTES
    if route not in {*WITH_ID, *LISTS, FEED, TRIAL, SHELL} and route[1] not in SIGNING
]

BODIES: Final[dict[str, Any]] = {
    "/v1/runs/{run_id}/cancel": {},
    "/v1/runs/{run_id}/pause": {},
    "/v1/runs/{run_id}/resume": {},
    "/v1/runs/{run_id}/input": {"input": "more"},
    "/v1/runs/{run_id}/fork": {"after_step": 1, "input": "on"},
    "/v1/runs/{run_id}/replay": {},
    "/v1/approvals/{approval_id}": {"decision": "approve"},
    "/v1/keys/{key_id}/rotate": {},
}
MAKING: Final[dict[str, Any]] = {
    "/v1/runs": {"agent": "talker", "input": "hi", "session_id": SESSION},
    "/run": {"agent": "talker", "input": "hi", "session_id": SESSION},
    "/v1/keys": {"name": "another"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the first organisation has."""

    ids: dict[str, str]
    """By the names that they have in paths."""

    def path(self, template: str) -> str:
        """The path to this organisation's thing."""
        return re.sub(r"\{(\w+)\}", lambda name: self.ids[name[1]], template)


async def _world(served: Served, ours: httpx.AsyncClient) -> World:
    waiting = await ours.post(
        "/v1/runs", json={"agent": "deployer", "input": WORD}, headers={"Prefer": "wait=30"}
    )
    assert waiting.json()["status"] == "paused"
    run = await finished(ours, (await post_run(ours, "talker", WORD, session_id=SESSION))["id"])
    assert run["status"] == "completed", run["error"]
    [approval] = (await ours.get("/v1/approvals")).json()["data"]
    key = (await ours.post("/v1/keys", json={"name": WORD})).json()["key"]
    return World(
        ids={
            "run_id": run["id"],
            "session_id": SESSION,
            "approval_id": approval["id"],
            "key_id": key["id"],
        }
    )


async def _clients(served: Served) -> tuple[httpx.AsyncClient, httpx.AsyncClient]:
    return (
        served.client(await served.new_key(OURS, "admin")),
        served.client(await served.new_key(THEIRS, "admin")),
    )


async def _ask(
    client: httpx.AsyncClient, method: str, template: str, path: str, **headers: str
) -> httpx.Response:
    body = BODIES[template] if method == "POST" else None
    return await client.request(method, path, json=body, headers=headers)


@pytest.mark.parametrize(("method", "template"), WITH_ID, ids=str)
async def test_a_foreign_id_is_not_found(tmp_path: Path, method: str, template: str) -> None:
    async with serving(tmp_path, talker(), deployer()) as served:
        ours, theirs = await _clients(served)
        async with ours, theirs:
            world = await _world(served, ours)
            path = world.path(template)
            before = await _state(ours, world)
            for headers in ({}, STREAM):
                foreign = problem(await _ask(theirs, method, template, path, **headers), 404)
                # Unknown and foreign cannot be told apart.
                name = next(iter(re.findall(r"\{(\w+)\}", template)))
                nobodys = path.replace(world.ids[name], f"{world.ids[name]}x")
                unknown = problem(await _ask(theirs, method, template, nobodys, **headers), 404)
                for each in (foreign, unknown):
                    del each["request_id"], each["detail"]
                assert foreign == unknown
            assert await _state(ours, world) == before
            # It is the organisation that makes the difference, not the path.
            assert (await _ask(ours, method, template, path)).status_code != 404


async def _state(ours: httpx.AsyncClient, world: World) -> list[bytes]:
    paths = ["/v1/runs/{run_id}", "/v1/sessions/{session_id}", "/v1/approvals/{approval_id}"]
    answers = [await ours.get(world.path(path)) for path in [*paths, "/v1/keys"]]
    assert all(answer.status_code == 200 for answer in answers)
    return [re.sub(rb'"last_used_at":[^,}]*', b"", answer.content) for answer in answers]


@pytest.mark.parametrize(("method", "path"), LISTS, ids=str)
async def test_a_list_has_nothing_of_another_organisation(tmp_path: Path, method: str, path: str) -> None:
    async with serving(tmp_path, talker(), deployer()) as served:
        ours, theirs = await _clients(served)
        async with ours, theirs:
            world = await _world(served, ours)
            for query in ("", "?q=" + WORD, "?session_id=" + SESSION):
                answer = await theirs.request(method, path + query)
                assert answer.status_code == 200
                assert WORD not in answer.text
                assert not [each for each in world.ids.values() if each in answer.text]


async def test_the_feed_tells_of_ones_own_runs_only(tmp_path: Path) -> None:
    async with serving(tmp_path, talker(), deployer()) as served:
        ours, theirs = await _clients(served)
        async with ours, theirs:
            world = await _world(served, ours)
            async with theirs.stream("GET", "/v1/feed?after=0", headers=STREAM) as response:
                own = await post_run(theirs, "talker")
                async for line in response.aiter_lines():
                    assert world.ids["run_id"] not in line
                    assert WORD not in line
                    if own["id"] in line:
                        break


@pytest.mark.parametrize(("method", "path"), OTHERS, ids=str)
async def test_what_is_made_is_made_in_ones_own_organisation(tmp_path: Path, method: str, path: str) -> None:
    async with serving(tmp_path, talker(), deployer()) as served:
        ours, theirs = await _clients(served)
        async with ours, theirs:
            world = await _world(served, ours)
            before = await _state(ours, world)
            made = await theirs.request(method, path, json=MAKING[path], headers={"Idempotency-Key": "k"})
            assert made.is_success, made.text
            if "run" in path:
                await finished(theirs, made.json()["id"])
            # The same key of another principal is another key.
            again = await ours.request(method, path, json=MAKING[path], headers={"Idempotency-Key": "k"})
            assert "idempotency-replayed" not in again.headers
            if "run" in path:
                assert (await ours.get(f"/v1/runs/{made.json()['id']}")).status_code == 404
                await finished(ours, again.json()["id"])
            else:
                assert len(await _state(ours, world)) == len(before)
            messages = (await theirs.get(f"/v1/sessions/{SESSION}/messages")).text
            assert WORD not in messages


async def test_a_trial_of_a_tool_is_nobody_elses(tmp_path: Path) -> None:
    async with serving(tmp_path, deployer()) as served:
        ours, theirs = await _clients(served)
        async with ours, theirs:
            for client, word in ((ours, WORD), (theirs, "quince")):
                body = {"args": {"name": word}, "approve": True}
                headers = {"Idempotency-Key": "k"}
                said = await client.post("/v1/tools/deploy/invoke", json=body, headers=headers)
                assert (said.status_code, said.json()["result"]) == (200, word)
                assert "idempotency-replayed" not in said.headers


async def test_a_code_signs_in_to_its_makers_organisation_and_signing_out_ends_nobody_elses_key(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, talker(), deployer()) as served:
        ours, theirs = await _clients(served)
        async with ours, theirs:
            world = await _world(served, ours)
            signed_in: list[str] = []
            for client in (ours, theirs):
                # The same key of another principal is another key.
                made = await client.post("/v1/sign-in-codes", json={}, headers={"Idempotency-Key": "k"})
                assert "idempotency-replayed" not in made.headers
                # Whoever shows a code acts for its maker, and not for the key that is shown beside it.
                answer = await ours.post("/v1/sign-in", json={"code": made.json()["code"]})
                signed_in.append(answer.json()["key"])
            async with served.client(signed_in[0]) as own, served.client(signed_in[1]) as foreign:
                path = world.path("/v1/runs/{run_id}")
                assert (await own.get(path)).status_code == 200
                problem(await foreign.get(path), 404)
                assert (await foreign.post("/v1/sign-out", json={})).status_code == 204
                problem(await foreign.get("/v1/runs"), 401)
                assert (await own.get(path)).status_code == 200
