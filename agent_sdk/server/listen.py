"""The server's own listening socket."""

import errno
import socket
from typing import Final

from agent_sdk.contracts.errors import ConfigError

READER_STALL_MAX_S: Final = 20.0
"""How long a reader may take nothing while there is something for it; then the kernel ends the connection.

Nothing above the kernel can: closing waits for the very bytes that are not taken. What it sends meanwhile to make sure
comes on top, and a reader has to be gone within 30 seconds.
"""
_MS: Final = 1000


def listen(host: str, port: int, *, stall_max_s: float = READER_STALL_MAX_S) -> socket.socket:
    """A socket bound to a host and port, whose connections end when their reader stalls (Linux only, tcp(7)).

    Args:
        host: A name or an address.
        port: 0 takes any that is free.
        stall_max_s: How long sent bytes may stay unacknowledged.

    Raises:
        ConfigError: It cannot listen there.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ConfigError(f"cannot listen on {host}: {error}", hint="Choose another host.") from error
    try:
        # A restart does not wait for the connections of the process before it to be forgotten.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(stall_max_s * _MS))
        bound.bind(address)
        bound.setblocking(False)
    except OSError as error:
        bound.close()
        taken = error.errno == errno.EADDRINUSE
        hint = "Another program has the port: choose another one with --port." if taken else "Choose another."
        raise ConfigError(f"cannot listen on {host}:{port}: {error.strerror}", hint=hint) from error
    return bound


def address_of(bound: socket.socket) -> str:
    """Where a socket can be reached, as a URL."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if bound.family == socket.AF_INET6 else f"http://{host}:{port}"
