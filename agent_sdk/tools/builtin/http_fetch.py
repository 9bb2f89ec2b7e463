"""The tool `http.fetch`: a page of an allowed host, as text.

Every hop is checked alone: scheme, host, and each address that the host resolves to. The connection goes to those
checked addresses and no name is looked up again, so a name that changes its address in between (DNS rebinding)
changes nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from agent_sdk.contracts.errors import ToolRefused
from agent_sdk.contracts.signals import ToolFailed
from agent_sdk.ports.tool import Tool
from agent_sdk.tools.builtin.addresses import Address, AddressPolicy, Allowlist, is_public, literal
from agent_sdk.tools.builtin.readable import Body, decoded, is_text, readable
from agent_sdk.tools.function_tool import tool

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from yarl import URL

REDIRECTS_COUNT_MAX: Final = 5
FETCH_TIMEOUT_SECONDS: Final = 30.0
"""For everything: looking up, connecting, redirects and body."""
BODY_SIZE_MAX_BYTES: Final = 2 * 1024 * 1024
"""Of the decoded body."""
TEXT_LENGTH_DEFAULT_CHARS: Final = 20_000
TEXT_LENGTH_MAX_CHARS: Final = 200_000

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CHUNK_SIZE_BYTES: Final = 64 * 1024

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]
"""From a host name and a port to the addresses of the host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a server answered, also when it is an error."""

    url: str
    """After redirects."""
    status: int
    content_type: str
    text: str
    truncated: bool
    """Whether there was more than is in `text`."""


def http_fetch(
    hosts: Sequence[str], *, allowed: AddressPolicy = is_public, resolve: Resolve | None = None
) -> Tool:
    """Make the tool.

    Args:
        hosts: What it may reach (`Allowlist`).
        allowed: Which addresses it may connect to. No setting reaches this: by default no address of this machine
            or of a private network, whatever the allowlist says.
        resolve: How names are looked up; the system's way by default.

    Raises:
        ConfigError: `hosts` has an entry that cannot be read.
    """
    from pydantic import Field

    fetcher = _Fetcher(Allowlist(hosts), allowed, resolve or _resolved_by_system)

    @tool(name="http.fetch", version="1.0.0", effects="read", idempotent=True)
    async def fetch(
        url: str,
        max_chars: Annotated[int, Field(ge=1, le=TEXT_LENGTH_MAX_CHARS)] = TEXT_LENGTH_DEFAULT_CHARS,
    ) -> Page:
        """Fetch a web page or a text resource by GET and return its readable text.

        Args:
            url: Address, beginning with https:// or http://.
            max_chars: Longest text to return.
        """
        return await fetcher.fetch(url, max_chars)

    return fetch


class _Fetcher:
    def __init__(self, hosts: Allowlist, allowed: AddressPolicy, resolve: Resolve) -> None:
        self._hosts = hosts
        self._allowed = allowed
        self._resolve = resolve

    async def fetch(self, text: str, max_chars: int) -> Page:
        if not self._hosts:
            msg = "no host may be reached"
            raise ToolRefused(msg, hint="Set AGENT_SDK_HTTP_ALLOWLIST to the hosts that agents may use.")
        import aiohttp

        try:
            async with asyncio.timeout(FETCH_TIMEOUT_SECONDS):
                return await self._follow(text, max_chars)
        except TimeoutError as error:
            raise ToolFailed(f"no whole answer within {FETCH_TIMEOUT_SECONDS:g} seconds") from error
        except (aiohttp.ClientError, OSError, UnicodeError) as error:
            raise ToolFailed(f"the request failed: {error or type(error).__name__}") from error

    async def _follow(self, text: str, max_chars: int) -> Page:
        url = _parsed(text)
        for _ in range(REDIRECTS_COUNT_MAX + 1):
            addresses = await self._checked(url)
            async with _session(addresses) as session, session.get(url, allow_redirects=False) as response:
                target = response.headers.get("Location")
                if response.status not in _REDIRECTS or target is None:
                    return await _page(response, max_chars)
                url = _parsed(target, base=url)
        raise ToolFailed(f"more than {REDIRECTS_COUNT_MAX} redirects")

    async def _checked(self, url: "URL") -> Sequence[Address]:
        """The addresses to connect to, all of them allowed."""
        host, port = url.raw_host or "", url.port or 0
        if not self._hosts.allows(host, port):
            msg = f"{host} (port {port}) is not on the allowlist"
            raise ToolRefused(msg, hint="Add the host to AGENT_SDK_HTTP_ALLOWLIST.")
        try:
            address = literal(host)
        except ValueError as error:
            msg = f"{host} is an address in an unusual form"
            raise ToolRefused(msg, hint="Use the host's name.") from error
        addresses = [address] if address else await self._resolve(host, port)
        if not addresses:
            raise ToolFailed(f"{host} has no address")
        if not all(self._allowed(each) for each in addresses):
            # The address is not told: it would map the network for whoever steers the model.
            raise ToolRefused(
                f"{host} is not a public host", hint="Only addresses of the internet are allowed."
            )
        return addresses


def _parsed(text: str, *, base: "URL | None" = None) -> "URL":
    from yarl import URL

    try:
        # The only parser in the way, and aiohttp's own: two would read some addresses differently.
        url = base.join(URL(text)) if base else URL(text)
        _ = url.port
    except (ValueError, TypeError) as error:
        raise ToolFailed(f"{text!r} is not a URL: {error}") from error
    if url.scheme not in ("http", "https") or not url.raw_host:
        raise ToolRefused(f"{text!r} is not an address of the web", hint="Begin with https:// or http://.")
    if url.raw_user is not None or url.raw_password is not None:
        raise ToolRefused("the URL has a user name or password", hint="Leave credentials out of URLs.")
    return url


def _session(addresses: Sequence[Address]) -> "ClientSession":
    """A session for one hop, which connects to these addresses and to no others."""
    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult

    class Pinned(AbstractResolver):
        async def resolve(
            self,
            host: str,
            port: int = 0,
            family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - all
        ) -> list[ResolveResult]:
            return [
                ResolveResult(
                    hostname=host,
                    host=str(address),
                    port=port,
                    family=socket.AF_INET if address.version == 4 else socket.AF_INET6,  # noqa: PLR2004
                    proto=0,
                    flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                )
                for address in addresses
            ]

        async def close(self) -> None: ...

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=Pinned(), use_dns_cache=False, force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,  # `Body` does it, with a bound
        headers={"User-Agent": "agent-sdk", "Accept-Encoding": "gzip, deflate"},
        timeout=aiohttp.ClientTimeout(total=None),  # one bound stands around all hops
    )


async def _page(response: "ClientResponse", max_chars: int) -> Page:
    stated = "Content-Type" in response.headers
    content_type = response.content_type if stated else ""
    if not is_text(content_type):
        raise ToolFailed(f"the answer is {content_type}, not text")
    body = Body(response.headers.get("Content-Encoding", ""), BODY_SIZE_MAX_BYTES)
    async for chunk in response.content.iter_chunked(_CHUNK_SIZE_BYTES):
        body.add(chunk)
        if body.is_cut:
            break
    text = readable(decoded(body.data, response.charset), content_type)
    return Page(
        url=str(response.url),
        status=response.status,
        content_type=content_type,
        text=text[:max_chars],
        truncated=body.is_cut or len(text) > max_chars,
    )


async def _resolved_by_system(host: str, port: int) -> Sequence[Address]:
    import ipaddress

    found: list[Any] = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A link-local address comes with its interface, `fe80::1%2`, which `ip_address` keeps.
    return [ipaddress.ip_address(sockaddr[0]) for *_, sockaddr in found]
