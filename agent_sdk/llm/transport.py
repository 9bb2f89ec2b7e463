"""The one place where requests to models leave the process.

aiohttp is imported at the first request. Each running event loop has one session, whose connections are
reused.
"""

import asyncio
import atexit
import errno
import io
import os
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from ssl import SSLError
from time import monotonic
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from agent_sdk.contracts.errors import (
    BadRequest,
    ConnectionFailed,
    MalformedResponse,
    ModelError,
    ModelTimeout,
)

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession, ClientTimeout

CONNECT_TIMEOUT_SECONDS: Final = 10.0
SILENCE_TIMEOUT_SECONDS: Final = 120.0
PROGRESS_TIMEOUT_SECONDS: Final = 600.0
DRAIN_TIMEOUT_SECONDS: Final = 0.25
KEEPALIVE_SECONDS: Final = 30.0
RESPONSE_SIZE_MAX_BYTES: Final = 64 * 1024 * 1024
ERROR_BODY_SIZE_MAX_BYTES: Final = 64 * 1024
# aiohttp warns of larger bodies that are given as bytes, because it would write them in one go.
BODY_WRITE_SIZE_MAX_BYTES: Final = 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Call:
    """One POST to a provider."""

    provider: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    """With the credentials, so they stay out of `repr`."""
    body: bytes = field(repr=False)
    timeout_s: float | None = None
    """Seconds that the provider may leave the caller without anything; None takes the two defaults below."""

    @property
    def silence_max_s(self) -> float:
        """Seconds without a byte, before the first and between two."""
        return SILENCE_TIMEOUT_SECONDS if self.timeout_s is None else self.timeout_s

    @property
    def progress_max_s(self) -> float:
        """Seconds with bytes that bring nothing, such as comments and pings."""
        return PROGRESS_TIMEOUT_SECONDS if self.timeout_s is None else self.timeout_s

    @property
    def host(self) -> str:
        """Host and, where the URL has one, port."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def address(self) -> str:
        """The URL without what may be secret: user, password and query."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{self.host}{parts.path}"


class _Switch:
    """Whether requests may leave; one for the process."""

    blocked_because: str | None = None


@contextmanager
def block_model_requests(reason: str) -> Generator[None]:
    """Make model requests fail, in the whole process, until the context is left.

    Args:
        reason: Completes "model requests are blocked: …" in the error that a request then ends in.
    """
    yield from _switched(reason)


@contextmanager
def allow_model_requests() -> Generator[None]:
    """Let model requests pass within a blocked context, for tests against a server of their own."""
    yield from _switched(None)


def _switched(reason: str | None) -> Generator[None]:
    before = _Switch.blocked_because
    _Switch.blocked_because = reason
    try:
        yield
    finally:
        _Switch.blocked_because = before


