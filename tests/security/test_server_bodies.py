"""Bodies that are no JSON, or none that makes sense, on every route that takes one: refused, and nothing done."""

import gzip
import json
import re
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.interaction.program_kit import begin, program, stage
from tests.interaction.server_kit import problem
from tests.security.test_server_tenancy import BODIES, MAKING, ROUTES, SIGNING, TRIAL

pytestmark = pytest.mark.socket

DOCUMENT: Final = Path(__file__).parents[2] / "openapi" / "v1.json"
METHODS: Final = {"get", "post", "put", "patch", "delete"}
POSTS: Final = [path for method, path in ROUTES if method == "POST"]
BAD: Final[dict[str, bytes]] = {
    "no utf-8": b"\xff\xfe\x00",
    "utf-16": '{"input":"hi"}'.encode("utf-16"),
    "a broken string of utf-8": b'{"input":"\xed\xa0\x80"}',
    "a lone surrogate": b'{"input":"\\ud800"}',
    "cut": b'{"input":',
    "two documents": b"{} {}",
    "a comment": b"{/**/}",
    "a form": b"agent=reciter&input=hi",
    "compressed": gzip.compress(b"{}"),
    "deep": b"[" * 100_000,
    "deep and whole": b'{"input":' * 5_000 + b"1" + b"}" * 5_000,
    "a list": b"[]",
    "a text": b'"{}"',
    "null": b"null",
    "a number without end": b"1" * 100_000,
    "not a number": b'{"input":NaN}',
    "infinite": b'{"input":1e999}',
    "a control character": b'{"input":"\x00"}',
    "an unknown field": b'{"__proto__":{}}',
    "blanks": b"   ",
    "a byte order mark": b"\xef\xbb\xbf{}",
}
REFUSED: Final = {400, 413, 415, 422}


def test_the_cases_are_every_route_of_the_document() -> None:
    paths: dict[str, dict[str, Any]] = json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"]
    described = {(name.upper(), path) for path, item in paths.items() for name in item if name in METHODS}
    assert described
    assert described <= set(ROUTES)
    assert set(POSTS) == BODIES.keys() | MAKING.keys() | SIGNING.keys() | {TRIAL[1]}


async def _ids(client: httpx.AsyncClient) -> dict[str, str]:
    """Something of every kind, none of which has ended: what did happen to it would be seen."""
    run_id = await begin(client, "reciter", "words @half")
    asked = {"agent": "deployer", "input": "go"}
    waited = await client.post("/v1/runs", json=asked, headers={"Prefer": "wait=30"})
    assert waited.json()["status"] == "paused"
    [approval] = (await client.get("/v1/approvals")).json()["data"]
    key = (await client.post("/v1/keys", json={"name": "one"})).json()["key"]
    return {"run_id": run_id, "approval_id": approval["id"], "key_id": key["id"], "name": "deploy"}


async def _state(client: httpx.AsyncClient) -> list[bytes]:
    pages = [await client.get(path) for path in ("/v1/runs", "/v1/approvals", "/v1/keys", "/v1/sessions")]
    assert all(page.status_code == 200 for page in pages)
    return [page.content for page in pages]


async def test_what_is_no_sense_is_refused_everywhere_and_changes_nothing(tmp_path: Path) -> None:
    async with stage() as at, program(tmp_path, at=at) as server, server.client() as client:
        ids = await _ids(client)
        await at.reached("half")
        before = await _state(client)
        accepted: list[tuple[str, str, int]] = []
        for template in POSTS:
            path = re.sub(r"\{(\w+)\}", lambda name: ids[name[1]], template)
            for name, body in BAD.items():
                response = await client.post(path, content=body, headers={"Content-Type": "application/json"})
                if response.status_code not in REFUSED:
                    accepted.append((template, name, response.status_code))
                else:
                    problem(response, response.status_code)
        assert accepted == []
        assert await _state(client) == before
        await at.go("half")
