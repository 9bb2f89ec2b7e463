"""Who is let in: keys, hosts and origins, and what every answer carries."""

import io
import json
import logging
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from agent_sdk import Agent
from agent_sdk.observability.logs import JsonFormatter
from tests.interaction.server_kit import KEY, Served, problem, raw_request, serving

pytestmark = pytest.mark.socket

AGENT = Agent("demo")
ORG = "org_00000000000000000000000002"


def _get(path: str = "/v1/runs", *headers: str, host: str = "127.0.0.1", key: str = KEY) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", f"Authorization: Bearer {key}", "Connection: close"]
    return "\r\n".join([*lines, *headers, "", ""]).encode()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": "Bearer"},
        {"Authorization": f"bearer{KEY}"},
        {"Authorization": "Bearer " + "x" * 5000},
        {"Authorization": "Bearer wrong", "X-API-Key": KEY},
        {"X-API-Key": "wrong"},
        {"X-API-Key": ""},
        {"X-API-Key": b"\xff\xfe"},
    ],
)
async def test_without_a_valid_key_nothing_is_told(tmp_path: Path, headers: dict[str, str]) -> None:
    async with serving(tmp_path, AGENT) as served, served.client(key=None) as client:
        for path in ("/v1/runs", "/v1/runs/run_1/events", "/metrics", "/no/such/path"):
            response = await client.get(path, headers=headers)
            assert problem(response, 401)["code"] == "ASDK-ACC-002"
            assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "headers", [{"Authorization": f"Bearer {KEY}"}, {"authorization": f"BEARER  {KEY}"}, {"X-API-Key": KEY}]
)
async def test_either_header_shows_the_key(tmp_path: Path, headers: dict[str, str]) -> None:
    async with serving(tmp_path, AGENT) as served, served.client(key=None) as client:
        assert (await client.get("/v1/runs", headers=headers)).status_code == 200


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/health", "/ready"])
async def test_what_holds_no_data_needs_no_key(tmp_path: Path, path: str) -> None:
    async with serving(tmp_path, AGENT) as served, served.client(key=None) as client:
        assert (await client.get(path)).status_code == 200


async def test_a_viewer_reads_and_makes_nothing(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, AGENT) as served,
        served.client(await served.new_key(ORG, "viewer")) as client,
    ):
        assert (await client.get("/v1/runs")).status_code == 200
        response = await client.post("/v1/runs", json={"agent": "demo", "input": "hi"})
        assert problem(response, 403)["code"] == "ASDK-ACC-003"


async def test_a_revoked_key_opens_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT) as served, served.client() as admin:
        made = (await admin.post("/v1/keys", json={"name": "soon gone"})).json()
        async with served.client(made["secret"]) as client:
            assert (await client.get("/v1/runs")).status_code == 200
            assert (await admin.delete(f"/v1/keys/{made['key']['id']}")).is_success
            problem(await client.get("/v1/runs"), 401)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:1234", 200),
        ("LOCALHOST:80", 200),
        ("localhost.", 200),
        ("[::1]:8000", 200),
        ("[0:0:0:0:0:0:0:1]", 200),
        ("agents.example.com", 200),
        ("one.internal.example", 200),
        ("pinned.example:8443", 200),
        ("pinned.example", 421),
        ("internal.example", 421),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.2", 421),
        ("agents.example.com.evil.example", 421),
        ("", 400),
        ("a b", 400),
        ("user@127.0.0.1", 400),
        ("127.0.0.1/", 400),
        ("[::1", 400),
        ("x" * 300, 400),
    ],
)
async def test_only_requests_for_this_server_are_served(tmp_path: Path, host: str, status: int) -> None:
    allowed = ("agents.example.com", "*.internal.example", "pinned.example:8443")
    async with serving(tmp_path, AGENT, allowed_hosts=allowed) as served:
        answer = await raw_request(served.port, _get(host=host))
        assert answer.status == status
        # What anybody may read is not for everybody's pages, either.
        assert (await raw_request(served.port, _get("/ready", host=host))).status == status