class Reply:
    """A provider's answer, whose body is still to be read. `close` must be called."""

    def __init__(self, call: Call, response: "ClientResponse", loop: asyncio.AbstractEventLoop) -> None:
        """Take over `response`, which `loop` reads."""
        self.status: Final = response.status
        self.headers: Final[Mapping[str, str]] = response.headers
        self._call = call
        self._response = response
        self._content = response.content
        self._size_bytes = 0
        self._loop = loop
        self._heard_at_s = monotonic()
        self._progressed_at_s = self._heard_at_s
        self._overdue: str | None = None
        self._timer: asyncio.TimerHandle | None = None
        connection = response.connection
        if connection is not None and connection.protocol is not None:
            # The body is still to come. aiohttp would make its timer anew for each segment, at a third of what
            # reading one costs; ours is one for the whole answer, that looks when the last segment came.
            connection.protocol.read_timeout = None
            self._timer = loop.call_later(call.silence_max_s, self._check_silence)

    async def read(self, *, progressed: bool = True) -> bytes:
        """The next network segment; empty at the end.

        Args:
            progressed: Whether the last segment brought something of the answer.

        Raises:
            ConnectionFailed: The connection broke.
            ModelTimeout: The provider was silent, or brought nothing, for too long.
            MalformedResponse: The body is larger than `RESPONSE_SIZE_MAX_BYTES`.
        """
        if progressed:
            self._progressed_at_s = self._heard_at_s
        try:
            segment = await self._content.readany()
        except _errors() as error:
            if self._overdue is not None:
                raise _waited(self._overdue, self._call) from error
            raise _failure(error, self._call, sent=True) from error
        self._heard_at_s = monotonic()
        self._size_bytes += len(segment)
        if self._size_bytes > RESPONSE_SIZE_MAX_BYTES:
            raise MalformedResponse(
                f"{self._call.provider} sent more than {RESPONSE_SIZE_MAX_BYTES} bytes",
                provider=self._call.provider,
            )
        return segment

    async def read_error_body(self) -> bytes:
        """The beginning of the body, up to `ERROR_BODY_SIZE_MAX_BYTES`; less, where the rest cannot be read."""
        pieces: list[bytes] = []
        size_bytes = 0
        try:
            while size_bytes < ERROR_BODY_SIZE_MAX_BYTES and (segment := await self.read()):
                pieces.append(segment)
                size_bytes += len(segment)
        except ModelError:
            # The status says enough; half an explanation is better than hiding it behind the broken
            # connection.
            return b"".join(pieces)
        return b"".join(pieces)[:ERROR_BODY_SIZE_MAX_BYTES]

    async def drain(self) -> None:
        """Read what follows a complete answer (mostly nothing), so that the connection can be used again."""
        if self._content.at_eof():
            return
        try:
            async with asyncio.timeout(DRAIN_TIMEOUT_SECONDS):
                while not self._content.at_eof() and await self._content.readany():
                    pass
        except (TimeoutError, *_errors()):
            self._response.close()

    def close(self) -> None:
        """End the exchange: the connection goes back to the pool if the body was read to its end."""
        if self._timer is not None:
            self._timer.cancel()
        if self._content.at_eof():
            self._response.release()
        else:
            self._response.close()

    def _check_silence(self) -> None:
        call, now_s = self._call, monotonic()
        silence_left_s = self._heard_at_s + call.silence_max_s - now_s
        progress_left_s = self._progressed_at_s + call.progress_max_s - now_s
        if silence_left_s > 0 and progress_left_s > 0:
            self._timer = self._loop.call_later(min(silence_left_s, progress_left_s), self._check_silence)
            return
        if silence_left_s <= 0:
            self._overdue = f"was silent for {call.silence_max_s:g} s"
        else:
            self._overdue = f"only kept the connection alive for {call.progress_max_s:g} s"
        # Whoever waits for the next segment is told by the connection that it is gone.
        self._response.close()


async def send(call: Call) -> Reply:
    """POST the call and return as soon as the answer's headers are there, whatever the status.

    Raises:
        ConnectionFailed: No connection, or it broke. `replay_safe` when the request certainly did not arrive.
        ModelTimeout: No connection within `CONNECT_TIMEOUT_SECONDS`, or silence for too long.
        BadRequest: URL or headers cannot be sent.
        ModelError: Model requests are blocked.
    """
    if _Switch.blocked_because is not None:
        raise ModelError(
            f"model requests are blocked: {_Switch.blocked_because}",
            hint="Use a scripted model, or allow_model_requests() around a call to a server of your own.",
            provider=call.provider,
            replay_safe=True,
        )
    loop = asyncio.get_running_loop()
    session = await _session(loop)
    body = call.body if len(call.body) <= BODY_WRITE_SIZE_MAX_BYTES else io.BytesIO(call.body)
    try:
        response = await session.post(
            call.url,
            data=body,
            headers=call.headers,
            timeout=_timeout(call.silence_max_s, CONNECT_TIMEOUT_SECONDS),
            # A redirected request would carry the key to wherever the redirect points.
            allow_redirects=False,
        )
    except _errors() as error:
        raise _failure(error, call, sent=False) from error
    return Reply(call, response, loop)


_Kept = tuple["ClientSession", AsyncGenerator["ClientSession"]]
_keepers: Final[dict[asyncio.AbstractEventLoop, _Kept]] = {}


async def _session(loop: asyncio.AbstractEventLoop) -> "ClientSession":
    kept = _keepers.get(loop)
    if kept is None:
        for ended in [each for each in list(_keepers) if each.is_closed()]:
            _let_go(ended)
        keeper = _keep_session(loop)
        kept = _keepers[loop] = (await anext(keeper), keeper)
    return kept[0]


