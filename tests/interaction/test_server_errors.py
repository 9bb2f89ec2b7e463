"""What goes wrong is answered with a problem (RFC 9457), never with a stack and never with silence."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from agent_sdk import Agent
from agent_sdk.contracts import errors, platform_errors
from agent_sdk.contracts.errors import AgentSDKError
from agent_sdk.server import payload, protocol
from agent_sdk.server.errors import problem as answer_of
from agent_sdk.server.errors import status_of
from agent_sdk.server.payload import BODY_SIZE_MAX_BYTES, JSON_DEPTH_MAX_COUNT
from tests.interaction.server_kit import KEY, STREAM, Served, problem, raw_request, serving

pytestmark = pytest.mark.socket

AGENT = Agent("demo")
JSON = {"Content-Type": "application/json"}


async def _post(tmp_path: Path, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        return await client.post("/v1/runs", content=body, headers=JSON if headers is None else headers)


@pytest.mark.parametrize(
    "body",
    [
        b"no json",
        b"{",
        b'{"agent":"demo","input":"hi"} trailing',
        b'{"agent":1,"input":}',
        b'{"agent":"demo","input":"\xff"}',
        b'{"agent":"demo","input":"\\ud800"}',
        b'{"agent":"demo","input":"\x00"}',
        b"\xef\xbb\xbf{}",
        b'{"agent":"demo","input":"hi","deps":NaN}',
        b"[" * 100_000,
        b'{"agent":"demo","input":"hi","deps":' + b"[" * 100_000,
        b'{"agent":"demo","input":"hi","deps":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"a":' * 50_000,
        b'{"agent":"demo","input":"hi","deps":'
        + b"[" * JSON_DEPTH_MAX_COUNT
        + b"]" * JSON_DEPTH_MAX_COUNT
        + b"}",
    ],
)
async def test_bytes_that_are_no_json_are_refused(tmp_path: Path, body: bytes) -> None:
    assert problem(await _post(tmp_path, body), 400)["code"] == "ASDK-HTTP-400"


@pytest.mark.parametrize(
    "tail",
    [b'"\\' * (BODY_SIZE_MAX_BYTES // 2 - 200), b'"' + b"\\" * (BODY_SIZE_MAX_BYTES - 400)],
    ids=["quotes and escapes", "escapes"],
)
async def test_a_body_made_to_be_looked_at_again_and_again_is_refused_at_once(
    tmp_path: Path, tail: bytes
) -> None:
    """Where the time grows with the square of the length, this does not end within the test's."""
    assert problem(await _post(tmp_path, b"[" + b"[]," * 101 + tail), 400)["code"] == "ASDK-HTTP-400"


@pytest.mark.parametrize("text", [b"[" * 200, b'\\"' + b"[{" * 100, b"\\\\\\n" + b"]" * 200])
async def test_brackets_within_a_text_are_no_levels(tmp_path: Path, text: bytes) -> None:
    body = b'{"agent":"demo","input":"%b","metadata":{"a":[[]]}}' % text
    assert (await _post(tmp_path, body)).status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"1e9",
        b"{}",
        b'{"agent":"demo"}',
        b'{"agent":"demo","input":1}',
        b'{"agent":"demo","input":null}',
        b'{"agent":"demo","input":""}',
        b'{"agent":"demo","input":[]}',
        b'{"agent":"demo","input":["text"]}',
        b'{"agent":"demo","input":[{"type":"tool_call"}]}',
        b'{"agent":"demo","input":[{"type":"image","url":1}]}',
        b'{"agent":"","input":"hi"}',
        b'{"agent":"demo","input":"hi","session_id":"../../etc"}',
        b'{"agent":"demo","input":"hi","on_busy":"maybe"}',
        b'{"agent":"demo","input":"hi","metadata":[]}',
        b'{"agent":"demo","input":"hi","metadata":{"n":1e999}}',
        b'{"agent":"demo","input":"hi","tags":[1]}',
        b'{"agent":"demo","input":"hi","tags":"a"}',
        b'{"agent":"demo","input":"hi","deps":{"a":1}}',
        b'{"agent":"demo","input":"hi","model":"nobody:nothing"}',
        b'{"agent":"demo","input":"hi","limits":{"max_steps":0}}',
        b'{"agent":"demo","input":"hi","limits":{"max_steps":-1}}',
        b'{"agent":"demo","input":"hi","limits":{"max_steps":1.5}}',
        b'{"agent":"demo","input":"hi","limits":{"max_steps":99999999999999999999}}',
        b'{"agent":"demo","input":"hi","limits":{"max_tokens":true}}',
        b'{"agent":"demo","input":"hi","limits":{"max_cost_usd":"NaN"}}',
        b'{"agent":"demo","input":"hi","limits":{"max_cost_usd":1e999}}',
        b'{"agent":"demo","input":"hi","limits":{"timeout_s":1e300}}',
        b'{"agent":"demo","input":"hi","limits":{"timeout_s":-0.0}}',
    ],
)
async def test_a_body_of_another_shape_does_not_fit(tmp_path: Path, body: bytes) -> None:
    assert problem(await _post(tmp_path, body), 422)["code"].startswith("ASDK-")


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        (b'{"agent":"demo","input":"hi","sesion_id":"s"}', "session_id"),
        (b'{"agent":"demo","inptu":"hi"}', "input"),
        (b'{"agent":"demo","input":"hi","limits":{"max_step":1}}', "max_steps"),
    ],
)
async def test_an_unknown_field_is_named_with_what_was_meant(tmp_path: Path, body: bytes, meant: str) -> None:
    assert problem(await _post(tmp_path, body), 422)["hint"] == f"Did you mean `{meant}`?"


