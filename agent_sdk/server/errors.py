"""From errors to answers: the one place that knows which error is which HTTP status (RFC 9457).

What belongs to HTTP alone (a path or a method that is not served, a body that is no JSON, …) is raised as Starlette's
`HTTPException` and carries the code `ASDK-HTTP-<status>`; everything else is the SDK's one tree of errors.
"""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match

from agent_sdk.contracts import errors, platform_errors
from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.errors import AgentSDKError

PROBLEM_TYPE: Final = "application/problem+json"
REQUEST_ID_KEY: Final = "agent_sdk.request_id"
RETRY_AFTER_DEFAULT_S: Final = 1.0

_log: Final = logging.getLogger(__name__)

STATUS_OF: Final[Mapping[type[AgentSDKError], int]] = {
    AgentSDKError: 500,
    errors.ConfigError: 422,  # the request names a model that this server is not configured for
    errors.InvalidInput: 422,
    errors.ModelError: 502,
    errors.ToolError: 422,
    errors.RunFailed: 422,
    platform_errors.AccessError: 403,
    platform_errors.Unauthenticated: 401,
    platform_errors.HostRefused: 421,
    platform_errors.NotFound: 404,
    platform_errors.Conflict: 409,
    platform_errors.IdempotencyMismatch: 422,
    platform_errors.CursorExpired: 410,
    platform_errors.AdmissionRefused: 429,
    platform_errors.NondeterminismError: 409,
    platform_errors.LeaseLost: 409,
    platform_errors.StoreError: 503,
}
"""What is not named has the status of the nearest class above it."""

_HINTS: Final[Mapping[int, str]] = {
    400: "Send what RFC 9112 and RFC 8259 call a request and JSON.",
    404: "Look at /openapi.json for what is served.",
    405: "Look at the Allow header of this answer.",
    408: "Send the whole body at once.",
    413: "Send less, or send it in parts.",
    415: "Send `Content-Type: application/json`.",
    500: "The server's log has the cause, under the request id.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a request was not answered as asked (RFC 9457)."""

    type: str
    """`about:blank`: `code` says more, and never changes its meaning."""
    title: str
    """The status in words."""
    status: int
    detail: str
    """What happened."""
    code: str
    """Such as `ASDK-RES-001`; docs/ERRORS.md lists them."""
    hint: str | None
    """What the reader can do about it."""
    request_id: str
    """The one that the server's log has."""


def status_of(error: AgentSDKError) -> int:
    """The HTTP status of an error."""
    return next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)


def problem(error: Exception, request_id: str, *, status: int | None = None) -> Response:
    """The answer to a request that ended in `error`.

    Args:
        error: What was raised; of an error that is not ours nothing is told but that it happened.
        request_id: Of the request.
        status: Instead of the error's own.
    """
    if isinstance(error, AgentSDKError):
        body = _problem(status or status_of(error), str(error), error.code, error.hint, request_id)
        return _answer(body, _headers_of(error))
    if isinstance(error, HTTPException):
        code, hint = f"ASDK-HTTP-{error.status_code}", _HINTS.get(error.status_code)
        body = _problem(error.status_code, error.detail, code, hint, request_id)
        return _answer(body, error.headers or {})
    body = _problem(500, "Something unexpected happened.", "ASDK-HTTP-500", _HINTS[500], request_id)
    return _answer(body, {})


def log_failure(error: Exception) -> None:
    """Log what whoever runs the server has to know of, which is not what whoever asked did wrong."""
    if isinstance(error, HTTPException):
        return
    status = status_of(error) if isinstance(error, AgentSDKError) else 500
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("a request failed unexpectedly", exc_info=error)
    elif status > HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.warning("a request failed: %s", error, extra={"code": getattr(error, "code", None)})


def _problem(status: int, detail: str, code: str, hint: str | None, request_id: str) -> Problem:
    return Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        hint=hint,
        request_id=request_id,
    )


def _answer(body: Problem, headers: Mapping[str, str]) -> Response:
    return Response(encode(body), body.status, headers, PROBLEM_TYPE)


def _headers_of(error: AgentSDKError) -> dict[str, str]:
    if isinstance(error, platform_errors.Unauthenticated):
        # RFC 6750, section 3
        return {"WWW-Authenticate": 'Bearer realm="agent-sdk"'}
    after_s = getattr(error, "retry_after_s", None)
    if after_s is None and status_of(error) in {429, 503}:
        after_s = RETRY_AFTER_DEFAULT_S
    return {} if after_s is None else {"Retry-After": str(max(1, math.ceil(after_s)))}


def handle_with_problems(app: Starlette) -> None:
    """Have `app` answer every error with a problem."""

    async def known(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            error = HTTPException(405, f"{request.method} is not served here", _allow(app, request))
        elif isinstance(error, HTTPException) and error.status_code == HTTPStatus.NOT_FOUND:
            error = HTTPException(404, "nothing is served here")
        log_failure(error)
        return problem(error, request.scope[REQUEST_ID_KEY])

    async def unknown(request: Request, error: Exception) -> Response:
        # Starlette raises it again behind this answer; `agent_sdk.server.middleware` ends it there.
        log_failure(error)
        return problem(error, request.scope[REQUEST_ID_KEY])

    async def gone(request: Request, error: Exception) -> Response:
        del error
        return problem(
            HTTPException(400, "the request was not sent to its end"), request.scope[REQUEST_ID_KEY]
        )

    app.add_exception_handler(AgentSDKError, known)
    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(HTTPException, known)
    app.add_exception_handler(Exception, unknown)


def _allow(app: Starlette, request: Request) -> dict[str, str]:
    """Every method of the path (RFC 9110, section 10.2.1): the router knows those of its first route only."""
    methods: set[str] = set()
    for route in app.routes:
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            methods |= set(getattr(route, "methods", None) or ())
    if "GET" in methods:
        methods.add("HEAD")
    return {"Allow": ", ".join(sorted(methods))}
