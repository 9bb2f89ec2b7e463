"""Files inside configured folders, and nowhere else.

Paths are opened one component at a time, each relative to the open folder before it and never through a symbolic
link (openat(2) with O_NOFOLLOW), so that what is checked is what is opened, whatever another process renames in
between. Where the platform has no such calls (Windows), the path is checked and then opened: a process that swaps a
folder for a link between the two can win there.
"""

import errno
import itertools
import os
import stat
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import Final, Protocol

from agent_sdk.contracts.errors import ToolRefused
from agent_sdk.contracts.signals import ToolFailed

FILE_SIZE_MAX_BYTES: Final = 10 * 1024 * 1024
TEMPORARY_NAMES_TRIED_COUNT_MAX: Final = 100

HAS_DESCRIPTORS: Final = {os.open, os.mkdir, os.rename, os.stat, os.unlink} <= os.supports_dir_fd

# Absent on Windows.
_DIRECTORY: Final = getattr(os, "O_DIRECTORY", 0)
_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_NON_BLOCKING: Final = getattr(os, "O_NONBLOCK", 0)
_BINARY: Final = getattr(os, "O_BINARY", 0)

_OUTSIDE_HINT: Final = (
    "Only paths inside the folders of AGENT_SDK_FS_ROOTS are allowed, and no symbolic links."
)
_LINK_ERRORS: Final = (errno.ELOOP, errno.EMLINK)  # the second on FreeBSD
_numbers = itertools.count()


