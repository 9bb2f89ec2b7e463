"""Lists come in pages; a cursor says where the next one begins, and means nothing to anybody but its store."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

ItemT = TypeVar("ItemT")

PAGE_DEFAULT_COUNT: Final = 50
PAGE_MAX_COUNT: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Which page: at most `limit` items after `cursor`."""

    limit: int = PAGE_DEFAULT_COUNT
    """1 to `PAGE_MAX_COUNT`."""
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[ItemT]):
    """A page of a list."""

    data: Sequence[ItemT]
    next_cursor: str | None = None
    """None on the last page."""
