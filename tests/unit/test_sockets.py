"""The suite's own rule: loopback only, and only where a test says so."""

import socket

import pytest

from tests.sockets import ConnectionRefusedByTests


def test_a_test_without_the_mark_connects_to_nothing() -> None:
    with socket.socket() as client, pytest.raises(ConnectionRefusedByTests, match=r"mark\.socket"):
        client.connect(("127.0.0.1", 9))


@pytest.mark.socket
@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1", "::ffff:192.0.2.1"])
def test_a_marked_test_connects_to_nothing_outside(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as client, pytest.raises(ConnectionRefusedByTests, match="loopback only"):
        client.connect((address, 9))


@pytest.mark.socket
def test_a_marked_test_connects_to_loopback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())
        assert client.getpeername() == server.getsockname()
