"""Reading the console's files for whoever serves them: the shell with its nonce, and assets by name."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent_sdk.ui.place import INDEX

NONCE_MARK: Final = b"__CSP_NONCE__"
"""Stands in the shell for the nonce of each answer."""
MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""What is served; nothing else that lies there is."""
NAME_LENGTH_MAX_CHARS: Final = 128
"""Of a path with its folders. With the ending of a packed twin, no file system finds it too long."""
# Segments that begin with no dot: no way leads upward, and none to what is hidden.
_NAME: Final = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file as it is sent."""

    body: bytes
    media_type: str
    is_gzip: bool
    """Whether the body is compressed: the file has a twin that is, and the reader takes it."""


def shell(static: Path, nonce: str) -> bytes | None:
    """The page that is the console, with a nonce; None where no console is built.

    Raises:
        OSError: It is there and cannot be read.
    """
    try:
        page = (static / INDEX).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return page.replace(NONCE_MARK, nonce.encode())


def is_file_name(name: str) -> bool:
    """Whether a path names a file of the kinds that are served, there or not."""
    if len(name) > NAME_LENGTH_MAX_CHARS or _NAME.fullmatch(name) is None:
        return False
    return Path(name).suffix in MEDIA_TYPES


def read(static: Path, name: str, *, gzip: bool) -> File | None:
    """A file by its relative path; None where there is none.

    Args:
        static: The built files.
        name: As it came from the network.
        gzip: Whether the reader takes gzip.

    Raises:
        OSError: It is there and cannot be read.
    """
    if not is_file_name(name):
        return None
    path = static / name
    packed = path.with_name(f"{path.name}.gz")
    is_gzip = gzip and packed.is_file()
    try:
        body = (packed if is_gzip else path).read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
    return File(body=body, media_type=MEDIA_TYPES[path.suffix], is_gzip=is_gzip)
