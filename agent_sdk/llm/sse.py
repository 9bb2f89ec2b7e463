"""Server-sent events, read as they arrive.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from typing import Final

from agent_sdk.contracts.errors import MalformedResponse

EVENT_SIZE_MAX_BYTES: Final = 16 * 1024 * 1024

ServerSentEvent = tuple[bytes, bytes]
"""Event type (empty: the default, `message`) and data."""

_BOM: Final = b"\xef\xbb\xbf"
_DATA: Final = b"data: "
_NEXT_DATA: Final = b"\n\ndata: "


class SSEParser:
    """Takes the bytes of a stream, cut anywhere, and gives the events that are complete.

    `id` and `retry` are skipped: a provider's stream cannot be resumed. Text after the last blank line is
    never an event, as the standard wants it.
    """

    __slots__ = ("_at_start", "_ends_in_cr", "_ends_in_lf", "_pieces", "_size_bytes")

    def __init__(self) -> None:
        """Start at the beginning of a stream."""
        self._pieces: list[bytes] = []
        self._size_bytes = 0
        self._at_start = True
        self._ends_in_cr = False
        self._ends_in_lf = False

    def feed(self, segment: bytes) -> list[ServerSentEvent]:
        """Take the next bytes and return the events that end in them.

        Raises:
            MalformedResponse: An event is larger than `EVENT_SIZE_MAX_BYTES`.
        """
        if (
            segment.startswith(_DATA)
            and segment.find(b"\n") == len(segment) - 2
            and segment.endswith(b"\n")
            and b"\r" not in segment
            and not self._pieces
            and not self._ends_in_cr
        ):
            # One token in one segment: what a stream consists of, nearly always.
            self._at_start = False
            return [(b"", segment[6:-2])]
        if self._at_start:
            segment = self._without_bom(segment)
        if self._ends_in_cr or b"\r" in segment:
            segment = self._with_line_feeds(segment)
        if not segment:
            return []
        straddles = self._ends_in_lf and segment.startswith(b"\n")
        if b"\n\n" not in segment and not straddles:
            self._hold(segment)
            return []
        if self._pieces:
            self._pieces.append(segment)
            segment = b"".join(self._pieces)
        # Nothing is searched or joined before an event's end is in sight, so a large event costs no more per
        # byte.
        end = segment.rindex(b"\n\n")
        self._pieces = []
        self._size_bytes = 0
        self._ends_in_lf = False
        rest = segment[end + 2 :]
        if rest:
            self._hold(rest)
        return _events(segment[:end])

    def _hold(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size_bytes += len(piece)
        self._ends_in_lf = piece.endswith(b"\n")
        if self._size_bytes > EVENT_SIZE_MAX_BYTES:
            raise MalformedResponse(f"an event of the stream is larger than {EVENT_SIZE_MAX_BYTES} bytes")

    def _without_bom(self, segment: bytes) -> bytes:
        segment = b"".join([*self._pieces, segment])
        self._pieces = []
        self._size_bytes = 0
        if len(segment) < len(_BOM) and _BOM.startswith(segment):
            self._hold(segment)
            return b""
        self._at_start = False
        return segment.removeprefix(_BOM)

    def _with_line_feeds(self, segment: bytes) -> bytes:
        """Turn CR and CRLF into LF; the two bytes of a CRLF may come in two segments."""
        if self._ends_in_cr and segment.startswith(b"\n"):
            segment = segment[1:]
            self._ends_in_cr = False
        if segment:
            self._ends_in_cr = segment.endswith(b"\r")
        return segment.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _events(text: bytes) -> list[ServerSentEvent]:
    # What nearly every segment of nearly every provider looks like: each event is one line of data.
    if text.startswith(_DATA) and text.count(b"\n") == 2 * text.count(_NEXT_DATA):
        return [(b"", data) for data in text[len(_DATA) :].split(_NEXT_DATA)]
    return [event for block in text.split(b"\n\n") if (event := _event(block)) is not None]


def _event(block: bytes) -> ServerSentEvent | None:
    name = b""
    data: list[bytes] = []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value.removeprefix(b" "))
        elif field == b"event":
            name = value.removeprefix(b" ")
    # An event without data is not dispatched; a comment is a line whose field name is empty.
    return (name, b"\n".join(data)) if data else None
