"""Reading an answer, streamed or in one piece: what all HTTP providers have in common."""

import re
from typing import Final, Protocol

import msgspec

from agent_sdk.contracts.usage import Usage
from agent_sdk.llm.assembly import ResponseBuilder
from agent_sdk.llm.sse import SSEParser
from agent_sdk.ports.llm import ModelChunk

OPENING_SIZE_MAX_BYTES: Final = 4096

_FIELD: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:data|event|id|retry)?:")
"""How a stream of events begins; a comment is a field without a name."""
_FIRST_FIELDS: Final = (b"data:", b"event:")
_KEEP_ALIVE: Final = re.compile(rb'"type"\s*:\s*"(?:ping|keepalive)"')


class AnswerReader(Protocol):
    """What a provider knows of its own format: puts what it reads into the builder.

    Both methods may raise `ModelError` for failures that the provider reports, and let the errors of msgspec
    pass.
    """

    def event(self, name: bytes, data: bytes) -> bool:
        """Read one event of a stream; True when the answer is complete with it."""
        ...

    def body(self, data: bytes) -> None:
        """Read an answer that came in one piece."""
        ...


class AnswerDecoder:
    """Takes the bytes of one answer (`agent_sdk.llm.http_model.Decoder`).

    Whether they are events or one JSON body is seen from their first byte, because servers and gateways
    answer in one piece also when a stream was asked for.
    """

    __slots__ = ("_body", "_builder", "_heard", "_opening", "_parser", "_reader", "done", "progressed")

    def __init__(self, reader: AnswerReader, builder: ResponseBuilder) -> None:
        """Read with `reader`, which fills `builder`."""
        self.done = False
        self.progressed = False
        self._reader = reader
        self._builder = builder
        self._parser = SSEParser()
        self._body: list[bytes] | None = None
        self._heard = False
        self._opening = b""
        """What came before the first event, to say what it is if there is never one."""

    @property
    def usage(self) -> Usage | None:
        """What the provider has reported so far."""
        return self._builder.usage

    def feed(self, segment: bytes) -> list[ModelChunk]:
        """Take the next bytes, cut anywhere; the deltas that they complete."""
        if not self._heard:
            if self._body is None:
                self._opening = (self._opening + segment)[:OPENING_SIZE_MAX_BYTES]
                if self._opening.lstrip().startswith((b"{", b"[")):
                    self._body = []
            if self._body is not None:
                self._body.append(segment)
                self.progressed = True
                return []
        events = self._parser.feed(segment)
        try:
            for name, data in events:
                if self._reader.event(name, data):
                    self.done = True
                    break
        except UNREADABLE as error:
            raise self._builder.malformed(f"an event that cannot be read: {_reason(error)}") from error
        if events:
            self._heard = True
        chunks = self._builder.take()
        # Most segments bring a token; only where one brings none, it matters what else it is.
        self.progressed = True if chunks else any(not _KEEP_ALIVE.search(data) for _, data in events)
        return chunks

    def finish(self) -> list[ModelChunk]:
        """What is left when the bytes have ended; the last piece is the `ModelResponse`."""
        if self._body is not None:
            try:
                self._reader.body(b"".join(self._body))
            except UNREADABLE as error:
                raise self._builder.malformed(f"a body that cannot be read: {_reason(error)}") from error
        elif not self.done and self._builder.finish_reason is None:
            if not self._heard and not _begins_events(self._opening):
                raise self._builder.no_answer(self._opening)
            raise self._builder.cut()
        response = self._builder.response()
        return [*self._builder.take(), response]


def _begins_events(opening: bytes) -> bool:
    cut = bool(opening) and any(field.startswith(opening) for field in _FIRST_FIELDS)
    return cut or _FIELD.match(opening) is not None


UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What reading JSON with msgspec may raise."""

REASON_LENGTH_MAX_CHARS = 200


def _reason(error: Exception) -> str:
    return str(error)[:REASON_LENGTH_MAX_CHARS]
