"""Who is alive on this machine: each owner of leases holds a lock on a file of its own, and loses it with its life.

Source: flock(2). The lock belongs to the open file, and the kernel lets go of it when the process is gone, however.
"""

import fcntl
import os
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from agent_sdk.contracts.platform_errors import StoreError

HOLD_ATTEMPTS_MAX_COUNT: Final = 10
HOLD_RETRY_S: Final = 0.001
_SUFFIX: Final = ".lock"


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
        for attempt in range(HOLD_ATTEMPTS_MAX_COUNT):
            if attempt:
                # Whoever sweeps holds the lock for a moment to see that it is free.
                time.sleep(HOLD_RETRY_S)
            try:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                file = os.open(self._path(owner), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise StoreError(f"the owner {owner} cannot show that it is alive: {error}") from error
            if self._lock(owner, file):
                self._held[owner] = file
                return
            os.close(file)
        raise StoreError(f"another process is the owner {owner}")

    @property
    def held(self) -> Collection[str]:
        """Owners in this process."""
        return self._held.keys()

    def dead(self) -> frozenset[str]:
        """Owners that left a file and are gone."""
        return frozenset(
            [owner for owner in self._found() if owner not in self._held and self._if_dead(owner)]
        )

    def alive(self) -> frozenset[str]:
        """Owners of this machine whose process is there, at work or not."""
        others = [owner for owner in self._found() if owner not in self._held and not self._if_dead(owner)]
        return frozenset([*self._held, *others])

    def forget(self, owner: str) -> None:
        """Remove the file of a dead owner; one that has come meanwhile keeps it."""
        self._if_dead(owner, self._path(owner).unlink)

    def close(self) -> None:
        """Let go: to others the owners of this process are dead."""
        for file in self._held.values():
            os.close(file)
        self._held.clear()

    def _path(self, owner: str) -> Path:
        return self._folder / f"{quote(owner, safe='')}{_SUFFIX}"

    def _found(self) -> list[str]:
        return [unquote(path.stem) for path in self._folder.glob(f"*{_SUFFIX}")]

    def _if_dead(self, owner: str, act: Callable[[], None] | None = None) -> bool:
        """Whether an owner is gone; `act` is called while nobody else can take its lock."""
        try:
            file = os.open(self._path(owner), os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            # Another sweeper was faster.
            return False
        try:
            dead = self._lock(owner, file)
            if dead and act is not None:
                act()
            return dead
        finally:
            os.close(file)

    def _lock(self, owner: str, file: int) -> bool:
        """Take the lock of an owner's open file, unless another has it, or it was removed since it was opened."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.path.samestat(os.fstat(file), self._path(owner).stat())
        except (BlockingIOError, FileNotFoundError):
            return False
