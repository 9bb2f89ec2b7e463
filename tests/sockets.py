"""Where tests may connect to: loopback, and only from a test that is marked `socket`.

An audit hook sees every `connect` of the process, whichever library makes it. It cannot be removed again, so it asks
a variable that a fixture sets.
"""

import ipaddress
import sys
from collections.abc import Generator
from typing import Final

import pytest

_LOOPBACK_NAMES: Final = frozenset({"localhost", "ip6-localhost"})


class _Allowed:
    loopback = False


class ConnectionRefusedByTests(AssertionError):
    """A test tried to connect to where no test may."""


def _is_loopback(host: str) -> bool:
    if host in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _watch(event: str, args: tuple[object, ...]) -> None:
    if event not in {"socket.connect", "socket.sendto"}:
        return
    address = args[1]
    if not isinstance(address, tuple):
        return  # a Unix socket
    host = str(address[0])  # pyright: ignore[reportUnknownArgumentType] - the hook gives what the socket was given
    if not _is_loopback(host):
        raise ConnectionRefusedByTests(f"tests connect to loopback only, not to {host}")
    if not _Allowed.loopback:
        raise ConnectionRefusedByTests("a test that opens a socket is marked @pytest.mark.socket")


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def only_marked_tests_connect(request: pytest.FixtureRequest) -> Generator[None]:
    """Let tests marked `socket` connect to loopback."""
    _Allowed.loopback = request.node.get_closest_marker("socket") is not None
    yield
    _Allowed.loopback = False
