"""A whole cluster under supervision: in which order it starts and stops, and what it tells."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager

from local_cluster import leftovers, lock
from local_cluster.edge import make_nginx
from local_cluster.environment import service_environment
from local_cluster.home import Home, OpenHome
from local_cluster.logs import rotate
from local_cluster.plan import Plan
from local_cluster.ports import LOOPBACK
from local_cluster.process import run
from local_cluster.servers import EmbeddedServers
from local_cluster.servers.prometheus import Prometheus
from local_cluster.service_process import ServiceProcess, service_command
from local_cluster.services import GATEWAY, SETUP
from local_cluster.state import ClusterPhase, ClusterState
from local_cluster.supervised import Supervised

ROTATE_EVERY_S = 5

Report = Callable[[Supervised], None]
"""Told each time a part changes its phase or gets its process."""


class Cluster:
    """Every process of one home; `running_cluster` makes one."""

    def __init__(
        self, home: OpenHome, plan: Plan, *, overrides: Mapping[str, str], report: Report
    ) -> None:
        self._home = home
        self._report = report
        self._embedded = EmbeddedServers(
            home, broker=plan.broker, readers=max(number for _, number in plan.processes())
        )
        self._env = service_environment(
            home, self._embedded.env(), {**self._embedded.suggestions(), **overrides}
        )
        self._processes = [
            ServiceProcess(service, number, home=home, env=self._env)
            for service, number in plan.processes()
        ]
        gateways = [process.port for process in self._processes if process.service == GATEWAY]
        self._gateway_url = f"http://{LOOPBACK}:{gateways[0]}"
        self._nginx = make_nginx(
            home, plan, self._env, s3_port=self._embedded.s3.port, gateways=gateways
        )
        self._kafka = Supervised(self._embedded.kafka, self._changed)
        others = (self._embedded.postgres, self._embedded.redis, self._embedded.s3)
        watching = [Prometheus(home, self._ports())] if plan.monitoring else []
        self._servers = [
            self._kafka,
            *(Supervised(server, self._changed) for server in (*others, *watching)),
        ]
        self._edge = Supervised(self._nginx, self._changed)
        self._services = [Supervised(process, self._changed) for process in self._processes]
        self._phase = ClusterPhase.STARTING

    @property
    def url(self) -> str:
        """The address of nginx."""
        return self._nginx.url

    def state(self) -> ClusterState:
        return ClusterState(
            pid=os.getpid(),
            phase=self._phase,
            url=self._nginx.url,
            gateway=self._gateway_url,
            database=self._env["DATABASE_URL"],
            kafka=self._env["KAFKA_BOOTSTRAP_SERVERS"],
            redis=self._env["REDIS_URL"],
            s3=f"http://{self._env['S3_ENDPOINT']}",
            home=self._home.paths.root,
            servers=[supervised.part() for supervised in (*self._servers, self._edge)],
            services=[supervised.part() for supervised in self._services],
        )

    async def start(self) -> None:
        """Start everything and return when all of it is ready.

        Raises:
            ProcessError: a part keeps dying, or the setup failed.

        """
        await _start([*self._servers, self._edge])
        # Loading a model takes about as long as the setup: both at once.
        for supervised in self._starting(before_setup=True):
            supervised.keep()
        await self._set_up()
        # A broker that restarts may have forgotten its topics.
        self._kafka.after_restart = self._set_up
        for supervised in self._starting(before_setup=False):
            supervised.keep()
        await asyncio.gather(*(supervised.ready() for supervised in self._services))
        self._enter(ClusterPhase.READY)

    def _ports(self) -> dict[str, list[int]]:
        """Where the replicas of each service answer."""
        ports: dict[str, list[int]] = {}
        for process in self._processes:
            ports.setdefault(process.service.name, []).append(process.port)
        return ports

    def _starting(self, *, before_setup: bool) -> list[Supervised]:
        return [
            supervised
            for supervised, process in zip(self._services, self._processes, strict=True)
            if process.service.waits_for_setup is not before_setup
        ]

    async def stop(self) -> None:
        """Let the services finish what they hold, then end the servers under them."""
        self._enter(ClusterPhase.STOPPING)
        for group in (self._services, [self._edge], self._servers):
            await asyncio.gather(*(supervised.stop() for supervised in group))
        self._home.paths.state_file.unlink()

    async def watch(self) -> None:
        """Keep the logs bounded, until cancelled."""
        while True:
            for log in self._home.paths.logs.glob("*.log"):
                rotate(log)
            await asyncio.sleep(ROTATE_EVERY_S)

    async def _set_up(self) -> None:
        port = self._home.ports.claim(SETUP.name)
        env = {**self._env, SETUP.port_variable: str(port)}
        await run(SETUP.name, service_command(SETUP, env), self._home.paths.log(SETUP.name))

    def _changed(self, supervised: Supervised) -> None:
        self._write_state()
        self._report(supervised)

    def _enter(self, phase: ClusterPhase) -> None:
        self._phase = phase
        self._write_state()

    def _write_state(self) -> None:
        self.state().write(self._home.paths.state_file)


async def _start(group: Iterable[Supervised]) -> None:
    """Start all at once; raises the error of the first that keeps dying."""
    for supervised in group:
        supervised.keep()
    await asyncio.gather(*(supervised.ready() for supervised in group))


@asynccontextmanager
async def running_cluster(
    home: Home, plan: Plan, *, overrides: Mapping[str, str], report: Report = lambda _: None
) -> AsyncIterator[Cluster]:
    """Run a cluster while the block runs; the block begins when everything is ready.

    Processes that a killed cluster left in this home are ended first.

    Args:
        home: where its state lives.
        plan: what to start.
        overrides: settings that the user chose for the services.
        report: told each time a part changes its phase.

    Raises:
        HomeUnusable, AlreadyRunning: nothing was done.
        PortTaken, BadSetting: the plan or the settings cannot be met.
        ProcessError: a part could not start; everything was ended again.

    """
    home.create()
    with lock.hold(home.lock_file):
        home.state_file.unlink(missing_ok=True)
        await asyncio.to_thread(leftovers.end, home.root)
        home.clear_temporary()
        cluster = Cluster(home.open(), plan, overrides=overrides, report=report)
        try:
            async with _supervision(cluster):
                yield cluster
        finally:
            await asyncio.to_thread(leftovers.end, home.root)


@asynccontextmanager
async def _supervision(cluster: Cluster) -> AsyncIterator[None]:
    watching = asyncio.create_task(cluster.watch())
    try:
        await cluster.start()
        yield
    finally:
        watching.cancel()
        await cluster.stop()
