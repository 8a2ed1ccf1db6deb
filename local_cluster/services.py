"""The one description of our services, for `malmoi up` and for the comparison with compose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from local_cluster.errors import BadReplicas

MAX_REPLICAS = 64


@dataclass(frozen=True, slots=True)
class Service:
    """A program of ours and what it takes to run it."""

    name: str
    """Also its name in the compose files."""
    module: str
    """Started as `python -m module`."""
    extra: str
    """The extra of the distribution that installs what it needs."""
    settings: str
    """`module:Class` of its settings."""
    needs: frozenset[str]
    """Names of the servers it talks to."""
    port_variable: str
    """The setting for the port on which it answers /readyz."""
    replicas: int = 1
    """How many of it run when nobody says otherwise."""

    @property
    def waits_for_setup(self) -> bool:
        """Whether it must not start before the tables exist."""
        return "postgres" in self.needs


SETUP: Final = Service(
    name="setup",
    module="result_handler.setup",
    extra="handler",
    settings="result_handler.settings:Settings",
    needs=frozenset({"postgres", "kafka", "s3"}),
    port_variable="HEALTH_PORT",
)
"""Runs to its end before the others start: tables, topics, bucket. May be repeated at any time."""

GATEWAY: Final = Service(
    name="api_gateway",
    module="api_gateway",
    extra="gateway",
    settings="api_gateway.settings:Settings",
    needs=frozenset({"postgres", "redis", "kafka", "s3"}),
    port_variable="GATEWAY_PORT",
)

RESULT_HANDLER: Final = Service(
    name="result_handler",
    module="result_handler",
    extra="handler",
    settings="result_handler.settings:Settings",
    needs=frozenset({"postgres", "redis", "kafka", "s3"}),
    port_variable="HEALTH_PORT",
)

WHISPER_WORKER: Final = Service(
    name="stt_worker_whisper",
    module="stt_worker_whisper",
    extra="whisper",
    settings="stt_worker_whisper.settings:Settings",
    needs=frozenset({"redis", "kafka", "s3"}),
    port_variable="HEALTH_PORT",
)

SIGN_SERVICE: Final = Service(
    name="sign_service",
    module="sign_service",
    extra="sign",
    settings="sign_service.settings:Settings",
    needs=frozenset({"kafka", "s3"}),
    port_variable="HEALTH_PORT",
)

SERVICES: Final = (GATEWAY, RESULT_HANDLER, WHISPER_WORKER, SIGN_SERVICE)

WORKERS: Final[Mapping[str, Service]] = {"whisper": WHISPER_WORKER}
"""By the name of their engine, as `--workers` takes them."""


def parse_workers(words: Iterable[str]) -> dict[str, int]:
    """Read `whisper=2`, also several with commas between; returns replicas by service name.

    Raises:
        BadReplicas: an engine that has no worker, or no number from 0 to 64.

    """
    pairs = (pair.strip() for word in words for pair in word.split(","))
    return dict(_worker(pair) for pair in pairs if pair)


def _worker(pair: str) -> tuple[str, int]:
    engine, _, number = pair.partition("=")
    if engine not in WORKERS:
        raise BadReplicas(f"no worker for {engine!r}; there is: {', '.join(WORKERS)}")
    if not number.isascii() or not number.isdigit() or int(number) > MAX_REPLICAS:
        raise BadReplicas(
            f"{pair!r} is no number of workers; write {engine}=N with N from 0 to {MAX_REPLICAS}"
        )
    return WORKERS[engine].name, int(number)
