"""All servers that our services need, as one thing."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from local_cluster.home import Home, OpenHome
from local_cluster.servers.apache_kafka import ApacheKafka
from local_cluster.servers.broker import Broker
from local_cluster.servers.object_store import ObjectStore
from local_cluster.servers.postgres import Postgres
from local_cluster.servers.server import Server
from local_cluster.servers.tansu import Tansu
from local_cluster.servers.valkey import Valkey

BrokerName = Literal["tansu", "apache"]


def _open(root: Path) -> OpenHome:
    home = Home(root)
    home.create()
    return home.open()


class EmbeddedServers:
    """PostgreSQL, Valkey, S3 and a Kafka broker, with their state in one directory.

    `async with EmbeddedServers(tmp_path) as servers` starts them all and ends them. Each of
    `postgres`, `redis`, `s3` and `kafka` can be stopped, killed and restarted alone; ports stay.
    """

    def __init__(
        self, home: Path | OpenHome, *, broker: BrokerName = "tansu", readers: int = 1
    ) -> None:
        """Choose the ports, start nothing; `readers` is the size of the largest consumer group.

        Raises:
            HomeUnusable: the directory cannot be used.

        """
        self.home = home if isinstance(home, OpenHome) else _open(home)
        self.postgres = Postgres(self.home)
        self.redis = Valkey(self.home)
        self.s3 = ObjectStore(self.home)
        self.kafka: Broker = (
            ApacheKafka(self.home) if broker == "apache" else Tansu(self.home, readers=readers)
        )

    def __iter__(self) -> Iterator[Server]:
        yield from (self.postgres, self.redis, self.s3, self.kafka)

    def env(self) -> dict[str, str]:
        """Return the settings (environment variables) by which services reach the servers."""
        return {name: value for server in self for name, value in server.env().items()}

    def suggestions(self) -> dict[str, str]:
        """Return settings that suit the servers; what a user set counts more."""
        return {name: value for server in self for name, value in server.suggestions().items()}

    async def start(self) -> None:
        """Start all at once.

        Raises:
            StartFailed: one was not ready; the others are stopped.

        """
        try:
            async with asyncio.TaskGroup() as group:
                for server in self:
                    group.create_task(server.start())
        except ExceptionGroup as failed:
            await self.stop()
            raise failed.exceptions[0] from None

    async def stop(self) -> None:
        await asyncio.gather(*(server.stop() for server in self))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
