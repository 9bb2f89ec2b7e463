"""uvicorn's HTTP protocol with bounds on what is no body, which it has not, and problems for what it refuses."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, cast

from starlette.exceptions import HTTPException
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from agent_sdk.server.errors import PROBLEM_TYPE, problem

HEAD_SIZE_MAX_BYTES: Final = 64 * 1024
"""Of request line and headers. What comes in one piece with the end of the head may be longer."""
HEAD_WAIT_MAX_S: Final = 30.0
"""From a connection, or the first byte of a request on one, to the end of the head."""
TRAILERS_SIZE_MAX_BYTES: Final = 64 * 1024
"""Of what comes after the head and brings nothing of the body: trailers, and what stands around chunks."""
LINGER_MAX_S: Final = 2.0
"""From an answer that ends the connection to its end while a body still comes (RFC 9112, section 9.6)."""
UNREAD: Final = "unread"
"""The request id of what was refused before there was a request."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """Ends connections that send a head without end, or none, or trailers without end."""

    _is_in_head = False
    _head_size_bytes = 0
    _is_in_body = False
    _trailers_size_bytes = 0
    _is_ending = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_WAIT_MAX_S, self._end_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._forget_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        self._trailers_size_bytes += len(data)
        super().data_received(data)
        if self.parser is None or self.transport.is_closing():
            return
        if self._is_in_body:
            if self._trailers_size_bytes > TRAILERS_SIZE_MAX_BYTES:
                self.transport.abort()
            return
        if not self._is_in_head:
            return
        # The head goes on; almost all come whole, and never get here.
        self._head_size_bytes += len(data)
        if self._head_size_bytes > HEAD_SIZE_MAX_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the head of the request is too large")
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_WAIT_MAX_S, self._end_late)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._is_in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header of the head; trailers are nobody's (RFC 9110, section 6.5.1)."""
        if self._is_in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        self._is_in_head = False
        self._is_in_body = True
        self._trailers_size_bytes = 0
        self._forget_head()
        if self.transport.is_closing():
            return  # what stands behind a request that ended the connection
        super().on_headers_complete()
        self.cycle.transport = cast("asyncio.Transport", _AnswerTransport(self.transport, self.end))

    def on_body(self, body: bytes) -> None:
        """A piece of its body came."""
        self._trailers_size_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._is_in_body = False
        super().on_message_complete()
        if self._is_ending:
            self.transport.close()

    def end(self) -> None:
        """End the connection behind an answer.

        Closed while a body still comes, it would be reset, and whoever sends it might never read the answer.
        """
        if not self._is_in_body or self.pipeline:
            self.transport.close()
            return
        self._is_ending = True
        self._forget_head()
        self._deadline = self.loop.call_later(LINGER_MAX_S, self.transport.close)
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def _forget_head(self) -> None:
        self._head_size_bytes = 0
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end_late(self) -> None:
        self._deadline = None
        if self._is_in_head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "the head of the request did not come")
        else:
            self.transport.close()

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        self._forget_head()
        if self._is_ending:
            self.transport.close()  # it has its answer
            return
        body = bytes(problem(HTTPException(status, detail), UNREAD).body)
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {PROBLEM_TYPE}\r\n"
            f"content-length: {len(body)}\r\nx-request-id: {UNREAD}\r\nagent-sdk-api-version: 1\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


class _AnswerTransport:
    """What a response writes to: the transport, but for how it is closed."""

    __slots__ = ("close", "is_closing", "write")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.close = close