async def test_an_unknown_agent_is_named_with_what_was_meant(tmp_path: Path) -> None:
    assert "demo" in problem(await _post(tmp_path, b'{"agent":"dmeo","input":"hi"}'), 404)["hint"]


async def test_a_field_that_is_given_twice_counts_as_it_was_given_last(tmp_path: Path) -> None:
    response = await _post(tmp_path, b'{"agent":"nobody","input":"a","agent":"demo","input":"b"}')
    assert response.status_code == 202
    assert response.json()["input"] == "b"


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json", "", "text/json"],
)
async def test_a_body_that_is_not_declared_as_json_is_refused(tmp_path: Path, kind: str) -> None:
    response = await _post(tmp_path, b'{"agent":"demo","input":"hi"}', {"Content-Type": kind})
    assert problem(response, 415)["code"] == "ASDK-HTTP-415"


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/x+json"]
)
async def test_json_goes_by_several_names(tmp_path: Path, kind: str) -> None:
    response = await _post(tmp_path, b'{"agent":"demo","input":"hi"}', {"Content-Type": kind})
    assert response.status_code == 202


@pytest.mark.parametrize("size", [65_000, 70_000, BODY_SIZE_MAX_BYTES - 100])
async def test_a_long_body_comes_whole(tmp_path: Path, size: int) -> None:
    response = await _post(tmp_path, b'{"agent":"demo","input":"%b"}' % (b"x" * size))
    assert len(response.json()["input"]) == size


async def test_a_body_beyond_the_bound_is_refused_however_it_comes(tmp_path: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * 65_536

    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        whole = await client.post("/v1/runs", content=b" " * (BODY_SIZE_MAX_BYTES + 1), headers=JSON)
        assert problem(whole, 413)["code"] == "ASDK-HTTP-413"
        problem(await client.post("/v1/runs", content=pieces(), headers=JSON), 413)
        announced = (
            b"POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %b\r\n"
            b"Content-Type: application/json\r\nContent-Length: 99999999999999\r\nConnection: close\r\n\r\n"
        )
        assert (await raw_request(served.port, announced % KEY.encode())).status == 413
        assert (await client.get("/v1/runs")).status_code == 200


async def test_a_body_that_does_not_come_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payload, "BODY_WAIT_MAX_S", 0.05)
    async with serving(tmp_path, AGENT, worker=False) as served:
        head = f"POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\nConnection: close\r\n"
        rest = "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        answer = await raw_request(served.port, (head + rest).encode())
        assert answer.status == 408
        assert b"ASDK-HTTP-408" in answer.body


@pytest.mark.parametrize("length", ["Content-Length: 100", "Transfer-Encoding: chunked"])
async def test_a_body_of_which_nothing_comes_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: str
) -> None:
    monkeypatch.setattr(payload, "BODY_WAIT_MAX_S", 0.05)
    async with serving(tmp_path, AGENT, worker=False) as served:
        head = f"POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n{length}\r\n"
        answer = await raw_request(served.port, (head + "Content-Type: application/json\r\n\r\n").encode())
        assert (answer.status, answer.headers["connection"]) == (408, "close")


@pytest.mark.parametrize("length", ["Content-Length: 100", "Transfer-Encoding: chunked"])
async def test_a_connection_ends_with_an_answer_that_did_not_need_the_body(
    tmp_path: Path, length: str
) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served:
        head = f"GET /health HTTP/1.1\r\nHost: localhost\r\n{length}\r\n\r\n"
        answer = await raw_request(served.port, head.encode())
        assert (answer.status, answer.headers["connection"]) == (200, "close")


