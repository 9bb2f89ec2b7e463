"""Commands that are planned, so that asking for one is answered with when it comes."""

from collections.abc import Mapping
from typing import Final

COMING: Final[Mapping[str, str | None]] = {
    "queue": "0.4",
    "schedules": "0.4",
    "worker": "0.4",
    "ingest": "0.5",
    "init": "0.7",
    "packs": "0.7",
    "backup": "0.9",
    "restore": "0.9",
    "eval": None,
}
"""The release of docs/ROADMAP.md that brings each; None where it names none."""


def when(command: str) -> str:
    """Say when a command comes."""
    release = COMING[command]
    place = "a later release" if release is None else f"release {release}"
    return f"`agent-sdk {command}` comes with {place}; see docs/ROADMAP.md"
