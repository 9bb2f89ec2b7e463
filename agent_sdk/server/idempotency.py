"""`Idempotency-Key` for requests other than the creation of runs, which keeps its key in its own transaction.

Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/07/
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.ports.records import IdempotencyKey
from agent_sdk.server.answers import answer_bytes
from agent_sdk.server.authentication import platform_of, scope_of
from agent_sdk.server.raw import header

KEY_LENGTH_MAX_CHARS: Final = 255
HEADER: Final = "Idempotency-Key"
REPLAYED: Final = {"Idempotency-Replayed": "true"}

# A string of RFC 8941 (`"…"` with escapes), or the same without quotes, as most clients send it.
_QUOTED: Final = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
_BARE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_ESCAPED: Final = re.compile(r'\\(["\\])')

PARAMETER: Final = {
    **header(
        HEADER, "The same key and body again give the same answer and do nothing; it is the caller's own."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH_MAX_CHARS},
}
"""Describes it, for routes that take one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a request did."""

    status: int
    body: bytes
    kept: bytes | None = None
    """What a replay answers instead, where `body` holds a secret."""


def idempotency_key(request: Request, given: str | None, body: bytes) -> IdempotencyKey | None:
    """The key of a request.

    Args:
        request: Whose method and path the key holds for.
        given: Value of the header; None where the request has none.
        body: The same key with another body is refused.

    Raises:
        InvalidInput: The key is empty, too long, or no such string.
    """
    if given is None:
        return None
    quoted, bare = _QUOTED.fullmatch(given.strip()), _BARE.fullmatch(given.strip())
    key = _ESCAPED.sub(r"\1", quoted[1]) if quoted else bare[0] if bare else ""
    if not 0 < len(key) <= KEY_LENGTH_MAX_CHARS:
        raise InvalidInput(
            f"the {HEADER} cannot be used",
            hint=f'Send 1 to {KEY_LENGTH_MAX_CHARS} printable characters, such as "{HEADER}: <a UUID>".',
        )
    route = f"{request.method} {request.url.path}"
    return IdempotencyKey(key=key, route=route, fingerprint=sha256(body).hexdigest())


async def once(request: Request, body: bytes, act: Callable[[], Awaitable[Answer]]) -> Response:
    """Do what a request asks, or answer as it was answered before. A failure frees the key for another try.

    Raises:
        InvalidInput: The key cannot be used.
        IdempotencyMismatch: The key was used for another request.
        KeyInProgress: The same request is at work.
    """
    key = idempotency_key(request, request.headers.get(HEADER), body)
    if key is None:
        made = await act()
        return answer_bytes(made.body, made.status)
    scope, records = scope_of(request), platform_of(request).store.idempotency
    before = await records.begin(scope, key)
    if before is not None:
        return answer_bytes(before[1], before[0], REPLAYED)
    try:
        made = await act()
    except BaseException:  # cancellation, too: nobody knows of an answer, so none is kept
        await records.complete(scope, key, 0, None)
        raise
    await records.complete(scope, key, made.status, made.body if made.kept is None else made.kept)
    return answer_bytes(made.body, made.status)
