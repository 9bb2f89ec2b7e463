"""`/v1/sign-in-codes`, `/v1/sign-in` and `/v1/sign-out`: how the console comes by a key, and ends it."""

import logging
from typing import Annotated, Final, cast

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from agent_sdk.contracts.codec import encode
from agent_sdk.server.answers import answer
from agent_sdk.server.authentication import SIGN_IN_PATH, scope_of
from agent_sdk.server.idempotency import PARAMETER, Answer, once
from agent_sdk.server.models import Nothing
from agent_sdk.server.openapi import answers
from agent_sdk.server.payload import decode_body, read_body, read_bytes
from agent_sdk.server.raw import raw_route
from agent_sdk.services.sign_in import SignedIn, SignIn, SignInCode

CODE_LENGTH_MAX_CHARS: Final = 128
TAGS: Final = ("sign-in",)

_log: Final = logging.getLogger(__name__)

router = APIRouter()


class SignInBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code to sign in with."""

    code: Annotated[
        str, msgspec.Meta(min_length=1, max_length=CODE_LENGTH_MAX_CHARS, description="Good once.")
    ]


async def create_sign_in_code(request: Request) -> Response:
    """Make a code for `POST /v1/sign-in`. A replay by Idempotency-Key answers without the code."""
    given = await read_bytes(request)
    decode_body(given, Nothing)

    async def act() -> Answer:
        made = await _sign_in_of(request).make_code(scope_of(request))
        kept = SignInCode(code=None, expires_at=made.expires_at)
        return Answer(status=201, body=encode(made), kept=encode(kept))

    return await once(request, given, act)


async def sign_in(request: Request) -> Response:
    """Change a code for a key with the role of the code's maker. Needs no key; each code is good once."""
    body = await read_body(request, SignInBody)
    address = "" if request.client is None else request.client.host
    made = await _sign_in_of(request).redeem(body.code, address)
    _log.info("somebody signed in to the console", extra={"address": address})
    return answer(made, headers={"Cache-Control": "no-store"})


async def sign_out(request: Request) -> Response:
    """End the key that is shown, which signing in made."""
    decode_body(await read_bytes(request), Nothing)
    await _sign_in_of(request).sign_out(scope_of(request))
    return Response(status_code=204)


def _sign_in_of(request: Request) -> SignIn:
    return cast("SignIn", request.app.state.sign_in)


raw_route(
    router,
    "POST",
    "/v1/sign-in-codes",
    create_sign_in_code,
    responses=answers(
        SignInCode,
        status=201,
        says="Made; the code is told now only.",
        refuses=[408, 409, 413, 415, 422, 429],
    ),
    parameters=[PARAMETER],
    tags=TAGS,
)
raw_route(
    router,
    "POST",
    SIGN_IN_PATH,
    sign_in,
    responses=answers(SignedIn, says="Signed in; the key is told now only.", refuses=[401, 429, 503]),
    body=SignInBody,
    tags=TAGS,
)
raw_route(
    router,
    "POST",
    "/v1/sign-out",
    sign_out,
    responses=answers(status=204, says="The key has ended.", refuses=[408, 409, 413, 415, 422]),
    tags=TAGS,
)