async def test_a_body_that_was_read_leaves_the_connection_open(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        made = await client.post("/v1/runs", json={"agent": "demo", "input": "hi"})
        assert made.status_code == 202
        assert "connection" not in made.headers


@pytest.mark.parametrize("path", ["/health", "/v1/runs"])
@pytest.mark.parametrize(("start", "line"), [(b"0\r\n", b"a:\r\n" * 200), (b"0\r\na: ", b"x" * 1000)])
async def test_trailers_without_end_are_cut_off(tmp_path: Path, path: str, start: bytes, line: bytes) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        _, writer = await _connected(served, f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + start)
        sent = 0
        with suppress(ConnectionError):
            while sent < 3 * protocol.TRAILERS_SIZE_MAX_BYTES:
                writer.write(line)
                await writer.drain()
                sent += len(line)
                await client.get("/health")
        writer.close()
        assert sent < 3 * protocol.TRAILERS_SIZE_MAX_BYTES


async def test_trailers_add_nothing_to_a_request(tmp_path: Path) -> None:
    head = (
        f"POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\nConnection: close\r\n"
    )
    said = b'{"agent":"demo","input":"hi"}'
    chunks = b"%x\r\n%b\r\n0\r\nContent-Type: application/json\r\n\r\n" % (len(said), said)
    async with serving(tmp_path, AGENT, worker=False) as served:
        sent = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks
        assert (await raw_request(served.port, sent)).status == 415


async def test_whoever_leaves_in_the_middle_of_a_body_leaves_nothing_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        _, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(
            b"POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %b\r\n"
            b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{" % KEY.encode()
        )
        await writer.drain()
        assert (await client.get("/v1/runs")).json()["data"] == []
        writer.close()
        await writer.wait_closed()
        assert (await client.get("/v1/runs")).json()["data"] == []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("OPTIONS", "/v1/runs", {"GET", "HEAD", "POST"}),
        ("PUT", "/v1/runs", {"GET", "HEAD", "POST"}),
        ("PATCH", "/v1/runs/run_1", {"DELETE", "GET", "HEAD"}),
        ("GET", "/v1/runs/run_1/cancel", {"POST"}),
        ("POST", "/v1/runs/run_1/events", {"GET", "HEAD"}),
    ],
)
async def test_a_method_that_is_not_served_is_told_which_are(
    tmp_path: Path, method: str, path: str, allow: set[str]
) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served:
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
        answer = await raw_request(served.port, f"{head}Connection: close\r\n\r\n".encode())
        assert answer.status == 405
        assert set(answer.headers["allow"].split(", ")) == allow
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    ["/v1", "/v1/runs/", "/v2/runs", "/v1/runs/a/b/c", "//v1/runs", "/v1/%72uns%00", "/v1/runs%2Frun_1"],
)
async def test_a_path_that_is_not_served_is_not_found(tmp_path: Path, path: str) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        problem(await client.get(f"{served.url}{path}"), 404)


@pytest.mark.parametrize(
    "run_id",
    ["run_0", "%00", "%ff%fe", "'; DROP TABLE runs; --", "x" * 5000, "%F0%9F%92%A9", "..%2f..", "nul%00l"],
)
async def test_a_strange_id_is_an_unknown_one(tmp_path: Path, run_id: str) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        for path in (f"/v1/runs/{run_id}", f"/v1/runs/{run_id}/events"):
            problem(await client.get(path), 404)
            problem(await client.get(path, headers=STREAM), 404)
        problem(await client.post(f"/v1/runs/{run_id}/cancel"), 404)
        problem(await client.delete(f"/v1/runs/{run_id}"), 404)


@pytest.mark.parametrize(
    "query",
    [
        *(f"limit={value}" for value in ("0", "-1", "1001", "1e3", "x", "", "9" * 400, "1.0", "%00")),
        *(f"status={value}" for value in ("done", "", "Queued")),
        "cursor=%00nonsense",
        "cursor=" + "x" * 2000,
        "agent=" + "x" * 2000,
    ],
)
async def test_a_query_that_does_not_fit_is_refused(tmp_path: Path, query: str) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        problem(await client.get(f"/v1/runs?{query}"), 422)


