"""What every request goes through, in one layer of plain ASGI: ids, host, key, errors, metrics and log."""

import logging
import re
import time
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent_sdk.observability.logs import bound
from agent_sdk.server.authentication import PLATFORM_KEY, SCOPE_KEY, is_public, secret_in
from agent_sdk.server.errors import REQUEST_ID_KEY, log_failure, problem
from agent_sdk.server.hosts import Hosts
from agent_sdk.server.sse import HEAD_KEY
from agent_sdk.services.platform import Platform

API_VERSION: Final = "1"
NO_ROUTE: Final = "none"
"""Stands in metrics for the path of requests that no route answered."""
ERROR_STATUS_MIN: Final = 400
POLICY_VIOLATION_CODE: Final = 1008
"""RFC 6455, section 7.4.1"""

_WANTED: Final = frozenset(
    {
        *(b"authorization", b"x-api-key", b"origin", b"x-request-id", b"traceparent"),
        *(b"content-length", b"transfer-encoding"),
    },
)
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9_.:/=+-]{1,128}")
# https://www.w3.org/TR/trace-context/#traceparent-header: a later version may say more behind the flags.
_TRACEPARENT: Final = re.compile(
    rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
)
_log: Final = logging.getLogger(__name__)


class Front:
    """Lets nothing through that is not meant for this server and shows no key, and answers whatever went wrong."""

    def __init__(self, app: ASGIApp, platform: Platform) -> None:
        """Stand before `app`, which serves `platform`."""
        self._app = app
        self._platform = platform
        self._hosts = Hosts(platform.settings.allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await _refuse(scope, send)
            return
        method = scope["method"]
        if method == "HEAD":
            scope = {**scope, "method": "GET", HEAD_KEY: True}
        wanted = {name: value for name, value in scope["headers"] if name in _WANTED}
        request_id = self._request_id(wanted.get(b"x-request-id"))
        if wanted.get(b"content-length", b"").strip(b"0") or b"transfer-encoding" in wanted:
            receive = body = _Body(receive)
        else:
            body = None
        answer = _Answer(send, request_id, body)
        scope[REQUEST_ID_KEY] = request_id
        scope[PLATFORM_KEY] = self._platform
        trace = _TRACEPARENT.fullmatch(wanted.get(b"traceparent", b""))
        with bound(request_id=request_id, trace_id=None if trace is None else trace[2].decode()):
            try:
                await self._serve(scope, receive, answer, wanted)
            except Exception as error:  # noqa: BLE001 - the outermost place: nothing may leave without an answer
                await _answer_failure(error, scope, receive, answer, request_id)
            finally:
                self._note(scope, method, answer)

    async def _serve(
        self, scope: Scope, receive: Receive, answer: "_Answer", wanted: dict[bytes, bytes]
    ) -> None:
        server = scope.get("server") or ("", 0)
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        self._hosts.check(hosts, wanted.get(b"origin"), server[0])
        if is_public(scope["path"]):
            await self._app(scope, receive, answer)
            return
        secret = secret_in(wanted.get(b"authorization"), wanted.get(b"x-api-key"))
        caller = scope[SCOPE_KEY] = await self._platform.keys.authenticate(secret)
        with bound(org_id=caller.org_id):
            await self._app(scope, receive, answer)

    def _request_id(self, given: bytes | None) -> str:
        if given is not None and _REQUEST_ID.fullmatch(given):
            return given.decode()
        return f"req_{self._platform.services.ids.new('evt').partition('_')[2]}"

    def _note(self, scope: Scope, method: str, answer: "_Answer") -> None:
        if answer.status is None:
            return
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        self._platform.metrics.observe_http(route, method, answer.status, answer.latency_s)
        level = logging.INFO if answer.status >= ERROR_STATUS_MIN else logging.DEBUG
        if _log.isEnabledFor(level):
            facts: dict[str, Any] = {"method": method, "path": scope["path"], "status": answer.status}
            facts["latency_ms"] = round(answer.latency_s * 1000, 3)
            _log.log(level, "answered", extra=facts)


class _Body:
    """Passes on the body of a request that has one, and remembers whether it was read to its end."""

    __slots__ = ("_receive", "whole")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.whole = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self.whole = self.whole or not message.get("more_body", False)
        return message


class _Answer:
    """Adds to the head of an answer what every answer carries, and remembers how it went."""

    __slots__ = ("_began_s", "_body", "_request_id", "_send", "ended", "latency_s", "status")

    def __init__(self, send: Send, request_id: str, body: _Body | None) -> None:
        self._send = send
        self._request_id = request_id
        self._body = body
        self._began_s = time.monotonic()
        self.status: int | None = None
        self.latency_s = 0.0
        self.ended = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.latency_s = time.monotonic() - self._began_s
            standing = [
                (b"x-request-id", self._request_id.encode()),
                (b"agent-sdk-api-version", API_VERSION.encode()),
            ]
            if self._body is not None and not self._body.whole:
                standing.append((b"connection", b"close"))  # nobody waits for the rest
            message["headers"] = [*message.get("headers", ()), *standing]
        else:
            self.ended = not message.get("more_body", False)
        await self._send(message)


async def _refuse(scope: Scope, send: Send) -> None:
    """There are no WebSockets, and nothing is begun or ended by the server that runs this."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": POLICY_VIOLATION_CODE})


async def _answer_failure(
    error: Exception, scope: Scope, receive: Receive, answer: _Answer, request_id: str
) -> None:
    """Answer where nobody has, and cut the connection where an answer stops short."""
    if answer.ended:
        return  # it was answered and logged where it happened
    log_failure(error)
    if answer.status is not None:
        raise error
    await problem(error, request_id)(scope, receive, answer)
