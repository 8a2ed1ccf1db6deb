"""One process of one of our services."""

import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from local_cluster.daemon import Daemon
from local_cluster.home import CHECKOUT, OpenHome
from local_cluster.ports import LOOPBACK
from local_cluster.probes import http_status
from local_cluster.process import Command
from local_cluster.services import Service


def service_command(service: Service, env: Mapping[str, str]) -> Command:
    """Return how to run a service; relative paths in its settings start in the checkout."""
    argv = (sys.executable, "-m", service.module)
    return Command(argv=argv, env=env, cwd=CHECKOUT)


class ServiceProcess(Daemon):
    """One replica, with a port and a log of its own."""

    stop_timeout_s: ClassVar[float] = 30
    """A worker finishes the window in hand, the gateway its requests."""
    start_timeout_s: ClassVar[float] = 1800
    """A model that is fetched at the first start may take this long."""
    ready_poll_s: ClassVar[float] = 0.1

    def __init__(
        self, service: Service, replica: int, *, home: OpenHome, env: Mapping[str, str]
    ) -> None:
        name = f"{service.name}-{replica}"
        super().__init__(name, home.paths.log(name))
        self.service = service
        self.port = home.ports.claim(name)
        self._env = {**env, service.port_variable: str(self.port)}

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def command(self) -> Command:
        return service_command(self.service, self._env)

    async def ready(self) -> bool:
        return await http_status(self.port, "/readyz") == HTTPStatus.OK
