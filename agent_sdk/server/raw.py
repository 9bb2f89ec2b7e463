"""Routes that FastAPI routes and describes, and otherwise leaves alone: the request as it came, the answer as bytes.

FastAPI's own way through a route (body, dependencies, response model) costs about twice what is left here altogether.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, cast

import msgspec
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[ASGIApp]]
Parameter = dict[str, Any]
"""A parameter object of OpenAPI."""

_NAME_START: Final = "{"


class RawRoute(APIRoute):
    """A route whose endpoint gets the bare request."""

    def __init__(self, path: str, endpoint: Endpoint, **described: Any) -> None:
        """Route `path` to `endpoint`."""
        super().__init__(path, endpoint, **described)

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            response = await endpoint(Request(scope, receive))
            await response(scope, receive, send)

        self.app = app


def raw_route(
    router: APIRouter,
    method: str,
    path: str,
    endpoint: Endpoint,
    *,
    responses: Mapping[int | str, dict[str, Any]],
    body: type[msgspec.Struct] | None = None,
    parameters: Sequence[Parameter] = (),
    tags: Sequence[str] = (),
) -> None:
    """Add a route to `router`; name and description are the endpoint's.

    Args:
        router: Of the noun.
        method: Of HTTP.
        path: With its parameters in braces.
        endpoint: Answers.
        responses: As `agent_sdk.server.openapi.answers` writes them; the first is the one of success.
        body: What the endpoint reads.
        parameters: Of the query and the headers; those of the path are found.
        tags: Groups of the documentation.
    """
    described: dict[str, Any] = {"parameters": [*_path_parameters(path), *parameters]}
    if body is not None:
        content = {"application/json": {"schema": _inline(body)}}
        described["requestBody"] = {"required": bool(_required(body)), "content": content}
    router.routes.append(
        RawRoute(
            path,
            endpoint,
            methods=[method],
            status_code=int(next(iter(responses))),
            responses=dict(responses),
            openapi_extra={name: each for name, each in described.items() if each},
            tags=list(tags),
            response_model=None,
        )
    )


def query(name: str, schema: Mapping[str, Any], says: str) -> Parameter:
    """Describe a parameter of the query."""
    return {"name": name, "in": "query", "required": False, "schema": dict(schema), "description": says}


def header(name: str, says: str) -> Parameter:
    """Describe a header of the request."""
    return {
        "name": name,
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": says,
    }


def _path_parameters(path: str) -> list[Parameter]:
    names = [part[1:-1] for part in path.split("/") if part.startswith(_NAME_START)]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _required(body: type[msgspec.Struct]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(body) if field.required]


def _inline(body: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of a struct with those of the structs within it in their places."""
    schema = msgspec.json.schema(body)
    shapes: dict[str, Any] = schema.get("$defs", {})

    def filled(node: Any) -> Any:
        if isinstance(node, list):
            return [filled(each) for each in cast("list[Any]", node)]
        if not isinstance(node, dict):
            return node
        fields = cast("dict[str, Any]", node)
        if "$ref" in fields:
            return filled(shapes[fields["$ref"].rpartition("/")[2]])
        return {name: filled(each) for name, each in fields.items()}

    return cast("dict[str, Any]", filled({name: each for name, each in schema.items() if name != "$defs"}))
