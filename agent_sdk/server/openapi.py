"""The OpenAPI document: what the routes declare, the shapes of the contracts, and what holds for every route.

FastAPI finds paths, parameters and request bodies. Answers are contracts, encoded by their own codec, so their schemas
come from the contracts and not from a second set of models. Source: https://spec.openapis.org/oas/v3.1.1
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from agent_sdk.contracts.events import Event
from agent_sdk.contracts.page import PAGE_DEFAULT_COUNT, PAGE_MAX_COUNT
from agent_sdk.server.authentication import PUBLIC_PATHS
from agent_sdk.server.errors import PROBLEM_TYPE, Problem
from agent_sdk.server.json_schema import JsonSchema, Shapes, name_of
from agent_sdk.server.legacy import LEGACY, SUNSET
from agent_sdk.server.queries import TEXT_LENGTH_MAX_CHARS
from agent_sdk.server.raw import query

TITLE: Final = "agent-sdk"
DESCRIPTION: Final = (
    "Runs of agents that cannot be lost. docs/HTTP.md is the guide, docs/EVENTS.md describes the events."
)
JSON: Final = "application/json"
EVENT_STREAM: Final = "text/event-stream"

_SCHEMAS: Final = "#/components/schemas/"
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_REASONS: Final[Mapping[int, str]] = {
    400: "The request cannot be read.",
    401: "No valid key was shown.",
    403: "The key may not do this, or the page that asks is not this server's.",
    404: "There is no such thing in the organisation of the key.",
    406: "None of the accepted media types can be given.",
    408: "The body did not come.",
    409: "Its state does not allow this, or a request with this Idempotency-Key is at work.",
    410: "What the cursor points at is past its retention.",
    413: "The body is too large.",
    415: "The body says that it is no JSON.",
    421: "The server is not called as the Host header says.",
    422: "The request does not fit, or the Idempotency-Key was used for another one.",
    429: "Too much is waiting; `Retry-After` says how long to wait.",
    500: "The server failed; the log knows the request id.",
    503: "The store does not answer; `Retry-After` says how long to wait.",
}
_ALL_ROUTES: Final = (400, 403, 421, 500)
_WITH_KEY: Final = (401, 503)
_WITH_INPUT: Final = (422,)
_BUSY: Final = (429, 503)
_WITH_BODY: Final = (408, 413, 415)
_HEADERS: Final[Mapping[str, JsonSchema]] = {
    "X-Request-Id": {
        "description": "Names the request in the server's log; taken over from the request where it is valid.",
        "schema": {"type": "string"},
    },
    "Agent-SDK-Api-Version": {
        "description": "Version of this contract.",
        "schema": {"type": "string"},
    },
    "Idempotency-Replayed": {
        "description": "`true` where the answer is that of an earlier request with the same Idempotency-Key.",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
    "Deprecation": {"description": "`@` and the Unix time of RFC 9745.", "schema": {"type": "string"}},
    "Sunset": {"description": "The date of RFC 8594.", "schema": {"type": "string"}},
    "Link": {"description": "`rel=successor-version`.", "schema": {"type": "string"}},
}
_ALWAYS: Final = ("X-Request-Id", "Agent-SDK-Api-Version")

PAGE_PARAMETERS: Final = (
    query(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": PAGE_MAX_COUNT, "default": PAGE_DEFAULT_COUNT},
        "Items of the page.",
    ),
    query(
        "cursor", {"type": "string", "maxLength": TEXT_LENGTH_MAX_CHARS}, "`next_cursor` of the page before."
    ),
)
"""Which page of a list."""

_answered: Final[dict[str, Any]] = {}
"""The shapes that routes answer with, by name: filled as the routes are declared."""


def answers(
    kind: Any = None,
    *,
    status: int = 200,
    says: str = "As asked.",
    stream: bool = False,
    refuses: Sequence[int] = (),
    also: Sequence[int] = (),
) -> dict[int | str, dict[str, Any]]:
    """Declare what a route answers: the value of `responses` where it is declared.

    Args:
        kind: The contract of the body: a dataclass, or a page of one; or a schema; None where there is no JSON.
        status: Of success.
        says: What success means.
        stream: Whether the answer may be an event stream (of `Event`).
        refuses: Statuses of problems beyond those that every route has.
        also: Further statuses with the same body.
    """
    content: dict[str, Any] = {}
    if isinstance(kind, dict):
        content[JSON] = {"schema": kind}
    elif kind is not None:
        _answered[name_of(kind)] = kind
        content[JSON] = {"schema": {"$ref": f"{_SCHEMAS}{name_of(kind)}"}}
    if stream:
        content[EVENT_STREAM] = event_stream(Event)
    success = {"description": says, **({"content": content} if content else {})}
    return {**{each: dict(success) for each in (status, *also)}, **{each: _problem(each) for each in refuses}}


def text_answer(media_type: str) -> dict[int | str, dict[str, Any]]:
    """Declare an answer of text."""
    return {200: {"description": "As asked.", "content": {media_type: {"schema": {"type": "string"}}}}}


def event_stream(kind: Any) -> JsonSchema:
    """The media type of a stream whose `data:` lines are of a kind."""
    if kind is not Event:
        _answered[name_of(kind)] = kind
    return {"schema": {"type": "string"}, "x-data-schema": {"$ref": f"{_SCHEMAS}{name_of(kind)}"}}


def document(routes: Sequence[BaseRoute], version: str) -> dict[str, Any]:
    """The whole document.

    Args:
        routes: Of the application.
        version: Of the software.
    """
    described = get_openapi(title=TITLE, version=version, description=DESCRIPTION, routes=routes)
    for path, operation in _operations(described["paths"]):
        _complete(path, operation)
    described["paths"] = {**described["paths"], **_legacy_paths(described["paths"])}
    described["security"] = [{"bearer": []}, {"api_key": []}]
    components = described.setdefault("components", {})
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer asdk_…`"},
        "api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    components["headers"] = dict(_HEADERS)
    components["responses"] = _problem_responses()
    components["schemas"] = dict(sorted(_schemas(components.get("schemas", {})).items()))
    return described


def _schemas(bodies: Mapping[str, JsonSchema]) -> dict[str, JsonSchema]:
    shapes = Shapes(_SCHEMAS)
    for kind in (Problem, *_answered.values()):
        shapes.schema(kind)
    event = {"title": "Event", **shapes.event()}
    own = {name: each for name, each in bodies.items() if "ValidationError" not in name}
    twice = own.keys() & shapes.found.keys()
    if twice:
        raise TypeError(f"a request body and an answer have one name: {', '.join(sorted(twice))}")
    return {**own, **shapes.found, "Event": event}


def _complete(path: str, operation: dict[str, Any]) -> None:
    """Add what holds for every route: its refusals and the headers of its answers."""
    answered: dict[str, Any] = operation["responses"]
    operation["operationId"] = operation["summary"].lower().replace(" ", "_")
    refusals = [*_ALL_ROUTES]
    refusals += () if path in PUBLIC_PATHS else _WITH_KEY
    refusals += _WITH_INPUT if "parameters" in operation or "requestBody" in operation else ()
    refusals += _WITH_BODY if "requestBody" in operation else ()
    for status in refusals:
        answered.setdefault(str(status), _problem(status))
    operation["responses"] = dict(sorted(answered.items()))
    if path in PUBLIC_PATHS:
        operation["security"] = []
    takes_key = any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ()))
    for status, response in operation["responses"].items():
        if "$ref" in response:
            response.pop(
                "description", None
            )  # FastAPI's word for the status says less than what is referred to
        else:
            if response.get("content", {}).get(JSON) == {"schema": {}}:
                del response["content"][JSON]  # FastAPI's default where only another media type is declared
            replayed = ["Idempotency-Replayed"] if takes_key and status.startswith("2") else []
            response["headers"] = _headers(*_ALWAYS, *replayed)


def _headers(*names: str) -> dict[str, JsonSchema]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _legacy_paths(paths: Mapping[str, Any]) -> dict[str, Any]:
    """The deprecated routes: each answers as its twin does."""
    found: dict[str, Any] = {}
    for method, old, new in LEGACY:
        twin: dict[str, Any] = paths[new][method.lower()]
        headers = {
            name: {"$ref": f"#/components/headers/{name}"} for name in ("Deprecation", "Sunset", "Link")
        }
        found.setdefault(old, {})[method.lower()] = {
            **twin,
            "operationId": f"{twin['operationId']}_legacy",
            "tags": ["deprecated"],
            "deprecated": True,
            "description": f"Answers as `{method} {new}` does, until {SUNSET:%Y-%m-%d}.",
            "responses": {
                status: response
                if "$ref" in response
                else {**response, "headers": response["headers"] | headers}
                for status, response in twin["responses"].items()
            },
        }
    return found


def _operations(paths: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in paths.items():
        for method in _METHODS:
            if method in item:
                yield path, item[method]


def _problem(status: int) -> dict[str, Any]:
    return {"$ref": f"#/components/responses/Problem{status}"}


def _problem_responses() -> dict[str, Any]:
    return {
        f"Problem{status}": {
            "description": reason,
            "headers": _headers(*_ALWAYS, *(["Retry-After"] if status in _BUSY else [])),
            "content": {PROBLEM_TYPE: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}},
        }
        for status, reason in _REASONS.items()
    }
