"""Prometheus from the system's packages: there is no wheel of it."""

import shutil
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from local_cluster.errors import ProgramMissing
from local_cluster.files import write_private
from local_cluster.home import CHECKOUT, OpenHome
from local_cluster.ports import LOOPBACK
from local_cluster.probes import http_status
from local_cluster.process import Command
from local_cluster.servers.server import Server

PACKAGE: Final = "prometheus"
ALERTS: Final = CHECKOUT / "monitoring/alerts.yml"

_HEAD = """\
global: {{scrape_interval: 5s, evaluation_interval: 5s}}
rule_files: ["{alerts}"]
scrape_configs:
"""
_JOB = '  - {{job_name: {name}, static_configs: [{{targets: ["{targets}"]}}]}}\n'


class Prometheus(Server):
    """Scrapes every replica under the name of its service, and judges the alerts of production."""

    def __init__(self, home: OpenHome, targets: Mapping[str, Sequence[int]]) -> None:
        """Scrape these ports, by the name of their service.

        Raises:
            ProgramMissing: it is not installed.

        """
        super().__init__("prometheus", home)
        self._program = prometheus_program()
        self._targets = targets
        self._configuration = home.paths.run / "prometheus.yml"
        self._data = home.paths.data / "prometheus"

    def env(self) -> dict[str, str]:
        return {}

    async def prepare(self) -> None:
        self._data.mkdir(exist_ok=True)
        every = {**self._targets, self.name: [self.port]}
        jobs = (
            _JOB.format(name=name, targets='", "'.join(f"{LOOPBACK}:{port}" for port in ports))
            for name, ports in every.items()
        )
        write_private(self._configuration, _HEAD.format(alerts=ALERTS) + "".join(jobs))

    def command(self) -> Command:
        options = {
            "config.file": self._configuration,
            "storage.tsdb.path": self._data,
            "storage.tsdb.retention.time": "1d",
            "web.listen-address": f"{LOOPBACK}:{self.port}",
            "log.level": "warn",
        }
        arguments = (f"--{name}={value}" for name, value in options.items())
        return Command(argv=(self._program, *arguments), env=self.home.server_env())

    async def ready(self) -> bool:
        return await http_status(self.port, "/-/ready") == HTTPStatus.OK


def prometheus_program() -> str:
    """Return the path of the program; raises ProgramMissing."""
    if (found := shutil.which("prometheus")) is None:
        raise ProgramMissing(f"Prometheus is not installed: apt-get install {PACKAGE}")
    return found
