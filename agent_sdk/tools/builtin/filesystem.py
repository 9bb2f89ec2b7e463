"""The tools `filesystem.read` and `filesystem.write`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

from agent_sdk.contracts.errors import ToolRefused
from agent_sdk.contracts.messages import ImagePart
from agent_sdk.contracts.signals import ToolFailed
from agent_sdk.ports.tool import Tool
from agent_sdk.tools.builtin.folders import Roots
from agent_sdk.tools.function_tool import tool

IMAGE_SIZE_MAX_BYTES: Final = 5 * 1024 * 1024
WRITE_SIZE_MAX_BYTES: Final = 10 * 1024 * 1024


def file_tools(roots: Sequence[Path]) -> tuple[Tool, Tool]:
    """Make both tools, over the folders that they may touch. Relative paths begin at the first."""
    from pydantic import Field

    allowed = Roots(roots)

    @tool(name="filesystem.read", version="1.0.0", effects="read", idempotent=True)
    def read(
        path: str, offset: Annotated[int, Field(ge=0)] = 0, limit: Annotated[int, Field(ge=1)] | None = None
    ) -> str | ImagePart:
        """Read a text file (UTF-8), or look at an image.

        Args:
            path: Path of the file, relative to the working folder.
            offset: How many lines to skip.
            limit: How many lines to read; all by default.
        """
        data = allowed.read(path)
        kind = image_type(data)
        return _image(path, data, kind) if kind else excerpt(_text(path, data), offset, limit)

    @tool(name="filesystem.write", version="1.0.0", effects="write", idempotent=True)
    def write(path: str, content: str) -> str:
        """Write a text file (UTF-8) as a whole. An existing file is replaced; missing folders are made.

        Args:
            path: Path of the file, relative to the working folder.
            content: The new content.
        """
        data = content.encode()
        if len(data) > WRITE_SIZE_MAX_BYTES:
            raise ToolRefused(f"the content is larger than {WRITE_SIZE_MAX_BYTES} bytes", hint="Write less.")
        allowed.write(path, data)
        return f"Wrote {len(data)} bytes to {path}."

    return read, write


def image_type(data: bytes) -> str | None:
    """The media type of an image that models take, by its first bytes; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def excerpt(text: str, offset: int, limit: int | None) -> str:
    """Some lines of a text, and where they are from if they are not all."""
    if offset == 0 and limit is None:
        return text
    lines = text.splitlines(keepends=True)
    end = len(lines) if limit is None else min(offset + limit, len(lines))
    if offset >= len(lines):
        raise ToolFailed(f"offset {offset} is past the end: the file has {len(lines)} lines")
    note = f"[lines {offset + 1} to {end} of {len(lines)}]"
    return f"{''.join(lines[offset:end]).rstrip()}\n{note}"


def _image(path: str, data: bytes, media_type: str) -> ImagePart:
    if len(data) > IMAGE_SIZE_MAX_BYTES:
        raise ToolRefused(
            f"{path} is an image of more than {IMAGE_SIZE_MAX_BYTES} bytes", hint="Make it smaller."
        )
    return ImagePart(media_type=media_type, data=data)


def _text(path: str, data: bytes) -> str:
    if b"\0" in data:
        raise ToolRefused(f"{path} is not text", hint="Only text files (UTF-8) and images can be read.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{path} is not UTF-8: byte {error.start} cannot be read"
        raise ToolRefused(msg, hint="Convert the file to UTF-8.") from error
