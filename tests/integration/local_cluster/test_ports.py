"""Choosing ports on this machine."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cluster.errors import PortTaken
from local_cluster.ports import PORT_RANGE, PortBook, choose_public_port, free_port, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        yield server.getsockname()[1]


def test_a_port_with_a_listener_is_not_free(taken: int) -> None:
    assert not is_free(taken)


def test_a_port_is_free_again_although_old_connections_linger() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
        accepted.close()
        client.close()

    assert is_free(port)


def test_a_free_port_lies_below_those_of_outgoing_connections() -> None:
    assert free_port() in PORT_RANGE
    assert PORT_RANGE.stop <= 32768


def test_a_part_keeps_its_port_over_restarts(tmp_path: Path) -> None:
    first = PortBook(tmp_path / "ports.json").claim("postgres")

    assert PortBook(tmp_path / "ports.json").claim("postgres") == first


def test_a_port_that_somebody_else_took_meanwhile_is_given_up(tmp_path: Path) -> None:
    book = tmp_path / "ports.json"
    first = PortBook(book).claim("postgres")
    with socket.create_server(("127.0.0.1", first)):
        second = PortBook(book).claim("postgres")

    assert second != first
    assert PortBook(book).claim("postgres") == second


def test_two_parts_never_share_a_port(tmp_path: Path) -> None:
    book = PortBook(tmp_path / "ports.json")

    assert len({book.claim(f"part-{number}") for number in range(100)}) == 100


def test_a_claim_is_kept_while_its_own_server_listens(tmp_path: Path) -> None:
    book = PortBook(tmp_path / "ports.json")
    first = book.claim("nginx")
    with socket.create_server(("127.0.0.1", first)):
        assert book.claim("nginx") == first


def test_the_default_port_is_taken_when_it_is_free() -> None:
    default = free_port()

    assert choose_public_port(None, default=default, free_choice=1) == default


def test_another_port_is_taken_when_the_default_is_in_use(taken: int) -> None:
    assert choose_public_port(None, default=taken, free_choice=1) == 1


def test_zero_is_any_free_port() -> None:
    assert choose_public_port(0, default=free_port(), free_choice=1) == 1


def test_a_port_that_was_asked_for_and_is_in_use_is_an_error(taken: int) -> None:
    with pytest.raises(PortTaken, match=f"port {taken} is in use"):
        choose_public_port(taken, default=8080, free_choice=1)


def test_two_processes_are_never_given_the_same_port() -> None:
    mine = free_port()
    only_mine = f"ports.PORT_RANGE = range({mine}, {mine + 1})"
    asking = f"from local_cluster import ports; {only_mine}; ports.free_port()"

    other = subprocess.run(
        [sys.executable, "-c", asking], capture_output=True, text=True, check=False
    )

    assert "PortTaken" in other.stderr
