"""`malmoi logs`: what a process wrote."""

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import click

from local_cluster.errors import HomeUnusable, NoSuchLog
from local_cluster.home import OF_ANOTHER_USER, Home, default_root
from local_cluster.logs import Follower, tail

POLL_S = 0.2


@click.command()
@click.argument("service")
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines until Ctrl-C.")
@click.option("-n", "--lines", default=100, show_default=True, type=click.IntRange(0))
def logs(service: str, *, follow: bool, lines: int) -> None:
    """Print the log of SERVICE: a service (all its replicas), a replica or a server.

    For example api_gateway, stt_worker_whisper-2, postgres, nginx, supervisor.
    """
    files = find_logs(Home(default_root()).logs, service)
    followers = [(file, Follower(file)) for file in files]
    for file in files:
        _show(file, tail(file, lines), named=len(files) > 1)
    if follow:
        with suppress(KeyboardInterrupt):
            _follow(followers)


def _follow(followers: list[tuple[Path, Follower]]) -> None:
    while True:
        time.sleep(POLL_S)
        for file, follower in followers:
            _show(file, follower.new_lines(), named=len(followers) > 1)


def find_logs(directory: Path, service: str) -> list[Path]:
    """Return the logs of a server, a service or one replica.

    Raises:
        NoSuchLog: nothing of that name ever ran here.
        HomeUnusable: the directory is another user's.

    """
    try:
        files = sorted(directory.glob("*.log"))
    except PermissionError as error:
        raise HomeUnusable(OF_ANOTHER_USER.format(directory.parent)) from error
    found = [file for file in files if service in (file.stem, file.stem.rpartition("-")[0])]
    if not found:
        names = ", ".join(file.stem for file in files) or "there are none"
        raise NoSuchLog(f"no log of {service!r} in {directory}; known: {names}")
    return found


def _show(file: Path, lines: Iterable[str], *, named: bool) -> None:
    for line in lines:
        click.echo(f"{click.style(file.stem, fg='cyan')} {line}" if named else line)
