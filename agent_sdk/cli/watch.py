"""Watching the files of a project by looking at them, again and again: it needs nothing of the system or of others."""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from agent_sdk.settings import FILE_NAME

POLL_INTERVAL_S: Final = 0.25
LOOK_SHARE_MIN: Final = 10
"""A look at a large tree is followed by a pause at least so many times as long."""
_IGNORED: Final = frozenset({"node_modules", "__pycache__"})
_MARK_OF_VENV: Final = "pyvenv.cfg"

Files = Mapping[str, tuple[int, int]]
"""By path: time of the last change in nanoseconds, and size in bytes."""


def look(folder: Path) -> Files:
    """Python files and `agent-sdk.toml` below a folder; hidden folders and environments are left out."""
    found: dict[str, tuple[int, int]] = {}
    waiting = [str(folder)]
    while waiting:
        for entry in _entries(waiting.pop()):
            if entry.name.endswith(".py") or entry.name == FILE_NAME:
                status = _status(entry)
                if status is not None:
                    found[entry.path] = (status.st_mtime_ns, status.st_size)
            elif _is_watched(entry):
                waiting.append(entry.path)
    return found


def changed(before: Files, after: Files) -> list[str]:
    """Paths of what was added, changed or removed, in order."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def pause_after(look_s: float) -> float:
    """Seconds until the next look."""
    return max(POLL_INTERVAL_S, LOOK_SHARE_MIN * look_s)


class Watch:
    """Looks for changes since it was made, or since the last one that it found."""

    def __init__(self, folder: Path) -> None:
        """Begin with what is there now."""
        self._folder = folder
        self._files = look(folder)

    def wait(self) -> list[str]:
        """Pause, then look; the paths that changed meanwhile, relative to the folder."""
        began = time.monotonic()
        files = look(self._folder)
        found = changed(self._files, files)
        self._files = files
        if not found:
            time.sleep(pause_after(time.monotonic() - began))
        return [os.path.relpath(path, self._folder) for path in found]


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError:
        return  # it went meanwhile, or is not ours to read
    if not any(entry.name == _MARK_OF_VENV for entry in found):
        yield from found


def _is_watched(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name in _IGNORED:
        return False
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat()
    except OSError:
        return None  # it went between the two looks
