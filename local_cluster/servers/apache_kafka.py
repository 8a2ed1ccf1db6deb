"""A real Apache Kafka broker (KRaft, one node), the judge of what the embedded broker promises."""

import shutil
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import ClassVar

from local_cluster.files import write_private
from local_cluster.home import OpenHome
from local_cluster.process import Command, program, run
from local_cluster.servers.broker import Broker
from local_cluster.servers.kafka_distribution import FILES, fetch
from local_cluster.template import render

JVM_OPTIONS = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # starting quickly matters more here than throughput
    f"-Dlog4j2.configurationFile=file:{FILES / 'log4j2.xml'}",
)


class ApacheKafka(Broker):
    """Keeps its data and its cluster id over restarts."""

    stop_timeout_s: ClassVar[float] = 20

    def __init__(self, home: OpenHome) -> None:
        super().__init__(home)
        self._controller_port = home.ports.claim("kafka-controller")
        self._data = home.paths.data / "kafka"
        self._configuration = home.paths.run / "kafka.properties"
        self._jars = Path()

    async def prepare(self) -> None:
        self._jars = await fetch(self.home, self.log)
        values = {
            "BROKER_PORT": str(self.port),
            "CONTROLLER_PORT": str(self._controller_port),
            "DATA_DIR": str(self._data),
        }
        template = (FILES / "server.properties.template").read_text()
        write_private(self._configuration, render(template, values))
        if not (self._data / "meta.properties").exists():
            await self._format()

    async def _format(self) -> None:
        """Give an empty directory its cluster id; what an interrupted try left is thrown away."""
        shutil.rmtree(self._data, ignore_errors=True)
        cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        where = ("-c", str(self._configuration))
        # An id may not begin with a dash: the tool would read it as an option.
        command = self._java(
            "kafka.tools.StorageTool", "format", f"--cluster-id=x{cluster_id[1:]}", *where
        )
        await run("kafka format", command, self.log)

    def command(self) -> Command:
        return self._java("kafka.Kafka", str(self._configuration))

    def _java(self, main: str, *arguments: str) -> Command:
        argv = (program("java"), *JVM_OPTIONS, "-cp", f"{self._jars}/*", main, *arguments)
        return Command(argv=argv, env=self.home.server_env())

    async def restart_empty(self) -> None:
        await self.stop()
        shutil.rmtree(self._data)
        await self.start()
