"""Reading an answer, streamed or in one piece: what all HTTP providers have in common."""

from typing import Protocol

import msgspec

from agent_sdk.llm.assembly import ResponseBuilder
from agent_sdk.llm.sse import SSEParser
from agent_sdk.ports.llm import ModelChunk


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

    def __init__(self, reader: AnswerReader, builder: ResponseBuilder) -> None:
        """Read with `reader`, which fills `builder`."""
        self.done = False
        self._reader = reader
        self._builder = builder
        self._parser = SSEParser()
        self._body: list[bytes] | None = None
        self._at_start = True

    def feed(self, segment: bytes) -> list[ModelChunk]:
        """Take the next bytes, cut anywhere; the deltas that they complete."""
        if self._at_start and segment:
            self._at_start = False
            if segment.lstrip().startswith((b"{", b"[")):
                self._body = []
        if self._body is not None:
            self._body.append(segment)
            return []
        try:
            for name, data in self._parser.feed(segment):
                if self._reader.event(name, data):
                    self.done = True
                    break
        except UNREADABLE as error:
            raise self._builder.malformed(f"an event that cannot be read: {_reason(error)}") from error
        return self._builder.take()

    def finish(self) -> list[ModelChunk]:
        """What is left when the bytes have ended; the last piece is the `ModelResponse`."""
        if self._body is not None:
            try:
                self._reader.body(b"".join(self._body))
            except UNREADABLE as error:
                raise self._builder.malformed(f"a body that cannot be read: {_reason(error)}") from error
        elif not self.done and self._builder.finish_reason is None:
            raise self._builder.cut()
        response = self._builder.response()
        return [*self._builder.take(), response]


UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What reading JSON with msgspec may raise."""

REASON_LENGTH_MAX_CHARS = 200


def _reason(error: Exception) -> str:
    return str(error)[:REASON_LENGTH_MAX_CHARS]
