"""Reading the body of a request: bounded, strict, and said plainly where it does not fit."""

import asyncio
import re
from difflib import get_close_matches
from itertools import accumulate
from typing import Any, Final, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from agent_sdk.contracts.errors import InvalidInput

BODY_SIZE_MAX_BYTES: Final = 1024 * 1024
BODY_WAIT_MAX_S: Final = 30.0
JSON_DEPTH_MAX_COUNT: Final = 100
"""Levels of nesting: what is stored has to be read again, by programs with less room than this one."""

BodyT = TypeVar("BodyT", bound=msgspec.Struct)
_DECODERS: Final[dict[type[msgspec.Struct], msgspec.json.Decoder[Any]]] = {}
_UNKNOWN: Final = re.compile(r"unknown field `(.*?)`")
# Possessive, so that no byte is looked at twice; one without an end takes the rest.
_STRINGS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_STEPS: Final = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
"""Brackets as signed bytes: a level down, a level up."""
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[{]}"))


async def read_body(request: Request, kind: type[BodyT]) -> BodyT:
    """The body as a `kind`, a struct that forbids unknown fields. No body at all counts as an empty object.

    A field that is given twice counts as it was given last.

    Raises:
        HTTPException: 400, it is no JSON; 408, it did not come; 413, it is too large; 415, it says it is no JSON.
        InvalidInput: It has another shape.
        ClientDisconnect: Whoever sent it is gone.
    """
    return decode_body(await read_bytes(request), kind)


async def read_bytes(request: Request) -> bytes:
    """The body as it came.

    Raises:
        HTTPException: 408, it did not come; 413, it is too large; 415, it says it is no JSON.
        ClientDisconnect: Whoever sent it is gone.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > BODY_SIZE_MAX_BYTES:
        raise _too_large()
    if not length.strip("0") and "transfer-encoding" not in request.headers:
        return b""
    try:
        async with asyncio.timeout(BODY_WAIT_MAX_S):
            body = await _whole(request)
    except TimeoutError as error:
        raise HTTPException(408, f"the body did not come within {BODY_WAIT_MAX_S:.0f} seconds") from error
    if body and not _is_json(request.headers.get("content-type", "")):
        raise HTTPException(415, "the body is not declared as JSON")
    return body


async def _whole(request: Request) -> bytes:
    body = bytearray()
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > BODY_SIZE_MAX_BYTES:
            raise _too_large()
        if not message.get("more_body"):
            return bytes(body)


def decode_body(body: bytes, kind: type[BodyT]) -> BodyT:
    """JSON as a `kind`.

    Raises:
        HTTPException: 400, it is no JSON.
        InvalidInput: It has another shape.
    """
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    body = body or b"{}"
    # Most bodies have fewer brackets altogether than may be nested, and need no second look.
    if body.count(b"[") + body.count(b"{") > JSON_DEPTH_MAX_COUNT:
        _check_depth(body)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        _require_json(body)
        raise InvalidInput(f"the body does not fit: {error}", hint=_hint(str(error), kind)) from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"the body is no JSON: {error}") from error


def _check_depth(body: bytes) -> None:
    steps = memoryview(_STRINGS.sub(b"", body).translate(_STEPS, _NO_BRACKETS)).cast("b")
    if max(accumulate(steps), default=0) > JSON_DEPTH_MAX_COUNT:
        raise HTTPException(400, f"the body is nested more than {JSON_DEPTH_MAX_COUNT} levels deep")


def _require_json(body: bytes) -> None:
    """What has another shape may be no JSON further on."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"the body is no JSON: {error}") from error


def _hint(message: str, kind: type[msgspec.Struct]) -> str:
    unknown = _UNKNOWN.search(message)
    names = _field_names(kind)
    close = get_close_matches(unknown[1], names, n=1) if unknown else []
    return f"Did you mean `{close[0]}`?" if close else f"Known fields: {', '.join(names)}."


def _field_names(kind: type[msgspec.Struct]) -> list[str]:
    """Its fields and, behind them, those of the structs within it."""
    fields = msgspec.structs.fields(kind)
    within = [
        each.encode_name
        for field in fields
        for part in getattr(field.type, "__args__", ())
        if isinstance(part, type) and issubclass(part, msgspec.Struct)
        for each in msgspec.structs.fields(part)
    ]
    return [*[field.encode_name for field in fields], *within]


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _too_large() -> HTTPException:
    return HTTPException(413, f"the body is larger than {BODY_SIZE_MAX_BYTES} bytes")
