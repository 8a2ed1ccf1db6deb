"""What every real server of the cluster is."""

from abc import abstractmethod

from local_cluster.daemon import Daemon
from local_cluster.home import OpenHome


class Server(Daemon):
    """A daemon with one port on the loopback address, and connection settings for our services."""

    def __init__(self, name: str, home: OpenHome, *, port: int | None = None) -> None:
        super().__init__(name, home.paths.log(name))
        self.home = home
        self.port = home.ports.claim(name) if port is None else port

    @abstractmethod
    def env(self) -> dict[str, str]:
        """Return the settings by which a service reaches this server."""

    def suggestions(self) -> dict[str, str]:
        """Return settings that suit this server; what the user set counts more."""
        return {}