async def test_a_request_has_exactly_one_host(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT) as served:
        assert (await raw_request(served.port, _get("/v1/runs", "Host: evil.example"))).status == 400
        none = _get().replace(b"Host: 127.0.0.1\r\n", b"")
        assert (await raw_request(served.port, none)).status == 400


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:{port}", 200),
        ("https://agents.example.com", 200),
        ("http://evil.example", 403),
        ("http://127.0.0.1:1", 403),
        ("http://localhost:{port}", 403),
        ("null", 403),
        ("", 403),
        ("file://", 403),
        ("http://127.0.0.1:{port}@evil.example", 403),
        ("chrome-extension://agents.example.com", 403),
    ],
)
async def test_other_peoples_pages_are_refused(tmp_path: Path, origin: str, status: int) -> None:
    async with (
        serving(tmp_path, AGENT, allowed_hosts=("agents.example.com",)) as served,
        served.client() as client,
    ):
        response = await client.get("/v1/runs", headers={"Origin": origin.format(port=served.port)})
        assert response.status_code == status


async def _ids(served: Served, given: bytes | None) -> tuple[str, httpx.Response]:
    headers = {} if given is None else {b"X-Request-Id": given}
    async with served.client() as client:
        response = await client.get("/v1/runs", headers=headers)
        return response.headers["x-request-id"], response


@pytest.mark.parametrize("given", [b"abc-1.2_3", b"x" * 128, b"Root=1-67891233-abcdef"])
async def test_a_request_id_is_taken_over(tmp_path: Path, given: bytes) -> None:
    async with serving(tmp_path, AGENT) as served:
        assert (await _ids(served, given))[0].encode() == given


@pytest.mark.parametrize("given", [None, b"", b"x" * 129, b"a b", b'"><script>', b"\xff", b"${jndi:ldap}"])
async def test_what_cannot_be_a_request_id_is_replaced(tmp_path: Path, given: bytes | None) -> None:
    async with serving(tmp_path, AGENT) as served:
        first, response = await _ids(served, given)
        second, _ = await _ids(served, given)
        assert first.startswith("req_")
        assert first != second
        assert response.headers["agent-sdk-api-version"] == "1"


async def test_refusals_carry_what_every_answer_carries(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT) as served, served.client(key=None) as client:
        for path in ("/v1/runs", "/nowhere"):
            response = await client.get(path, headers={"X-Request-Id": "mine"})
            assert problem(response, 401)["request_id"] == "mine"
            assert response.headers["agent-sdk-api-version"] == "1"
        misled = await raw_request(served.port, _get("/ready", "X-Request-Id: mine", host="evil.example"))
        assert misled.headers["x-request-id"] == "mine"
        assert misled.headers["content-type"] == "application/problem+json"


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("traceparent", "trace_id"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"01-{TRACE}-00f067aa0ba902b7-01-what-comes-later", TRACE),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", None),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", None),
        ("nonsense", None),
        ("", None),
    ],
)
async def test_the_log_knows_the_trace_that_a_request_belongs_to(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    traceparent: str,
    trace_id: str | None,
) -> None:
    caplog.set_level("INFO", "agent_sdk")
    async with serving(tmp_path, AGENT) as served, served.client() as client:
        handler = logging.StreamHandler(lines := io.StringIO())
        handler.setFormatter(JsonFormatter())
        monkeypatch.setattr(logging.getLogger("agent_sdk"), "handlers", [handler])

        async def broken(request: Request) -> Response:
            raise RuntimeError("broken")

        served.app.api.router.add_route("/v1/broken", broken)
        problem(await client.get("/v1/broken", headers={"traceparent": traceparent}), 500)
    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    of_request = [line for line in logged if "request_id" in line]
    assert {line["message"] for line in of_request} == {"a request failed unexpectedly", "answered"}
    assert {line.get("trace_id") for line in of_request} == {trace_id}
    assert (of_request[-1]["method"], of_request[-1]["status"]) == ("GET", 500)


async def test_a_web_socket_is_closed_before_it_opens(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT) as served:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "websocket.connect"}

        await served.app({"type": "websocket", "path": "/v1/runs", "headers": []}, receive, send)
        assert sent == [{"type": "websocket.close", "code": 1008}]
