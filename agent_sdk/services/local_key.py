"""The key of a server for which none was configured: made once, kept in a file that only its user can read."""

import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from agent_sdk.contracts.errors import ConfigError
from agent_sdk.services.keys import SECRET_LENGTH_MAX_CHARS, make_secret

FILE_MODE: Final = 0o600
SECRET_LENGTH_MIN_CHARS: Final = 16


def local_key(path: Path) -> tuple[str, bool]:
    """The secret in the file, and whether it was made just now. A file that others could read is closed to them.

    Processes that start together get the same secret: whoever links the file first has made it.

    Args:
        path: Of the file; its folder exists.

    Raises:
        ConfigError: The file cannot be read or written, belongs to somebody else, or holds no secret.
    """
    try:
        made = not path.exists() and _make(path)
        return _read(path), made
    except OSError as error:
        raise ConfigError(
            f"the server's key cannot be kept in {path}: {error.strerror}",
            hint="Make the folder writable, or set AGENT_SDK_API_KEY.",
        ) from error


def _make(path: Path) -> bool:
    handle, name = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}."
    )  # its mode is 0600 from the start
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(make_secret() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)  # unlike a rename, it never replaces another process's key
        except FileExistsError:
            return False
        return True
    finally:
        Path(name).unlink()


def _read(path: Path) -> str:
    # Not through a link: whoever can place one beside the store could make us close, or trust, a file elsewhere.
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
        status = os.fstat(file.fileno())
        if hasattr(os, "getuid") and status.st_uid != os.getuid():
            raise ConfigError(
                f"{path} belongs to another user", hint="Start as that user, or set AGENT_SDK_API_KEY."
            )
        if stat.S_IMODE(status.st_mode) & ~FILE_MODE and hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), FILE_MODE)
        text = file.read(SECRET_LENGTH_MAX_CHARS + 1).decode("ascii", errors="replace").strip()
    if not SECRET_LENGTH_MIN_CHARS <= len(text) <= SECRET_LENGTH_MAX_CHARS or not text.isprintable():
        raise ConfigError(f"{path} holds no key", hint="Remove the file: the next start makes a new one.")
    return text
