"""Whether the built files are those of the sources."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, cast

from agent_sdk.ui.place import Place

RECORD: Final = "build.json"
"""Beside the built files: says what they were built from."""
_FOREIGN: Final = frozenset({"node_modules", "coverage", "dist"})
_HIDDEN_SOURCES: Final = frozenset({".npmrc"})

State = Literal["built", "stale", "missing"]


def state_of(place: Place) -> State:
    """`built` from these sources, `stale`: from others, or `missing`. Without sources, what is there is good.

    Raises:
        OSError: The sources cannot be read.
    """
    if not place.is_built:
        return "missing"
    if place.checkout is None or recorded(place.static) == digest_of(place.checkout.sources):
        return "built"
    return "stale"


def recorded(static: Path) -> str | None:
    """The digest of the sources that files were built from; None where nobody wrote it down."""
    try:
        record: object = json.loads((static / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    sources = cast("dict[str, object]", record).get("sources") if isinstance(record, dict) else None
    return sources if isinstance(sources, str) else None


def record(static: Path, digest: str) -> None:
    """Write down what files were built from."""
    (static / RECORD).write_text(json.dumps({"sources": digest}) + "\n", encoding="utf-8")


def digest_of(sources: Path) -> str:
    """SHA-256, hexadecimal, of the names and contents of all sources; the same on every system."""
    digest = hashlib.sha256()
    for name in sorted(names_of(sources)):
        digest.update(f"{name}\0".encode())
        digest.update(hashlib.sha256((sources / name).read_bytes()).digest())
    return digest.hexdigest()


def names_of(sources: Path) -> Iterator[str]:
    """The paths of all sources, relative and with slashes: not what is hidden, installed or made."""
    for folder, folders, files in os.walk(sources):
        folders[:] = [name for name in folders if name not in _FOREIGN and not name.startswith(".")]
        for name in files:
            if not name.startswith(".") or name in _HIDDEN_SOURCES:
                yield Path(folder, name).relative_to(sources).as_posix()