async def test_head_is_get_without_a_body(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        made = (await client.post("/v1/runs", json={"agent": "demo", "input": "hi"})).json()
        for path in ("/v1/runs", f"/v1/runs/{made['id']}", f"/v1/runs/{made['id']}/events", "/health"):
            got, head = await client.get(path), await client.head(path)
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-length"] == got.headers["content-length"]
        stream = await client.head(f"/v1/runs/{made['id']}/events", headers=STREAM)
        assert stream.headers["content-type"] == "text/event-stream"
        assert (await client.head("/v1/runs/run_0")).status_code == 404


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /v1/runs HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"BREW /v1/runs HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /v1/runs HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"POST /v1/runs HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_refused_with_a_problem_too(tmp_path: Path, request_bytes: bytes) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served:
        answer = await raw_request(served.port, request_bytes)
        assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
        assert b"ASDK-HTTP-400" in answer.body


async def _connected(served: Served, first: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(first)
    await writer.drain()
    return reader, writer


@pytest.mark.parametrize("line", [b"X-Header: " + b"x" * 1000 + b"\r\n", b"y" * 1000])
async def test_a_head_without_end_is_cut_off(tmp_path: Path, line: bytes) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        reader, writer = await _connected(served, b"GET /v1/runs HTTP/1.1\r\nHost: localhost\r\nX: ")
        answer = asyncio.create_task(reader.read())
        with suppress(ConnectionError):
            while not answer.done():
                writer.write(line)
                await writer.drain()
                await client.get("/health")
        writer.close()
        with suppress(ConnectionError):
            assert (await answer).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("first", [b"", b"GET /v1/runs HTTP/1.1\r\nHost: loc"])
async def test_a_connection_that_says_nothing_more_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bytes
) -> None:
    monkeypatch.setattr(protocol, "HEAD_WAIT_MAX_S", 0.05)
    async with serving(tmp_path, AGENT, worker=False) as served:
        reader, writer = await _connected(served, first)
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 408 ") if first else answer == b""
        writer.close()
        await writer.wait_closed()


async def test_what_is_wrong_with_the_server_itself_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:

        async def broken(request: Request) -> Response:
            raise errors.DefinitionError("two tools have one name")

        served.app.api.router.add_route("/v1/broken", broken)
        assert problem(await client.get("/v1/broken"), 500)["code"] == "ASDK-DEF-001"
        problem(await client.get("/v1/runs/run_0"), 404)
    [logged] = [record for record in caplog.records if record.levelname in {"ERROR", "WARNING"}]
    assert logged.exc_info is not None


async def test_what_nobody_expected_is_logged_and_not_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:

        async def broken(request: Request) -> Response:
            raise RuntimeError("the secret is 1234")

        served.app.api.router.add_route("/v1/broken", broken)
        told = problem(await client.get("/v1/broken"), 500)
    assert "1234" not in str(told)
    assert told["code"] == "ASDK-HTTP-500"
    [logged] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert logged.exc_info is not None
    assert "1234" in str(logged.exc_info[1])


async def test_while_the_store_does_not_answer_a_request_may_come_back_later(tmp_path: Path) -> None:
    async with serving(tmp_path, AGENT, worker=False) as served, served.client() as client:
        body = {"agent": "demo", "input": "hi"}
        with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            refused = await client.post("/v1/runs", json=body)
            assert problem(refused, 503)["code"] == "ASDK-STO-003"
            assert int(refused.headers["retry-after"]) >= 1
            assert (await client.get("/ready")).status_code == 503
            assert (await client.get("/health")).status_code == 200
        assert (await client.post("/v1/runs", json=body)).status_code == 202
        assert (await client.get("/ready")).status_code == 200


def _below(kind: type[AgentSDKError]) -> list[type[AgentSDKError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in _below(child))]


@pytest.mark.parametrize(
    "kind", [each for each in _below(AgentSDKError) if each.__module__.startswith("agent_sdk.")]
)
def test_every_error_has_a_status_and_its_code_is_told(kind: type[AgentSDKError]) -> None:
    error = kind.__new__(kind)
    Exception.__init__(error, "as it happened")
    answer = answer_of(error, "req_1")
    assert 400 <= answer.status_code < 600
    assert kind.code.encode() in bytes(answer.body)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InvalidInput(), 422),
        (errors.UnknownModel(), 422),
        (errors.RateLimited(), 502),
        (platform_errors.NotFound(), 404),
        (platform_errors.SessionBusy(), 409),
        (platform_errors.KeyInProgress(), 409),
        (platform_errors.IdempotencyMismatch(), 422),
        (platform_errors.CursorExpired(), 410),
        (platform_errors.AdmissionRefused(), 429),
        (platform_errors.StoreFull(), 503),
        (platform_errors.PermissionRefused(), 403),
    ],
)
def test_an_error_has_the_status_that_http_has_for_it(error: AgentSDKError, status: int) -> None:
    assert status_of(error) == status


@pytest.mark.parametrize(
    "error",
    [platform_errors.AdmissionRefused(), platform_errors.StoreLocked(), platform_errors.StoreCorrupt()],
)
def test_whoever_may_come_back_is_told_when(error: AgentSDKError) -> None:
    assert int(answer_of(error, "req_1").headers["retry-after"]) >= 1
