"""Tool names on the wire: ours have dots (`filesystem.read`), providers take `[A-Za-z0-9_-]{1,64}`.

A name's wire form depends on nothing but the name, so that transcripts and prompt caches stay as they are
when the set of tools changes. No two names share a form:

- a name that fits and has no `__` stays as it is;
- a name whose only fault is dots has each written as `__` (`filesystem__read`). Runs of `_` have even length
  then;
- any other is `<slug>___<digest>`, the only form with a run of exactly three.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Final

WIRE_NAME_LENGTH_MAX_CHARS: Final = 64
DIGEST_LENGTH_CHARS: Final = 16
CACHE_SIZE_MAX_NAMES: Final = 4096

_FITS: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{WIRE_NAME_LENGTH_MAX_CHARS}}}")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9-]+")
_MARK: Final = "___"


@lru_cache(maxsize=CACHE_SIZE_MAX_NAMES)
def to_wire(name: str) -> str:
    """The form of a tool's name that every provider takes."""
    plain = "__" not in name and "_." not in name and "._" not in name
    dotted = name.replace(".", "__")
    if plain and _FITS.fullmatch(dotted):
        return dotted
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_LENGTH_CHARS]
    slug = _UNFIT.sub("_", name).strip("_") or "tool"
    slug = slug[: WIRE_NAME_LENGTH_MAX_CHARS - len(_MARK) - DIGEST_LENGTH_CHARS].rstrip("_")
    return f"{slug}{_MARK}{digest}"


class WireNames:
    """The way back, for the tools of one request."""

    __slots__ = ("_ours",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Know these names."""
        self._ours = {to_wire(name): name for name in names}

    def to_ours(self, wire: str) -> str:
        """Our name of the tool; a name that the model made up comes back as it is."""
        return self._ours.get(wire, wire)
