"""Where journals go before they are deleted: files of JSON lines, whole or not there at all."""

import errno
import os
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.platform_errors import StoreError, StoreFull
from agent_sdk.contracts.run import Run
from agent_sdk.contracts.session import Session

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_HINT: Final = "Make room, or name another folder for the archive; what is not archived is not deleted."


def run_line(run: Run, events: Iterable[bytes]) -> bytes:
    """`{"run": …, "events": […]}`: a run, and its envelopes as they were stored."""
    return b'{"run":' + encode(run) + b',"events":[' + b",".join(events) + b"]}\n"


def session_line(session: Session, messages: Iterable[bytes]) -> bytes:
    """`{"session": …, "messages": […]}`: a session, and its messages as they were stored."""
    return b'{"session":' + encode(session) + b',"messages":[' + b",".join(messages) + b"]}\n"


class Archive:
    """A folder of files `runs-<day>-<n>.jsonl`."""

    def __init__(self, folder: Path, day: str) -> None:
        """Take the folder, which is made where it is missing, and the day, such as `2026-11-22`."""
        self.folder = folder
        self._day = day
        self._number = 0

    def write(self, lines: Sequence[bytes]) -> None:
        """Write a new file; when this returns, a power cut cannot take it away.

        Args:
            lines: Each with its newline.

        Raises:
            StoreFull: There is no room.
            StoreError: It cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._new_file() as file:
                file.writelines(lines)
                file.flush()
                os.fsync(file.fileno())
            _sync_folder(self.folder)
        except OSError as error:
            kind = StoreFull if error.errno in _NO_ROOM else StoreError
            raise kind(f"the archive in {self.folder} cannot be written: {error}", hint=_HINT) from error

    @contextmanager
    def _new_file(self) -> Generator[IO[bytes]]:
        """The next free name, held by a file beside it that takes the name at the end, unless writing failed."""
        path, part, file = self._claim()
        try:
            with file:
                yield file
            part.rename(path)
        except BaseException:
            part.unlink()
            raise

    def _claim(self) -> tuple[Path, Path, IO[bytes]]:
        while True:
            self._number += 1
            path = self.folder / f"runs-{self._day}-{self._number}.jsonl"
            part = path.with_suffix(".part")
            try:
                file = part.open("xb")
            except FileExistsError:
                continue
            # Who has the part has the name, unless another had both a moment ago.
            if not path.exists():
                return path, part, file
            file.close()
            part.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
