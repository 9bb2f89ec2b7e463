"""From a response's bytes to text that a model can read."""

import re
import zlib
from html.parser import HTMLParser
from typing import Final

from agent_sdk.contracts.signals import ToolFailed

# gzip and zlib headers are told apart by zlib itself: https://www.zlib.net/manual.html (inflateInit2).
_ANY_ZLIB_HEADER: Final = 32 + zlib.MAX_WBITS
_COMPRESSIONS: Final = frozenset({"gzip", "x-gzip", "deflate"})
_TEXT_TYPES: Final = re.compile(
    r"text/.*|application/(?:(?:.*\+)?(?:json|xml|yaml)|x-yaml|javascript|ecmascript|x-ndjson|jsonl|sql|toml|graphql)"
)
_HTML_TYPES: Final = ("text/html", "application/xhtml+xml")
_SILENT: Final = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "object", "select"})
_BLOCKS: Final = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "details",
        "div",
        "figcaption",
        "figure",
        "footer",
        "form",
    }
    | {
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "main",
        "nav",
        "p",
        "pre",
        "section",
    }
    | {
        "dd",
        "dl",
        "dt",
        "li",
        "ol",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    }
)


class Body:
    """Collects a response's body up to a size, decompressing as it comes."""

    def __init__(self, encoding: str, size_max_bytes: int) -> None:
        """Take `Content-Encoding` and the bound of the decoded size.

        Raises:
            ToolFailed: The encoding is unknown.
        """
        name = encoding.strip().lower()
        if name not in _COMPRESSIONS and name not in ("", "identity"):
            raise ToolFailed(
                f"the server answered with the content encoding {name!r}, which was not asked for"
            )
        self._inflate = zlib.decompressobj(_ANY_ZLIB_HEADER) if name in _COMPRESSIONS else None
        self._data = bytearray()
        self._size_max_bytes = size_max_bytes

    @property
    def data(self) -> bytes:
        """What came, at most the bound."""
        return bytes(self._data[: self._size_max_bytes])

    @property
    def is_cut(self) -> bool:
        """Whether there was more than the bound."""
        return len(self._data) > self._size_max_bytes

    def add(self, chunk: bytes) -> None:
        """Take more of the body. A small chunk that decodes to a huge one is decoded only up to the bound.

        Raises:
            ToolFailed: It cannot be decompressed.
        """
        room = self._size_max_bytes + 1 - len(self._data)
        try:
            self._data += self._inflate.decompress(chunk, room) if self._inflate else chunk[:room]
        except zlib.error as error:
            raise ToolFailed("the response cannot be decompressed") from error


def is_text(media_type: str) -> bool:
    """Whether a media type is one of text; nothing said counts as text."""
    return not media_type or _TEXT_TYPES.fullmatch(media_type.lower()) is not None


def decoded(data: bytes, charset: str | None) -> str:
    """Text of bytes; what cannot be decoded becomes U+FFFD, and an unknown charset is UTF-8."""
    try:
        return data.decode(charset or "utf-8-sig", errors="replace")
    except (LookupError, UnicodeError):
        return data.decode("utf-8-sig", errors="replace")


def readable(text: str, media_type: str) -> str:
    """HTML as the text that a reader sees, with a line per block; other text as it is."""
    if media_type.lower() not in _HTML_TYPES:
        return text
    parser = _Reader()
    parser.feed(text)
    parser.close()
    lines = [" ".join(line.split()) for line in "".join(parser.pieces).split("\n")]
    return "\n".join([line for line in lines if line])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base class's
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base class's
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[-1]:
            self._silent.pop()
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data.replace("\n", " "))