class Folder(Protocol):
    """An open folder inside a root."""

    def enter(self, name: str, *, create: bool) -> "Folder":
        """Open a folder in this one. OSError if it is none, or a link."""
        ...

    def open(self, name: str, flags: int) -> int:
        """Open a file in this folder, not through a link; returns its descriptor."""
        ...

    def status(self, name: str) -> os.stat_result:
        """Of an entry itself, also where it is a link."""
        ...

    def replace(self, source: str, target: str) -> None:
        """Rename an entry over another, and have that on disk before returning."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class DescriptorFolder:
    """A folder held by its descriptor: safe against races."""

    def __init__(self, descriptor: int) -> None:
        """Take the descriptor over."""
        self._descriptor = descriptor

    @classmethod
    def root(cls, path: Path) -> "DescriptorFolder":
        """Open a root; links in the path to it are the operator's own, and followed."""
        return cls(os.open(path, os.O_RDONLY | _DIRECTORY))

    def enter(self, name: str, *, create: bool) -> "DescriptorFolder":
        """See `Folder`."""
        if create:
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=self._descriptor)
                os.fsync(self._descriptor)
        return DescriptorFolder(self.open(name, os.O_RDONLY | _DIRECTORY))

    def open(self, name: str, flags: int) -> int:
        """See `Folder`."""
        return os.open(name, flags | _NO_FOLLOW | _NON_BLOCKING, 0o666, dir_fd=self._descriptor)

    def status(self, name: str) -> os.stat_result:
        """See `Folder`."""
        return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)

    def replace(self, source: str, target: str) -> None:
        """See `Folder`."""
        os.replace(source, target, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        os.fsync(self._descriptor)

    def remove(self, name: str) -> None:
        """See `Folder`."""
        os.unlink(name, dir_fd=self._descriptor)

    def close(self) -> None:
        """See `Folder`."""
        os.close(self._descriptor)


class PathFolder:
    """A folder held by its path, for platforms without descriptors of folders. Checked, but not against races."""

    def __init__(self, path: Path) -> None:
        """Hold a path without links."""
        self._path = path

    @classmethod
    def root(cls, path: Path) -> "PathFolder":
        """Open a root."""
        return cls(path.resolve(strict=True))

    def enter(self, name: str, *, create: bool) -> "PathFolder":
        """See `Folder`."""
        path = self._path / name
        if create:
            with suppress(FileExistsError):
                path.mkdir()
        self._check(path)
        if not stat.S_ISDIR(path.stat().st_mode):
            raise NotADirectoryError(name)
        return PathFolder(path)

    def open(self, name: str, flags: int) -> int:
        """See `Folder`."""
        self._check(self._path / name)
        return os.open(self._path / name, flags | _NO_FOLLOW | _NON_BLOCKING | _BINARY, 0o666)

    def status(self, name: str) -> os.stat_result:
        """See `Folder`."""
        return (self._path / name).lstat()

    def replace(self, source: str, target: str) -> None:
        """See `Folder`."""
        (self._path / source).replace(self._path / target)

    def remove(self, name: str) -> None:
        """See `Folder`."""
        (self._path / name).unlink()

    def close(self) -> None:
        """Nothing is held."""

    def _check(self, path: Path) -> None:
        # Compared with the resolved parent, so that junctions and short names are found, too.
        if path.exists() and path.resolve() != self._path.resolve() / path.name:
            raise NotADirectoryError(path.name)


class Roots:
    """The folders that may be touched."""

    def __init__(
        self, roots: Sequence[Path], kind: type[DescriptorFolder | PathFolder] | None = None
    ) -> None:
        """Take the folders; `kind` is how they are opened, the safe way where the platform has it."""
        self._roots = tuple([Path(os.path.abspath(root)) for root in roots])  # noqa: PTH100 - keeps links as they are
        self._kind = kind or (DescriptorFolder if HAS_DESCRIPTORS else PathFolder)

    def read(self, path: str) -> bytes:
        """The content of a file.

        Raises:
            ToolRefused: The path is outside, goes through a link, or the file is larger than `FILE_SIZE_MAX_BYTES`.
            ToolFailed: There is no such file, or it cannot be read.
        """
        with _named_errors(path), self._parent(path, create=False) as (folder, name):
            descriptor = folder.open(name, os.O_RDONLY)
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    raise ToolFailed(f"{path} is not a file")
                # Read one byte more than allowed, because a file may grow after it was measured.
                data = file.read(FILE_SIZE_MAX_BYTES + 1)
                if len(data) > FILE_SIZE_MAX_BYTES:
                    raise ToolRefused(
                        f"{path} is larger than {FILE_SIZE_MAX_BYTES} bytes", hint="Read a smaller file."
                    )
                return data

    def write(self, path: str, data: bytes) -> None:
        """Write a whole file: readers see the old content or the new, never a part, also after a power failure.

        Missing folders are made. An existing file keeps its permissions.

        Raises:
            ToolRefused: The path is outside, or goes through a link.
            ToolFailed: It cannot be written.
        """
        with _named_errors(path), self._parent(path, create=True) as (folder, name):
            mode = _mode_to_keep(folder, name, path)
            temporary, descriptor = _temporary(folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    if mode is not None and hasattr(os, "fchmod"):
                        os.fchmod(descriptor, mode)
                    os.fsync(descriptor)
                folder.replace(temporary, name)
            except BaseException:
                # It is gone when only making the rename durable failed.
                with suppress(FileNotFoundError):
                    folder.remove(temporary)
                raise

    @contextmanager
    def _parent(self, path: str, *, create: bool) -> Generator[tuple[Folder, str]]:
        """The open folder that holds `path`, and the name in it."""
        root, parts = self._inside(path)
        folder: Folder = self._kind.root(root)
        try:
            for part in parts[:-1]:
                entered = folder.enter(part, create=create)
                folder.close()
                folder = entered
            yield folder, parts[-1]
        finally:
            folder.close()

    def _inside(self, path: str) -> tuple[Path, tuple[str, ...]]:
        """The root that a path is in, and the way from there; by words only, links are refused when opening."""
        if not self._roots:
            msg = "no folder may be touched"
            raise ToolRefused(msg, hint="Set AGENT_SDK_FS_ROOTS to the folders that agents may use.")
        if "\0" in path:
            raise ToolRefused("a path has no zero characters", hint=_OUTSIDE_HINT)
        absolute = PurePath(os.path.normpath(self._roots[0] / path))
        for root in self._roots:
            for spelling in (root, Path(os.path.realpath(root))):
                if absolute.is_relative_to(spelling):
                    parts = absolute.relative_to(spelling).parts
                    if not parts:
                        raise ToolFailed(f"{path or '.'} is a folder, not a file")
                    return root, parts
        raise ToolRefused(f"{path} is outside the allowed folders", hint=_OUTSIDE_HINT)


@contextmanager
def _named_errors(path: str) -> Generator[None]:
    """Say what the system's errors mean for `path`, without telling where the root is."""
    try:
        yield
    except FileNotFoundError as error:
        raise ToolFailed(f"{path} does not exist") from error
    except NotADirectoryError as error:
        raise ToolRefused(f"{path} goes through a file or a symbolic link", hint=_OUTSIDE_HINT) from error
    except IsADirectoryError as error:
        raise ToolFailed(f"{path} is a folder, not a file") from error
    except (OSError, UnicodeError) as error:
        if getattr(error, "errno", None) in _LINK_ERRORS:
            raise ToolRefused(f"{path} is a symbolic link", hint=_OUTSIDE_HINT) from error
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        raise ToolFailed(f"{path}: {reason}") from error


def _mode_to_keep(folder: Folder, name: str, path: str) -> int | None:
    try:
        status = folder.status(name)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(status.st_mode):
        raise ToolRefused(f"{path} is a symbolic link", hint=_OUTSIDE_HINT)
    if not stat.S_ISREG(status.st_mode):
        raise ToolFailed(f"{path} is not a file")
    return stat.S_IMODE(status.st_mode)


def _temporary(folder: Folder) -> tuple[str, int]:
    """A new file in `folder`: its name and descriptor."""
    for _ in range(TEMPORARY_NAMES_TRIED_COUNT_MAX):
        # A name may be left from a process that died.
        name = f".agent-sdk-{os.getpid()}-{next(_numbers)}.tmp"
        try:
            return name, folder.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            continue
    raise ToolFailed("the folder is full of left-over temporary files (.agent-sdk-*.tmp)")
