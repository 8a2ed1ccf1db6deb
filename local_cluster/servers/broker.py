"""What both Kafka brokers have in common."""

import struct
from abc import abstractmethod

from local_cluster.home import OpenHome
from local_cluster.ports import LOOPBACK
from local_cluster.probes import ask
from local_cluster.servers.server import Server

API_VERSIONS = 18
"""The key of the request that any Kafka client sends first."""

_CLIENT = b"malmoi"
_REQUEST = struct.pack(">hhih", API_VERSIONS, 0, 1, len(_CLIENT)) + _CLIENT
_ANSWER = struct.Struct(">iih")
"""Length, correlation id, error code."""


class Broker(Server):
    """A broker that speaks the Kafka protocol, without passwords, on a loopback address."""

    def __init__(self, home: OpenHome) -> None:
        super().__init__("kafka", home)
        self.host = LOOPBACK

    def env(self) -> dict[str, str]:
        return {"KAFKA_BOOTSTRAP_SERVERS": f"{LOOPBACK}:{self.port}"}

    @abstractmethod
    async def restart_empty(self) -> None:
        """Restart on the same port with a new cluster id and nothing in it."""

    async def ready(self) -> bool:
        """True when it answers an ApiVersions request without an error."""
        request = struct.pack(">i", len(_REQUEST)) + _REQUEST
        answer = await ask(self.port, request, answer_bytes=_ANSWER.size, host=self.host) or b""
        return len(answer) == _ANSWER.size and _ANSWER.unpack(answer)[1:] == (1, 0)
