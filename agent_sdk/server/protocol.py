"""uvicorn's HTTP protocol with bounds on the head of a request, which it has not, and problems for what it refuses."""

import asyncio
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from agent_sdk.server.errors import PROBLEM_TYPE, problem

HEAD_SIZE_MAX_BYTES: Final = 64 * 1024
"""Of request line and headers. What comes in one piece with the end of the head may be longer."""
HEAD_WAIT_MAX_S: Final = 30.0
"""From a connection, or the first byte of a request on one, to the end of the head."""
UNREAD: Final = "unread"
"""The request id of what was refused before there was a request."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """Ends connections that send a head without end, or none."""

    _is_in_head = False
    _head_size_bytes = 0
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
        super().data_received(data)
        if self.parser is None or self.transport.is_closing() or not self._is_in_head:
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

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        self._is_in_head = False
        self._forget_head()
        super().on_headers_complete()

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
        body = bytes(problem(HTTPException(status, detail), UNREAD).body)
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {PROBLEM_TYPE}\r\n"
            f"content-length: {len(body)}\r\nx-request-id: {UNREAD}\r\nagent-sdk-api-version: 1\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
