"""What routes answer with: contracts, written by the one codec."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from agent_sdk.contracts.codec import encode

JSON_TYPE: Final = "application/json"


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A contract, or a page of them, as JSON."""
    return Response(encode(value), status, headers, JSON_TYPE)


def answer_bytes(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that is written already."""
    return Response(body, status, headers, JSON_TYPE)
