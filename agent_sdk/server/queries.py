"""Reading the query of a request."""

import re
from collections.abc import Sequence
from typing import Final, TypeVar

from starlette.requests import Request

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.page import PAGE_DEFAULT_COUNT, PAGE_MAX_COUNT, PageRequest

INTEGER_MAX: Final = 2**53 - 1
"""What every JSON reader can tell from its neighbours (RFC 8259, section 6)."""
TEXT_LENGTH_MAX_CHARS: Final = 1024

WordT = TypeVar("WordT", bound=str)
_INTEGER: Final = re.compile(r"-?[0-9]{1,16}")


def integer(text: str, name: str, *, low: int, high: int = INTEGER_MAX) -> int:
    """A whole number between `low` and `high`.

    Raises:
        InvalidInput: It is something else.
    """
    value = int(text) if _INTEGER.fullmatch(text) else None
    if value is None or not low <= value <= high:
        raise InvalidInput(
            f"`{name}` is {_short(text)}", hint=f"A whole number from {low} to {high} can stand there."
        )
    return value


def choice(request: Request, name: str, words: Sequence[WordT]) -> WordT | None:
    """One of `words`, or None where the query has no such parameter.

    Raises:
        InvalidInput: It is another word.
    """
    given = request.query_params.get(name)
    if given is None:
        return None
    for word in words:
        if word == given:
            return word
    raise InvalidInput(f"`{name}` is {_short(given)}", hint=f"It may be: {', '.join(words)}.")


def text(request: Request, name: str) -> str | None:
    """A text of bounded length, or None where the query has no such parameter.

    Raises:
        InvalidInput: It is longer.
    """
    given = request.query_params.get(name)
    if given is not None and len(given) > TEXT_LENGTH_MAX_CHARS:
        raise InvalidInput(f"`{name}` is longer than {TEXT_LENGTH_MAX_CHARS} characters")
    return given


def page_request(request: Request, *, default: int = PAGE_DEFAULT_COUNT) -> PageRequest:
    """`?limit=&cursor=`.

    Raises:
        InvalidInput: They cannot be used.
    """
    limit = request.query_params.get("limit")
    return PageRequest(
        limit=default if limit is None else integer(limit, "limit", low=1, high=PAGE_MAX_COUNT),
        cursor=text(request, "cursor"),
    )


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")  # noqa: PLR2004 - enough to recognise it by
