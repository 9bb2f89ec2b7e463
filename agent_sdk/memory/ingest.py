"""Reading documents from a folder."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.memory.chunking import chunk
from agent_sdk.memory.index import CHUNKS_MAX_COUNT
from agent_sdk.ports.memory import Chunk

FILE_SIZE_MAX_BYTES: Final = 2 * 1024 * 1024
FILES_MAX_COUNT: Final = 2000
SUFFIXES: Final = frozenset({".txt", ".md", ".rst", ".html", ".htm", ".csv", ".json"})

_MARKUP: Final = re.compile(
    r"<!--.*?-->|<(script|style|template)\b.*?</\1\s*>|</?[A-Za-z!][^<>]*>", re.DOTALL | re.IGNORECASE
)
_BLOCK: Final = re.compile(
    r"</?(?:p|div|h[1-6]|li|tr|br|section|article|table|ul|ol|pre|blockquote)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that was left out, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What was read."""

    chunks: tuple[Chunk, ...]
    documents: tuple[str, ...]
    """Names of the documents: paths below the folder, with `/`."""
    skipped: tuple[Skipped, ...]


def ingest(source: Path) -> Ingested:
    """Read a folder, or one file. Hidden files and links are left out; what cannot be read is reported.

    Offsets are characters of the file's text. In HTML each tag counts as the blanks that it is replaced with.

    Raises:
        InvalidInput: `source` does not exist.
    """
    if not source.exists():
        raise InvalidInput(f"there is no folder {str(source)!r}", hint="Name a folder with documents.")
    root = source if source.is_dir() else source.parent
    chunks: list[Chunk] = []
    documents: list[str] = []
    skipped: list[Skipped] = []
    for path in _files(source):
        name = path.relative_to(root).as_posix()
        text = _read(path, number=len(documents) + 1)
        if isinstance(text, Skipped):
            skipped.append(Skipped(path=name, reason=text.reason))
            continue
        found = chunk(name, text)
        if len(chunks) + len(found) > CHUNKS_MAX_COUNT:
            skipped.append(Skipped(path=name, reason=f"the index is full ({CHUNKS_MAX_COUNT} chunks)"))
            continue
        documents.append(name)
        chunks += found
    return Ingested(chunks=tuple(chunks), documents=tuple(documents), skipped=tuple(skipped))


def _files(source: Path) -> Iterator[Path]:
    if not source.is_dir():
        yield source
        return
    for path in sorted(source.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path


def _read(path: Path, *, number: int) -> str | Skipped:
    reason = _reason_to_skip(path, number)
    if reason is not None:
        return Skipped(path=path.name, reason=reason)
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        return Skipped(path=path.name, reason=f"cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        return Skipped(path=path.name, reason="not UTF-8 text")
    if "\0" in text:
        return Skipped(path=path.name, reason="binary")
    return _without_markup(text) if path.suffix.lower() in {".html", ".htm"} else text


def _reason_to_skip(path: Path, number: int) -> str | None:
    if path.suffix.lower() not in SUFFIXES:
        return f"not a text document ({', '.join(sorted(SUFFIXES))})"
    if number > FILES_MAX_COUNT:
        return f"more than {FILES_MAX_COUNT} files"
    size = path.stat().st_size
    if size > FILE_SIZE_MAX_BYTES:
        return f"{size} bytes are more than {FILE_SIZE_MAX_BYTES}"
    return None


def _without_markup(html: str) -> str:
    """Replace tags with as many blanks, so that offsets stay what they are; a block ends its paragraph."""

    def blank(match: re.Match[str]) -> str:
        length = len(match[0])
        return "\n\n".ljust(length) if _BLOCK.match(match[0]) and length > 1 else " " * length

    return _MARKUP.sub(blank, html)