def _let_go(loop: asyncio.AbstractEventLoop) -> None:
    """Forget the session of a loop that ended without `shutdown_asyncgens`, which would call itself unclosed."""
    kept = _keepers.pop(loop, None)
    if kept is None:
        return
    connector = kept[0].connector
    if connector is not None:
        # What `close` does, without a future that only a running loop could complete.
        connector.__exit__(None, None, None)


@atexit.register
def _let_all_go() -> None:
    for loop in list(_keepers):
        _let_go(loop)


async def _keep_session(loop: asyncio.AbstractEventLoop) -> AsyncGenerator["ClientSession"]:
    """Hold a session until `loop.shutdown_asyncgens()` closes this generator; `asyncio.run` ends with that."""
    from aiohttp import ClientSession, DummyCookieJar, TCPConnector

    connector = TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS)
    async with ClientSession(connector=connector, cookie_jar=DummyCookieJar()) as session:
        try:
            yield session
        finally:
            _keepers.pop(loop, None)


@cache
def _timeout(silence_max_s: float, connect_max_s: float) -> "ClientTimeout":
    from aiohttp import ClientTimeout

    return ClientTimeout(total=None, connect=connect_max_s, sock_read=silence_max_s)


@cache
def _errors() -> tuple[type[Exception], ...]:
    from aiohttp import ClientError
    from aiohttp.http import HttpProcessingError

    # ValueError: a header with a line break, a URL that is none. TimeoutError is an OSError.
    return ClientError, HttpProcessingError, OSError, ValueError


def _failure(error: Exception, call: Call, *, sent: bool) -> ModelError:
    """What the tree calls an error of aiohttp or of the operating system; their own words stay in the cause."""
    from aiohttp import ClientConnectorError, ConnectionTimeoutError, InvalidURL, NonHttpUrlClientError

    provider = call.provider
    if isinstance(error, ConnectionTimeoutError):
        waited = f"no connection to {provider} at {call.host} within {CONNECT_TIMEOUT_SECONDS:g} s"
        return ModelTimeout(waited, provider=provider, replay_safe=True, hint="Check network and base URL.")
    if isinstance(error, TimeoutError):
        return _waited(f"was silent for {call.silence_max_s:g} s", call)
    if isinstance(error, (InvalidURL, NonHttpUrlClientError)) or (isinstance(error, ValueError) and not sent):
        return BadRequest(
            f"the request to {provider} cannot be sent: {type(error).__name__}",
            provider=provider,
            replay_safe=True,
            hint="Check that the base URL begins with https:// or http://, and the API key for line breaks.",
        )
    if isinstance(error, ClientConnectorError):
        where = f"{error.host}:{error.port}"
        what = f"no connection to {provider} at {where}{_reason(error.__cause__)}"
        return ConnectionFailed(what, provider=provider, replay_safe=True)
    if (unread := _unread(error)) is not None:
        return MalformedResponse(f"{provider} at {call.host} sent {unread}", provider=provider)
    when = "before the answer was complete" if sent else "before there was an answer"
    what = f"the connection to {provider} at {call.host} broke {when}{_reason(error)}"
    return ConnectionFailed(what, provider=provider)


def _waited(what: str, call: Call) -> ModelTimeout:
    hint = "Raise settings.timeout_s, or try again."
    return ModelTimeout(f"{call.provider} {what}", provider=call.provider, hint=hint)


def _unread(error: Exception) -> str | None:
    """What came, if it came whole and aiohttp cannot read it; it wraps the error that says so."""
    from aiohttp.http_exceptions import ContentLengthError, HttpProcessingError, TransferEncodingError

    inner = error if isinstance(error, HttpProcessingError) else error.__cause__
    if not isinstance(inner, HttpProcessingError) or isinstance(
        inner, (ContentLengthError, TransferEncodingError)
    ):
        return None
    packed = "content-encoding" in inner.message
    return "a body whose compression cannot be undone" if packed else "what cannot be read as HTTP"


def _reason(error: BaseException | None) -> str:
    """The operating system's reason, after a colon; nothing where there is none."""
    if isinstance(error, SSLError):
        return ": the TLS handshake failed"
    if not isinstance(error, OSError) or error.errno is None:
        return ""
    # Names that cannot be resolved have numbers of their own, which `strerror` does not know.
    known = error.errno in errno.errorcode
    return f": {os.strerror(error.errno) if known else error.strerror}"
