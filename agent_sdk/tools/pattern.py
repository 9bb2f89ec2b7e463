"""Regular expressions of schemas, in bounded time: a stranger may have written them, and the texts as well.

They are read by an engine whose time grows with the length of the text and no faster. It knows no look-around and no
back-references; where a pattern has those, Python's engine searches, if it cannot take long.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic_core import SchemaValidator

PATTERNS_CACHED_COUNT: Final = 256
SEARCH_STEPS_MAX_COUNT: Final = 10_000_000

_ESCAPED: Final = re.compile(r"\\.", re.DOTALL)
_REPEATED_GROUP: Final = re.compile(r"\)[*+?{]")
_CHOICE: Final = re.compile(r"[*+}|]|(?<!\()\?")


def is_pattern(pattern: object) -> bool:
    """Whether one of the engines can read it."""
    if not isinstance(pattern, str) or _linear(pattern) is not None:
        return True  # what is no text is somebody else's matter
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def fits(pattern: str, text: str) -> bool:
    """Whether `pattern`, for which `is_pattern` holds, is found in `text`; no, where looking could take too long."""
    linear = _linear(pattern)
    if linear is not None:
        return linear.isinstance_python(text)
    return _steps_max(pattern, len(text)) <= SEARCH_STEPS_MAX_COUNT and re.search(pattern, text) is not None


@lru_cache(maxsize=PATTERNS_CACHED_COUNT)
def _linear(pattern: str) -> "SchemaValidator | None":
    from pydantic_core import SchemaError, SchemaValidator, core_schema

    try:
        return SchemaValidator(
            core_schema.str_schema(pattern=pattern, strict=True, regex_engine="rust-regex")
        )
    except (SchemaError, UnicodeEncodeError):
        return None


def _steps_max(pattern: str, length: int) -> float:
    """A bound of what an engine that goes back may try: at each place to start, each choice with each of its ends."""
    bare = _ESCAPED.sub("_", pattern)
    if _REPEATED_GROUP.search(bare):
        return float("inf")
    return float(length + 2) ** (len(_CHOICE.findall(bare)) + 1)
