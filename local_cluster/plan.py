"""What to start: how many of each service, which broker, which port."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from local_cluster.servers.embedded import BrokerName
from local_cluster.services import SERVICES, Service

DEFAULT_PORT = 8080


@dataclass(frozen=True, slots=True)
class Plan:
    """One cluster as its user wants it."""

    replicas: Mapping[str, int] = field(default_factory=dict)
    """By service name; who is not named runs as often as its description says."""
    broker: BrokerName = "tansu"
    port: int | None = None
    """Of nginx. 0 is any free one; None is 8080, or a free one when that is taken."""
    monitoring: bool = False
    """Whether a Prometheus watches over it."""

    def processes(self) -> list[tuple[Service, int]]:
        """Return every replica to start, numbered from 1."""
        return [
            (service, number)
            for service in SERVICES
            for number in range(1, self.replicas.get(service.name, service.replicas) + 1)
        ]
