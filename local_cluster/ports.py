"""Which TCP port each part of the cluster listens on."""

import fcntl
import json
import os
import secrets
import socket
import tempfile
from pathlib import Path

from local_cluster.errors import PortTaken
from local_cluster.files import write_private

LOOPBACK = "127.0.0.1"

PORT_RANGE = range(20000, 32768)
"""Below Linux's range for outgoing connections: none of those takes a port of a stopped server."""


def is_free(port: int, *, host: str = LOOPBACK) -> bool:
    """Tell whether a server could listen there now.

    With SO_REUSEADDR, as servers use it: connections that linger after a restart take no port.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


_reserved: dict[int, int] = {}
"""The descriptor of each port's file: bare, for it stays open until the process ends."""


def _reserve(port: int) -> bool:
    """Keep the port from other clusters of this user until this process ends.

    Between the choice of a port and its server's bind lie seconds, at every restart too.
    """
    directory = Path(tempfile.gettempdir()) / f"malmoi-ports-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    file = os.open(directory / str(port), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return False
    _reserved[port] = file
    return True


def free_port() -> int:
    """Return a random free port that nobody was given.

    Raises:
        PortTaken: hundreds of ports were tried and none was free.

    """
    for _ in range(500):
        port = secrets.choice(PORT_RANGE)
        if port not in _reserved and is_free(port) and _reserve(port):
            return port
    raise PortTaken(f"no free port between {PORT_RANGE.start} and {PORT_RANGE.stop - 1}")


class PortBook:
    """Gives each part a free port, and the same one again after a restart if it is still free."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ports: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        self._given: set[str] = set()

    def claim(self, name: str) -> int:
        """Return the port of `name`: the same one however often it is asked for."""
        if name not in self._given:
            if not self._keeps(name):
                self._ports[name] = self._another()
                write_private(self._file, json.dumps(self._ports, indent=1))
            self._given.add(name)
        return self._ports[name]

    def _another(self) -> int:
        while (port := free_port()) in self._ports.values():
            pass  # another part's, which has not asked for it yet
        return port

    def _keeps(self, name: str) -> bool:
        port = self._ports.get(name)
        return port is not None and is_free(port) and (port in _reserved or _reserve(port))


def choose_public_port(wanted: int | None, *, default: int, free_choice: int) -> int:
    """Return the port for nginx.

    Args:
        wanted: what the user asked for; 0 is any free one, None leaves it to us.
        default: used when the user asked for nothing and it is free.
        free_choice: used in every other case.

    Raises:
        PortTaken: the user asked for this very port and it is in use.

    """
    if wanted:
        if not is_free(wanted):
            raise PortTaken(
                f"port {wanted} is in use; take another one, or --port 0 for any free one"
            )
        return wanted
    if wanted is None and is_free(default):
        return default
    return free_choice
