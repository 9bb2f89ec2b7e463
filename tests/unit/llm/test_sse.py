"""Reading server-sent events, as the WHATWG standard has it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_sdk.contracts.errors import MalformedResponse
from agent_sdk.llm import sse
from agent_sdk.llm.sse import ServerSentEvent, SSEParser


def parse(*segments: bytes) -> list[ServerSentEvent]:
    parser = SSEParser()
    return [event for segment in segments for event in parser.feed(segment)]


def test_events_of_one_data_line_are_read() -> None:
    assert parse(b'data: {"a":1}\n\ndata: {"a":2}\n\n') == [(b"", b'{"a":1}'), (b"", b'{"a":2}')]


def test_the_type_of_an_event_is_read() -> None:
    assert parse(b"event: ping\ndata: 1\n\n") == [(b"ping", b"1")]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_each_line_ending_of_the_standard_works(end: bytes) -> None:
    lines = [b"event: a", b"data: 1", b"data: 2", b"", b"data: 3", b"", b""]
    assert parse(end.join(lines)) == [(b"a", b"1\n2"), (b"", b"3")]


def test_a_byte_order_mark_is_skipped_also_when_it_comes_in_pieces() -> None:
    assert parse(b"\xef\xbb\xbfdata: 1\n\n") == [(b"", b"1")]
    assert parse(b"\xef", b"\xbb", b"\xbf", b"data: 1\n\n") == [(b"", b"1")]
    assert parse(b"\xef\xbb\xbf\xef\xbb\xbfdata: 1\n\ndata: 2\n\n") == [(b"", b"2")]


def test_comments_unknown_fields_and_events_without_data_are_skipped() -> None:
    assert parse(b": keep-alive\n\nid: 7\nretry: 10\nevent: x\n\nfoo: bar\ndata: 1\n\n") == [(b"", b"1")]


def test_one_space_after_the_colon_is_dropped_and_no_more() -> None:
    assert parse(b"data:1\n\ndata:  2\n\ndata\n\n") == [(b"", b"1"), (b"", b" 2"), (b"", b"")]


def test_several_blank_lines_separate_as_one_does() -> None:
    assert parse(b"\n\n\ndata: 1\n\n\n\n\ndata: 2\n\n\n") == [(b"", b"1"), (b"", b"2")]


def test_what_follows_the_last_blank_line_is_no_event() -> None:
    assert parse(b"data: 1\n\ndata: 2\n") == [(b"", b"1")]


def test_an_event_is_given_as_soon_as_it_is_complete() -> None:
    parser = SSEParser()
    assert parser.feed(b"data: 1\n") == []
    assert parser.feed(b"\ndata: 2") == [(b"", b"1")]
    assert parser.feed(b"\r") == []
    assert parser.feed(b"\r") == [(b"", b"2")]
    assert parser.feed(b"\ndata: 3\n\n") == [(b"", b"3")]


def test_an_event_may_not_grow_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "EVENT_SIZE_MAX_BYTES", 100)
    parser = SSEParser()
    parser.feed(b"data: " + b"x" * 90)
    with pytest.raises(MalformedResponse, match="larger than 100 bytes"):
        parser.feed(b"x" * 20)


_LINES = st.sampled_from(
    [b"data: 1", b"data:2", b"data", b"event: e", b": c", b"id: 1", b"", b"", b"\xef\xbb\xbf", b"\xc3\xa9:x"]
)


@given(
    lines=st.lists(st.tuples(_LINES, st.sampled_from([b"\n", b"\r", b"\r\n"])), max_size=30),
    cuts=st.lists(st.integers(0, 300), max_size=20),
)
def test_where_the_network_cuts_makes_no_difference(
    lines: list[tuple[bytes, bytes]], cuts: list[int]
) -> None:
    stream = b"".join(line + end for line, end in lines)
    borders = sorted({0, len(stream), *[cut % (len(stream) + 1) for cut in cuts]})
    pieces = [stream[begin:end] for begin, end in pairwise(borders)]
    assert parse(*pieces) == parse(stream)
    assert parse(*[bytes([byte]) for byte in stream]) == _reference(stream)


def _reference(stream: bytes) -> list[ServerSentEvent]:
    """The standard's algorithm, line by line."""
    text = stream.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    events: list[ServerSentEvent] = []
    name, data = b"", list[bytes]()
    for line in text.split(b"\n")[:-1]:
        field, _, value = line.partition(b":")
        if not line:
            if data:
                events.append((name, b"\n".join(data)))
            name, data = b"", []
        elif field == b"data":
            data.append(value.removeprefix(b" "))
        elif field == b"event":
            name = value.removeprefix(b" ")
    return events
