"""Which Host and Origin the server answers to, so that no web page can reach it under a name of its own.

A page of `evil.example` whose name is made to resolve to 127.0.0.1 (DNS rebinding) sends its own name as Host.
"""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from starlette.exceptions import HTTPException

from agent_sdk.contracts.platform_errors import AccessError, HostRefused

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
CACHE_MAX_COUNT: Final = 256

# A name, an IPv4 address or an IPv6 address in brackets, and a port (RFC 9110, section 7.2).
_HOST: Final = re.compile(rb"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9_.-]{1,253}))(?::(\d{0,5}))?")


class Hosts:
    """Knows what this server is called."""

    def __init__(self, allowed: Sequence[str]) -> None:
        """Take names beside loopback's: `name`, `name:port`, or `*.name` for every name below it."""
        names = [name.lower() for name in allowed]
        self._names = LOOPBACK_NAMES | {name for name in names if not name.startswith("*.")}
        self._allowed = frozenset(names)
        self._suffixes = tuple([name[1:] for name in names if name.startswith("*.")])
        self._good: set[tuple[bytes, str]] = set()

    def check(self, hosts: Sequence[bytes], origin: bytes | None, address: str) -> None:
        """Require that a request is meant for this server, and sent by no page but its own.

        Args:
            hosts: Values of its Host headers.
            origin: Value of its Origin header, which browsers send.
            address: The IP address that it came to.

        Raises:
            HTTPException: 400, there is not exactly one Host (RFC 9112, section 3.2).
            HostRefused: The server is not called so.
            AccessError: The page is not the server's own, and not of an allowed host.
        """
        if len(hosts) != 1:
            raise HTTPException(400, "a request has exactly one Host header")
        host = hosts[0]
        if (host, address) not in self._good:
            self._check_host(host, address)
            if len(self._good) < CACHE_MAX_COUNT:
                self._good.add((host, address))
        if origin is not None and not self._is_own(origin, host):
            raise AccessError(
                f"pages of {origin.decode('latin-1')!r} may not use this server",
                hint="Add its host to AGENT_SDK_ALLOWED_HOSTS if it is yours.",
            )

    def _check_host(self, host: bytes, address: str) -> None:
        match = _HOST.fullmatch(host)
        if match is None:
            raise HTTPException(400, "the Host header names no host")
        name, port = _plain(match)
        if not (name == _plain_address(address) or name in self._names or self._is_allowed(name, port)):
            raise HostRefused(f"this server is not {name!r}")

    def _is_allowed(self, name: str, port: str) -> bool:
        return name in self._allowed or f"{name}:{port}" in self._allowed or name.endswith(self._suffixes)

    def _is_own(self, origin: bytes, host: bytes) -> bool:
        scheme, _, rest = origin.partition(b"://")
        match = _HOST.fullmatch(rest)
        if match is None or scheme.lower() not in {b"http", b"https"}:
            return False
        return rest.lower() == host.lower() or self._is_allowed(*_plain(match))


def _plain(match: re.Match[bytes]) -> tuple[str, str]:
    bracketed, name, port = match.groups()
    text = (bracketed or name).decode().lower()
    return (_plain_address(text) if bracketed else text.removesuffix(".")), (port or b"").decode()


def _plain_address(text: str) -> str:
    """An IP address in its one canonical form; what is none stays as it is."""
    try:
        return str(ip_address(text))
    except ValueError:
        return text
