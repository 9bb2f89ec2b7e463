"""A client of the server over the standard library: few requests, one at a time."""

import http.client
import ipaddress
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, Final, cast
from urllib.parse import urlencode, urlsplit

import msgspec

from agent_sdk.contracts import platform_errors
from agent_sdk.contracts.codec import decode, encode
from agent_sdk.contracts.errors import AgentSDKError, InvalidInput
from agent_sdk.contracts.events import TERMINAL_TYPES

URL_DEFAULT: Final = "http://127.0.0.1:8080"
SILENCE_MAX_S: Final = 30.0
"""How long the server may say nothing; in a stream it says something every 15 seconds at least."""
RETRY_INTERVAL_S: Final = 0.5
RETRIES_MAX_COUNT: Final = 60
"""In a row, until a server that was there is given up; one that restarts is back before."""
_ERROR_SIZE_MAX_BYTES: Final = 1024 * 1024
_NO_CONTENT: Final = 204
_SERVER_ERROR: Final = 500
_OF_STATUS: Final[Mapping[int, type[AgentSDKError]]] = {
    401: platform_errors.Unauthenticated,
    403: platform_errors.PermissionRefused,
    404: platform_errors.NotFound,
    409: platform_errors.Conflict,
    429: platform_errors.AdmissionRefused,
}
"""For answers whose code is not of our tree."""


class _EventsPage(msgspec.Struct, frozen=True, kw_only=True):
    data: list[msgspec.Raw]
    next_cursor: str | None = None


_PAGES: Final = msgspec.json.Decoder(_EventsPage)


class Client:
    """Requests to one server, with one key."""

    def __init__(self, url: str, key: str | None, *, silence_max_s: float = SILENCE_MAX_S) -> None:
        """Take where the server is, what is shown to it, and how long it may say nothing.

        Raises:
            InvalidInput: The URL is no server's.
        """
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise InvalidInput(f"{url!r} is no server's URL", hint=f"Write it like {URL_DEFAULT}.")
        self._url = url.rstrip("/")
        self._key = key
        self._silence_max_s = silence_max_s
        # The environment's proxy knows no loopback of ours.
        proxies = [urllib.request.ProxyHandler({})] if is_loopback(url) else []
        self._opener = urllib.request.build_opener(*proxies, _NoRedirects)

    def get(self, path: str, **query: str | int | None) -> Any:
        """The answer's JSON; parameters that are None are left out.

        Raises:
            AgentSDKError: What the server says, or that there is none.
        """
        given = {name: value for name, value in query.items() if value is not None}
        return self._json(self._request(f"{path}?{urlencode(given)}" if given else path))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer's JSON.

        Raises:
            AgentSDKError: What the server says, or that there is none.
        """
        request = self._request(path, encode(body))
        request.add_header("Content-Type", "application/json")
        return self._json(request)

    def events(self, path: str, after: int) -> Iterator[bytes]:
        """Events behind a cursor, those that there are: the bytes of the journal.

        Raises:
            AgentSDKError: What the server says, or that there is none.
        """
        cursor: str | None = str(after)
        while cursor is not None:
            try:
                page = _PAGES.decode(self._read(self._request(f"{path}?after={cursor}")))
            except msgspec.DecodeError as error:
                raise _no_server(self._url) from error
            yield from map(bytes, page.data)
            cursor = page.next_cursor

    def follow(self, path: str, after: int) -> Iterator[bytes]:
        """Events behind a cursor, as they come, up to the end of the run, and across restarts of the server.

        Raises:
            AgentSDKError: What the server says, or that it does not come back.
        """
        left = 0  # nobody waits for a server that was never there
        while True:
            request = self._request(f"{path}?after={after}")
            request.add_header("Accept", "text/event-stream")
            try:
                with closing(self._open(request)) as answer:
                    if answer.status == _NO_CONTENT:
                        return
                    left = RETRIES_MAX_COUNT
                    for seq, kind, data in _frames(answer):
                        after = seq
                        yield data
                        if kind in TERMINAL_TYPES:
                            return
            except AgentSDKError as error:
                if not error.retryable or left == 0:
                    raise
            except (OSError, http.client.HTTPException) as error:
                if left == 0:
                    raise _away(self._url, error) from None
            left -= 1
            time.sleep(RETRY_INTERVAL_S)

    def _request(self, path: str, body: bytes | None = None) -> urllib.request.Request:
        # The scheme is one of HTTP's: `__init__` checked it.
        request = urllib.request.Request(self._url + path, data=body)  # noqa: S310
        if self._key is not None:
            request.add_header("Authorization", f"Bearer {self._key}")
        return request

    def _read(self, request: urllib.request.Request) -> bytes:
        try:
            with closing(self._open(request)) as answer:
                return answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise _away(self._url, error) from None

    def _json(self, request: urllib.request.Request) -> Any:
        try:
            return decode(self._read(request))
        except ValueError as error:
            raise _no_server(self._url) from error

    def _open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        try:
            return self._opener.open(request, timeout=self._silence_max_s)
        except urllib.error.HTTPError as error:
            with closing(error):
                raise _problem(self._url, error.code, error.read(_ERROR_SIZE_MAX_BYTES)) from None
        except (OSError, http.client.HTTPException) as error:
            raise _away(self._url, error) from None


def is_loopback(url: str) -> bool:
    """Whether a URL stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows none: the key is for one server, and not for where that one points."""

    def http_error_302(self, *given: Any, **named: Any) -> None:
        """Leave the answer as it is, which makes it an error."""

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _frames(answer: http.client.HTTPResponse) -> Iterator[tuple[int, str, bytes]]:
    """The events of a stream: `seq`, type, envelope. The server writes each field once, data last."""
    seq, kind = 0, ""
    for line in answer:
        name, _, value = line.rstrip(b"\r\n").partition(b": ")
        if name == b"id":
            seq = int(value)
        elif name == b"event":
            kind = value.decode()
        elif name == b"data":
            yield seq, kind, value


def _problem(url: str, status: int, body: bytes) -> AgentSDKError:
    """The error that a problem (RFC 9457) tells of."""
    try:
        found = decode(body)
    except ValueError:
        return _no_server(url)
    if not isinstance(found, dict) or "code" not in found:
        return _no_server(url)
    problem = cast("dict[str, Any]", found)
    kinds = {each.code: each for each in _tree(AgentSDKError)}
    kind = kinds.get(problem["code"]) or _OF_STATUS.get(status, AgentSDKError)
    error = kind(str(problem.get("detail") or problem.get("title")), hint=problem.get("hint"))
    if isinstance(error, platform_errors.Unauthenticated):
        error.hint = "Give a key of this server: --key, or AGENT_SDK_API_KEY."
    error.retryable = error.retryable or status >= _SERVER_ERROR
    return error


def _tree(kind: type[AgentSDKError]) -> Iterator[type[AgentSDKError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _tree(each)


def _away(url: str, error: Exception) -> AgentSDKError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    words = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)
    away = AgentSDKError(
        f"no server answers at {url}: {words}",
        hint="Start one with `agent-sdk server`, or say where it is: --url.",
    )
    away.retryable = True
    return away


def _no_server(url: str) -> AgentSDKError:
    return AgentSDKError(f"what answers at {url} is no server of agent-sdk", hint="Say where it is: --url.")
