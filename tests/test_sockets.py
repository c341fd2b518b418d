"""The rule of `conftest.py` holds: a test that was not marked cannot talk to anybody."""

import socket

import pytest
import pytest_socket


def test_an_unmarked_test_has_no_network() -> None:
    with (
        pytest.warns(UserWarning, match="tried to use socket"),
        pytest.raises(pytest_socket.SocketBlockedError),
    ):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def test_unix_sockets_are_allowed_everywhere() -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"here")
        assert right.recv(4) == b"here"


@pytest.mark.real
def test_a_marked_test_reaches_loopback_and_nothing_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
    blocked = pytest_socket.SocketConnectBlockedError
    with (
        pytest.warns(UserWarning, match="tried to use socket"),
        pytest.raises(blocked),
        socket.socket() as stranger,
    ):
        stranger.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737
