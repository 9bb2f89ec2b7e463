"""Who asks: from the headers of a request to a scope, and from a request to what serves it."""

from typing import Final, cast

from starlette.requests import Request

from agent_sdk.contracts.platform_errors import Unauthenticated
from agent_sdk.contracts.scope import Scope
from agent_sdk.services.platform import Platform

SIGN_IN_PATH: Final = "/v1/sign-in"
CONSOLE_PATH: Final = "/console"
PUBLIC_PATHS: Final = frozenset(
    {"/", CONSOLE_PATH, "/docs", "/openapi.json", "/health", "/ready", SIGN_IN_PATH}
)
"""What anybody who reaches the server may read: whether it lives, and how to talk to it. No data of anybody. To sign in
takes a code instead of a key."""
SECRET_LENGTH_MAX_CHARS: Final = 512

SCOPE_KEY: Final = "agent_sdk.scope"
PLATFORM_KEY: Final = "agent_sdk.platform"


def is_public(path: str) -> bool:
    """Whether a path needs no key: a public one, or a page or a file of the console."""
    return path in PUBLIC_PATHS or path.startswith(f"{CONSOLE_PATH}/")


def secret_in(authorization: bytes | None, api_key: bytes | None) -> str:
    """The secret in `Authorization: Bearer …` (RFC 6750) or, where there is no such header, in `X-API-Key`.

    Raises:
        Unauthenticated: There is none, or nothing that could be one.
    """
    if authorization is not None:
        scheme, _, secret = authorization.partition(b" ")
        if scheme.lower() != b"bearer":
            raise Unauthenticated("the Authorization header holds no bearer token")
    elif api_key is not None:
        secret = api_key
    else:
        raise Unauthenticated
    secret = secret.strip()
    if not secret or len(secret) > SECRET_LENGTH_MAX_CHARS or not secret.isascii():
        raise Unauthenticated("what was sent cannot be a key")
    return secret.decode()


def scope_of(request: Request) -> Scope:
    """The caller's scope, which `agent_sdk.server.middleware` found before any route was looked for."""
    return cast("Scope", request.scope[SCOPE_KEY])


def platform_of(request: Request) -> Platform:
    """What serves the request."""
    return cast("Platform", request.scope[PLATFORM_KEY])
