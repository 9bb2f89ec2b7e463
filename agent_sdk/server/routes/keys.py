"""`/v1/keys`: API keys, for admins."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from agent_sdk.contracts.api_key import ApiKey
from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.page import Page
from agent_sdk.server.answers import answer
from agent_sdk.server.authentication import platform_of, scope_of
from agent_sdk.server.idempotency import PARAMETER, Answer, once
from agent_sdk.server.models import KeyBody, KeyMade, Nothing
from agent_sdk.server.openapi import PAGE_PARAMETERS, answers
from agent_sdk.server.payload import decode_body, read_bytes
from agent_sdk.server.queries import page_request
from agent_sdk.server.raw import raw_route
from agent_sdk.services.keys import NewKey

ALL: Final = "/v1/keys"
ONE: Final = "/v1/keys/{key_id}"
TAGS: Final = ("keys",)

router = APIRouter()


async def list_keys(request: Request) -> Response:
    """Keys, newest first, ended ones among them. Secrets are not kept, so none is shown."""
    return answer(await platform_of(request).keys.list(scope_of(request), page_request(request)))


async def create_key(request: Request) -> Response:
    """Make a key of the caller's organisation. A replay by Idempotency-Key answers without the secret."""
    scope, keys = scope_of(request), platform_of(request).keys
    scope.require("admin")
    given = await read_bytes(request)
    body = decode_body(given, KeyBody)

    async def act() -> Answer:
        made = await keys.create(scope, name=body.name, role=body.role, expires_at=body.expires_at)
        return _told_once(made)

    return await once(request, given, act)


async def rotate_key(request: Request) -> Response:
    """Make a key like this one, and end this one. A replay by Idempotency-Key answers without the secret."""
    scope, keys = scope_of(request), platform_of(request).keys
    scope.require("admin")
    given = await read_bytes(request)
    decode_body(given, Nothing)

    async def act() -> Answer:
        return _told_once(await keys.rotate(scope, _id(request)))

    return await once(request, given, act)


async def revoke_key(request: Request) -> Response:
    """End a key, and answer with it; ending it again changes nothing."""
    return answer(await platform_of(request).keys.revoke(scope_of(request), _id(request)))


def _id(request: Request) -> str:
    given: str = request.path_params["key_id"]
    return given


def _told_once(made: NewKey) -> Answer:
    return Answer(
        status=201,
        body=encode(KeyMade(key=made.key, secret=made.secret)),
        kept=encode(KeyMade(key=made.key, secret=None)),
    )


raw_route(
    router, "GET", ALL, list_keys, responses=answers(Page[ApiKey]), parameters=PAGE_PARAMETERS, tags=TAGS
)
raw_route(
    router,
    "POST",
    ALL,
    create_key,
    responses=answers(KeyMade, status=201, says="Made; the secret is told now only.", refuses=[409]),
    body=KeyBody,
    parameters=[PARAMETER],
    tags=TAGS,
)
raw_route(
    router,
    "POST",
    f"{ONE}/rotate",
    rotate_key,
    responses=answers(
        KeyMade,
        status=201,
        says="The new key; the old one has ended.",
        refuses=[404, 408, 409, 413, 415],
    ),
    parameters=[PARAMETER],
    tags=TAGS,
)
raw_route(router, "DELETE", ONE, revoke_key, responses=answers(ApiKey, refuses=[404]), tags=TAGS)
