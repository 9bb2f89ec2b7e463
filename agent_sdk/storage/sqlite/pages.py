"""Pages of lists: a cursor is the place of the last row that was shown, so rows that come or go move nothing."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, TypeVar

import msgspec

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.page import PAGE_MAX_COUNT, Page, PageRequest
from agent_sdk.storage.sqlite.records import Row

ON_LOOP_MAX_COUNT: Final = 100
"""Rows; longer pages are read on a thread."""

PlaceT = TypeVar("PlaceT", bound=tuple[Any, ...])
ItemT = TypeVar("ItemT")

Number = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""What SQLite takes for a number."""
ByNumber = tuple[Number]
"""The place in a list of what was made later and later."""
LAST: Final = 2**63 - 1
"""A number after all others."""


def place_of(page: PageRequest, kind: type[PlaceT], beginning: PlaceT) -> PlaceT:
    """Where a page begins: after the row with this place.

    Raises:
        InvalidInput: The limit is out of bounds, or the cursor is none of this list.
    """
    if not 1 <= page.limit <= PAGE_MAX_COUNT:
        raise InvalidInput(
            f"limit {page.limit} is not between 1 and {PAGE_MAX_COUNT}",
            hint="Ask for less, and follow next_cursor.",
        )
    if page.cursor is None:
        return beginning
    try:
        padded = page.cursor + "=" * (-len(page.cursor) % 4)
        return msgspec.json.decode(urlsafe_b64decode(padded), type=kind)
    except ValueError as error:
        raise InvalidInput(
            "this cursor is none of this list",
            hint="Pass on next_cursor unchanged, or begin without a cursor.",
        ) from error


def page_of(
    rows: Sequence[Row],
    page: PageRequest,
    item: Callable[[Row], ItemT],
    place: Callable[[Row], tuple[Any, ...]],
) -> Page[ItemT]:
    """A page of `rows`, which are one more than it holds where another page follows."""
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    return Page(data=[item(row) for row in shown], next_cursor=_cursor(place(shown[-1])) if more else None)


def _cursor(place: tuple[Any, ...]) -> str:
    return urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()
