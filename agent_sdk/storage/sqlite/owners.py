"""Who is alive on this machine: each owner of leases holds a lock on a file of its own, and loses it with its life.

Source: flock(2). The lock belongs to the open file, and the kernel lets go of it when the process is gone, however.
"""

import fcntl
import os
from collections.abc import Collection
from pathlib import Path
from urllib.parse import quote, unquote

from agent_sdk.contracts.platform_errors import StoreError

_SUFFIX = ".lock"


class Owners:
    """The folder of lock files beside a store."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made when the first owner comes."""
        self._folder = folder
        self._held: dict[str, int] = {}

    def hold(self, owner: str) -> None:
        """Show that `owner` is alive, until this process ends or `close`.

        Raises:
            StoreError: The file cannot be made, or another process is this owner.
        """
        if owner in self._held:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path(owner), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"the owner {owner} cannot show that it is alive: {error}") from error
        if not _lock(file):
            os.close(file)
            raise StoreError(f"another process is the owner {owner}")
        self._held[owner] = file

    @property
    def held(self) -> Collection[str]:
        """Owners in this process."""
        return self._held.keys()

    def dead(self) -> frozenset[str]:
        """Owners that left a file and are gone."""
        found = [unquote(path.stem) for path in self._folder.glob(f"*{_SUFFIX}")]
        return frozenset([owner for owner in found if owner not in self._held and self._is_dead(owner)])

    def forget(self, owner: str) -> None:
        """Remove the file of a dead owner."""
        self._path(owner).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go: to others the owners of this process are dead."""
        for file in self._held.values():
            os.close(file)
        self._held.clear()

    def _path(self, owner: str) -> Path:
        return self._folder / f"{quote(owner, safe='')}{_SUFFIX}"

    def _is_dead(self, owner: str) -> bool:
        try:
            file = os.open(self._path(owner), os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            # Another sweeper was faster.
            return False
        try:
            return _lock(file)
        finally:
            os.close(file)


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
