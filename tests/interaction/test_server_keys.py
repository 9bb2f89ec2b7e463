"""API keys over HTTP."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from agent_sdk.contracts.scope import ORG_DEFAULT, Role
from agent_sdk.ports.records import IdempotencyKey
from tests.interaction.server_kit import KEY, Served, problem, serving
from tests.unit.services.kit import OTHER_ORG

pytestmark = pytest.mark.socket


async def works(served: Served, secret: str) -> bool:
    async with served.client(secret) as client:
        return (await client.get("/v1/meta")).status_code == 200


async def test_a_key_is_made_told_once_listed_without_its_secret_and_revoked(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as admin:
        response = await admin.post("/v1/keys", json={"name": "ci", "role": "viewer"})
        assert response.status_code == 201, response.text
        made = response.json()
        assert made["secret"].startswith(made["key"]["prefix"])
        assert (made["key"]["name"], made["key"]["role"], made["key"]["org_id"]) == (
            "ci",
            "viewer",
            ORG_DEFAULT,
        )
        assert await works(served, made["secret"])
        listed = await admin.get("/v1/keys")
        assert [each["id"] for each in listed.json()["data"]] == [made["key"]["id"]]
        assert made["secret"] not in listed.text
        revoked = await admin.delete(f"/v1/keys/{made['key']['id']}")
        assert revoked.json()["revoked_at"] is not None
        assert not await works(served, made["secret"])
        again = await admin.delete(f"/v1/keys/{made['key']['id']}")
        assert again.json() == revoked.json()


async def test_a_rotated_key_has_a_new_secret_and_the_old_one_ends(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as admin:
        old = (await admin.post("/v1/keys", json={"name": "ci"})).json()
        response = await admin.post(f"/v1/keys/{old['key']['id']}/rotate")
        assert response.status_code == 201, response.text
        new = response.json()
        assert (new["key"]["name"], new["key"]["role"]) == ("ci", "developer")
        assert (await works(served, new["secret"]), await works(served, old["secret"])) == (True, False)
        problem(await admin.post(f"/v1/keys/{old['key']['id']}/rotate"), 409)


async def test_a_repeated_request_makes_one_key_and_tells_the_secret_once(tmp_path: Path) -> None:
    key, body = {"Idempotency-Key": '"6c1e"'}, {"name": "ci"}
    async with serving(tmp_path) as served, served.client() as admin:
        first = await admin.post("/v1/keys", json=body, headers=key)
        again = await admin.post("/v1/keys", json=body, headers={"Idempotency-Key": "6c1e"})
        assert "idempotency-replayed" not in first.headers
        assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
        assert again.json() == {"key": first.json()["key"], "secret": None}
        assert len((await admin.get("/v1/keys")).json()["data"]) == 1
        problem(await admin.post("/v1/keys", json={"name": "another"}, headers=key), 422)


async def test_a_request_is_refused_while_the_same_one_is_at_work(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as admin:
        body = b'{"name":"ci"}'
        at_work = IdempotencyKey(key="k", route="POST /v1/keys", fingerprint=sha256(body).hexdigest())
        principal = await served.platform.keys.authenticate(KEY)
        await served.platform.store.idempotency.begin(principal, at_work)
        headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
        refused = await admin.post("/v1/keys", content=body, headers=headers)
        assert problem(refused, 409)["code"] == "ASDK-IDM-001"
        await served.platform.store.idempotency.complete(principal, at_work, 0, None)
        assert (await admin.post("/v1/keys", content=body, headers=headers)).status_code == 201


async def test_an_idempotency_key_belongs_to_one_principal_and_one_route(tmp_path: Path) -> None:
    key, body = {"Idempotency-Key": "same"}, {"name": "ci"}
    async with serving(tmp_path) as served, served.client() as admin:
        first = (await admin.post("/v1/keys", json=body, headers=key)).json()
        async with served.client(await served.new_key(ORG_DEFAULT, "admin")) as other:
            second = (await other.post("/v1/keys", json=body, headers=key)).json()
        assert second["key"]["id"] != first["key"]["id"]
        assert second["secret"] is not None


async def test_a_request_that_failed_frees_its_idempotency_key(tmp_path: Path) -> None:
    key = {"Idempotency-Key": "again"}
    async with serving(tmp_path) as served, served.client() as admin:
        body = {"name": "ci", "expires_at": "2020-01-01T00:00:00Z"}
        for _ in range(2):
            assert (
                "in the past" in problem(await admin.post("/v1/keys", json=body, headers=key), 422)["detail"]
            )


@pytest.mark.parametrize("key", ["", '"unclosed', "two words", '"' + "k" * 256 + '"'])
async def test_an_idempotency_key_that_is_none_is_refused(tmp_path: Path, key: str) -> None:
    async with serving(tmp_path) as served, served.client() as admin:
        response = await admin.post("/v1/keys", json={"name": "ci"}, headers={"Idempotency-Key": key})
        assert "Idempotency-Key" in problem(response, 422)["detail"]
        assert (await admin.get("/v1/keys")).json()["data"] == []


@pytest.mark.parametrize("role", ["viewer", "developer"])
async def test_only_admins_see_and_make_keys(tmp_path: Path, role: Role) -> None:
    async with serving(tmp_path) as served, served.client() as admin:
        made = (await admin.post("/v1/keys", json={"name": "mine", "role": role})).json()
        path = f"/v1/keys/{made['key']['id']}"
        async with served.client(made["secret"]) as client:
            problem(await client.get("/v1/keys"), 403)
            problem(await client.post("/v1/keys", json={"name": "more", "role": "admin"}), 403)
            problem(await client.post(f"{path}/rotate"), 403)
            problem(await client.delete(path), 403)
        assert await works(served, made["secret"])


async def test_another_organisations_keys_do_not_exist(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as admin:
        made = (await admin.post("/v1/keys", json={"name": "ours"})).json()
        path = f"/v1/keys/{made['key']['id']}"
        async with served.client(await served.new_key(OTHER_ORG, "admin")) as stranger:
            problem(await stranger.delete(path), 404)
            problem(await stranger.post(f"{path}/rotate"), 404)
            ours = (await stranger.get("/v1/keys")).json()["data"]
            assert [each["org_id"] for each in ours] == [OTHER_ORG]
        assert await works(served, made["secret"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 101},
        {"name": "ci", "role": "owner"},
        {"name": "ci", "expires_at": "tomorrow"},
        {"name": "ci", "expires_at": "2999-01-01T00:00:00"},
        {"name": "ci", "org_id": OTHER_ORG},
    ],
)
async def test_a_key_that_cannot_be_is_refused(tmp_path: Path, body: dict[str, Any]) -> None:
    async with serving(tmp_path) as served, served.client() as admin:
        problem(await admin.post("/v1/keys", json=body), 422)
        assert (await admin.get("/v1/keys")).json()["data"] == []
