"""Signing in over HTTP: by a code that somebody with a key made."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from agent_sdk.contracts.scope import ORG_DEFAULT, Role
from agent_sdk.services.sign_in import FAILURES_MAX_COUNT, FAILURES_WINDOW_S
from tests.interaction.server_kit import Served, problem, serving
from tests.unit.services.kit import OTHER_ORG

pytestmark = pytest.mark.socket


async def code_of(client: httpx.AsyncClient) -> str:
    """A new code of whoever has the client's key."""
    made = await client.post("/v1/sign-in-codes")
    assert made.status_code == 201, made.text
    assert made.json().keys() == {"code", "expires_at"}
    return made.json()["code"]


async def sign_in(served: Served, code: Any) -> httpx.Response:
    """What anybody gets for a code."""
    async with served.client(key=None) as anybody:
        return await anybody.post("/v1/sign-in", json={"code": code})


async def test_a_code_is_changed_for_a_key_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as admin:
        code = await code_of(admin)
        signed_in = await sign_in(served, code)
        assert (signed_in.status_code, signed_in.json().keys()) == (200, {"key", "expires_at"})
        assert signed_in.headers["cache-control"] == "no-store"
        async with served.client(signed_in.json()["key"]) as console:
            listed = (await console.get("/v1/keys")).json()["data"]
        assert [(key["name"], key["role"], key["expires_at"]) for key in listed] == [
            ("console", "admin", signed_in.json()["expires_at"])
        ]
        again = problem(await sign_in(served, code), 401)
        assert (again["code"], bool(again["hint"])) == ("ASDK-ACC-005", True)


@pytest.mark.parametrize("role", ["viewer", "developer"])
async def test_the_key_may_what_the_codes_maker_may(tmp_path: Path, role: Role) -> None:
    async with serving(tmp_path) as served:
        async with served.client(await served.new_key(OTHER_ORG, role)) as maker:
            key = (await sign_in(served, await code_of(maker))).json()["key"]
        async with served.client(key) as console:
            assert (await console.get("/v1/runs")).status_code == 200
            problem(await console.get("/v1/keys"), 403)
        scope = await served.platform.keys.authenticate(key)
        assert (scope.org_id, "write" in scope.grants) == (OTHER_ORG, role == "developer")


async def test_the_code_of_a_key_that_was_revoked_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as admin:
        made = (await admin.post("/v1/keys", json={"name": "soon gone"})).json()
        async with served.client(made["secret"]) as maker:
            code = await code_of(maker)
        await admin.delete(f"/v1/keys/{made['key']['id']}")
        problem(await sign_in(served, code), 401)
        assert len((await admin.get("/v1/keys")).json()["data"]) == 1


async def test_making_a_code_takes_a_key(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client(key=None) as anybody:
        problem(await anybody.post("/v1/sign-in-codes"), 401)
        problem(await anybody.post("/v1/sign-out"), 401)


async def test_a_key_that_signing_in_made_makes_no_codes(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as admin:
        key = (await sign_in(served, await code_of(admin))).json()["key"]
        async with served.client(key) as console:
            refused = problem(await console.post("/v1/sign-in-codes"), 403)
        assert (refused["code"], "keys create" in refused["hint"]) == ("ASDK-ACC-003", True)


async def test_a_repeated_request_makes_one_code_and_tells_it_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as admin:
        headers = {"Idempotency-Key": "the-same"}
        first, again = [await admin.post("/v1/sign-in-codes", headers=headers) for _ in range(2)]
        assert again.headers["idempotency-replayed"] == "true"
        assert again.json() == {**first.json(), "code": None}


@pytest.mark.parametrize("code", ["", "x" * 129, 7, None, ["a"]])
async def test_what_cannot_be_a_code_is_refused_and_does_not_count(tmp_path: Path, code: Any) -> None:
    async with serving(tmp_path) as served, served.client() as admin:
        for _ in range(FAILURES_MAX_COUNT + 1):
            problem(await sign_in(served, code), 422)
        assert (await sign_in(served, await code_of(admin))).status_code == 200


async def test_guessing_is_slowed_down(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        for _ in range(FAILURES_MAX_COUNT):
            problem(await sign_in(served, "guess"), 401)
        refused = await sign_in(served, "guess")
        assert problem(refused, 429)["code"] == "ASDK-ADM-002"
        assert 0 < int(refused.headers["retry-after"]) <= FAILURES_WINDOW_S
        async with served.client() as admin:
            assert (await sign_in(served, await code_of(admin))).status_code == 200


async def test_foreign_pages_cannot_sign_in(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as admin:
        code = await code_of(admin)
        async with served.client(key=None) as page:
            foreign = {"Origin": "http://evil.example"}
            problem(await page.post("/v1/sign-in", json={"code": code}, headers=foreign), 403)
            # What a form of a foreign page can send without asking first.
            plain = {"Content-Type": "text/plain"}
            body = f'{{"code":"{code}"}}'
            problem(await page.post("/v1/sign-in", content=body, headers=plain), 415)
        assert (await sign_in(served, code)).status_code == 200


async def test_signing_out_ends_the_key_and_no_other(tmp_path: Path) -> None:
    async with (
        serving(tmp_path) as served,
        served.client(await served.new_key(ORG_DEFAULT, "viewer")) as viewer,
    ):
        key = (await sign_in(served, await code_of(viewer))).json()["key"]
        async with served.client(key) as console:
            ended = await console.post("/v1/sign-out")
            assert (ended.status_code, ended.content) == (204, b"")
            problem(await console.get("/v1/runs"), 401)
        problem(await viewer.post("/v1/sign-out"), 409)
        assert (await viewer.get("/v1/runs")).status_code == 200
