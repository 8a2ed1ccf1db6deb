"""Log files stay bounded and can be followed."""

from pathlib import Path

import pytest

from local_cluster.cli.logs import find_logs
from local_cluster.errors import NoSuchLog
from local_cluster.logs import Follower, rotate, tail


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "x.log"


def test_the_tail_is_the_last_lines(log: Path) -> None:
    log.write_text("one\ntwo\nthree\n")

    assert tail(log, 2) == ["two", "three"]


def test_the_tail_of_nothing_is_empty(log: Path) -> None:
    assert tail(log, 5) == []


def test_the_tail_of_a_long_log_reads_only_its_end(log: Path) -> None:
    log.write_text("x" * 5_000_000 + "\nlast\n")

    assert tail(log, 1) == ["last"]


def test_a_long_log_is_moved_aside_while_its_writer_goes_on(log: Path) -> None:
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old\n" * 10)
        rotated = rotate(log, max_bytes=39)
        writer.write(b"new\n")

    assert rotated
    assert log.read_text() == "new\n"
    assert log.with_name("x.log.1").read_text() == "old\n" * 10


def test_a_short_log_stays(log: Path) -> None:
    log.write_text("short\n")

    assert not rotate(log, max_bytes=39)
    assert log.read_text() == "short\n"


def test_a_follower_hands_out_whole_lines_once(log: Path) -> None:
    log.write_text("before\n")
    follower = Follower(log)
    with log.open("a") as writer:
        writer.write("one\ntw")
        writer.flush()
        first = list(follower.new_lines())
        writer.write("o\n")
        writer.flush()
        second = list(follower.new_lines())

    assert (first, second) == (["one"], ["two"])


def test_a_follower_survives_a_rotation(log: Path) -> None:
    log.write_text("a long line before\n")
    follower = Follower(log)
    rotate(log, max_bytes=1)
    with log.open("a") as writer:
        writer.write("after\n")

    assert list(follower.new_lines()) == ["after"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("api_gateway", ["api_gateway-1", "api_gateway-2"]),
        ("api_gateway-2", ["api_gateway-2"]),
        ("postgres", ["postgres"]),
    ],
)
def test_logs_are_found_by_service_replica_or_server(
    tmp_path: Path, asked: str, found: list[str]
) -> None:
    for name in ("api_gateway-1", "api_gateway-2", "postgres"):
        (tmp_path / f"{name}.log").touch()

    assert [file.stem for file in find_logs(tmp_path, asked)] == found


def test_an_unknown_log_is_refused_and_the_known_ones_are_named(tmp_path: Path) -> None:
    (tmp_path / "postgres.log").touch()

    with pytest.raises(NoSuchLog, match="known: postgres"):
        find_logs(tmp_path, "oracle")
