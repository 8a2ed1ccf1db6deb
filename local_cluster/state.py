"""What a running cluster tells about itself, in one file of its home."""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from local_cluster.files import write_private


class PartPhase(StrEnum):
    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    FAILING = "failing"
    """It keeps dying; it is still started again and again, ever more slowly."""
    STOPPED = "stopped"


class ClusterPhase(StrEnum):
    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"


class Part(BaseModel):
    """One server or one replica of a service."""

    model_config = ConfigDict(frozen=True)

    name: str
    phase: PartPhase
    pid: int | None
    port: int
    restarts: int
    log: Path
    failure: str | None
    """Why it died last, with the last lines of its log."""


class ClusterState(BaseModel):
    """Everything that another process may want to know."""

    model_config = ConfigDict(frozen=True)

    pid: int
    """Of the supervisor."""
    phase: ClusterPhase
    url: str
    """Of nginx: the one address for users."""
    gateway: str
    """Of the first gateway itself; for /metrics and for tests."""
    database: str
    kafka: str
    redis: str
    s3: str
    home: Path
    servers: list[Part]
    services: list[Part]

    def write(self, file: Path) -> None:
        write_private(file, self.model_dump_json(indent=1))

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """Return None when there is no state, or one that another version wrote."""
        try:
            return cls.model_validate_json(file.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def for_scripts(self) -> str:
        """Return the JSON object that `up --json` prints, on one line."""
        public = {"url", "gateway", "database", "kafka", "redis", "s3", "home", "services"}
        return self.model_dump_json(include=public)
