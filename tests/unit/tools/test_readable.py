import gzip
import tracemalloc
import zlib

import pytest

from agent_sdk.contracts.signals import ToolFailed
from agent_sdk.tools.builtin.readable import Body, decoded, is_text, readable


def test_html_becomes_what_a_reader_sees() -> None:
    html = """<!doctype html><html><head><title>T &amp; U</title><style>p { x }</style></head><body>
    <script>if (a < b) alert("<p>no</p>")</script><h1>Head</h1><p>One <b>bold</b>
    line.<br/>Two<img/><svg><text>pic</text></svg></p><ul><li>a</li><li>b</ul></script> end"""
    assert readable(html, "text/html") == "T & U\nHead\nOne bold line.\nTwo\na\nb\nend"


def test_an_unclosed_html_comment_and_tag_end_somewhere() -> None:
    assert readable("<p>a<!-- x", "text/html").startswith("a")
    assert readable("<p>a<b", "text/html").startswith("a")


def test_other_text_is_left_as_it_is() -> None:
    assert readable("<p>a</p>\n\n b", "text/plain") == "<p>a</p>\n\n b"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("text/plain", True),
        ("Text/HTML", True),
        ("application/json", True),
        ("application/problem+json", True),
        ("application/xhtml+xml", True),
        ("application/x-yaml", True),
        ("", True),
        ("image/svg+xml", False),
        ("application/pdf", False),
        ("application/octet-stream", False),
    ],
)
def test_types_of_text_are_known(kind: str, expected: bool) -> None:
    assert is_text(kind) is expected


@pytest.mark.parametrize(
    ("data", "charset", "expected"),
    [
        (b"\xef\xbb\xbfa", None, "a"),
        (b"\xe9", "latin-1", "é"),
        (b"a\xff", None, "a\ufffd"),
        (b"a", "no-such-charset", "a"),
        (b"a", "zip", "a"),
        (b"xn--\xff", "idna", "xn--\ufffd"),
    ],
)
def test_bytes_are_always_decoded(data: bytes, charset: str | None, expected: str) -> None:
    assert decoded(data, charset) == expected


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("", b"hello"),
        ("identity", b"hello"),
        ("GZIP", gzip.compress(b"hello", mtime=0)),
        ("deflate", zlib.compress(b"hello")),
    ],
)
def test_a_body_is_decompressed_piece_by_piece(encoding: str, data: bytes) -> None:
    body = Body(encoding, 5)
    for byte in data:
        body.add(bytes([byte]))
    assert (body.data, body.is_cut) == (b"hello", False)


@pytest.mark.parametrize(
    ("encoding", "data"), [("", b"x" * 11), ("gzip", gzip.compress(b"x" * 10_000_000, mtime=0))]
)
def test_a_body_is_cut_at_its_bound(encoding: str, data: bytes) -> None:
    body = Body(encoding, 10)
    body.add(data)
    assert (body.data, body.is_cut) == (b"x" * 10, True)


def test_what_a_bomb_would_become_is_never_in_memory() -> None:
    bomb = gzip.compress(b"x" * 50_000_000)
    body = Body("gzip", 1000)
    tracemalloc.start()
    body.add(bomb)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert body.is_cut
    assert peak_bytes < 1_000_000


def test_an_unknown_or_broken_compression_fails() -> None:
    with pytest.raises(ToolFailed, match="'br'"):
        Body("br", 10)
    with pytest.raises(ToolFailed, match="cannot be decompressed"):
        Body("gzip", 10).add(b"not gzip at all")
