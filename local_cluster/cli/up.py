"""`malmoi up`: start the cluster."""

import asyncio
import time
from collections import Counter
from typing import Literal, TypedDict, Unpack

import click
from click.core import ParameterSource

from local_cluster.cli.console import Progress, announce
from local_cluster.cli.interruptible import run_interruptible
from local_cluster.cluster import running_cluster
from local_cluster.detached import start_detached, wait_until_ready
from local_cluster.environment import read_overrides
from local_cluster.home import Home, default_root
from local_cluster.plan import DEFAULT_PORT, Plan
from local_cluster.services import GATEWAY, MAX_REPLICAS, RESULT_HANDLER, parse_workers
from local_cluster.state import ClusterState

CTRL_C = "Ctrl-C stops it"
DOWN = "malmoi down stops it"
OF_THE_CALL = frozenset({"detach", "as_json", "in_background"})
"""Options that say how to start a cluster and tell of it, not which one."""


class Options(TypedDict):
    """As the command line gives them."""

    workers: tuple[str, ...]
    gateways: int
    handlers: int
    port: int | None
    broker: Literal["tansu", "apache"]
    monitoring: bool
    detach: bool
    as_json: bool
    in_background: bool


@click.command()
@click.option(
    "--workers",
    multiple=True,
    metavar="ENGINE=N",
    help="How many workers of an engine, e.g. whisper=2. Default: whisper=1.",
)
@click.option("--gateways", type=click.IntRange(1, MAX_REPLICAS), default=1, show_default=True)
@click.option("--handlers", type=click.IntRange(1, MAX_REPLICAS), default=1, show_default=True)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Where nginx listens; 0 takes any free port. Default: {DEFAULT_PORT}, or a free port "
    "when that one is in use.",
)
@click.option(
    "--broker",
    type=click.Choice(["tansu", "apache"]),
    default="tansu",
    show_default=True,
    help="tansu: in memory, starts at once. apache: a real Apache Kafka (needs Java and Maven).",
)
@click.option(
    "--monitoring",
    is_flag=True,
    help="Start a Prometheus beside it, which must be installed; `malmoi status` shows its port.",
)
@click.option(
    "--detach", is_flag=True, help="Return when it is ready; it goes on in the background."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object when it is ready.")
@click.option("--in-background", is_flag=True, hidden=True)
def up(**options: Unpack[Options]) -> None:
    """Start the cluster and wait until all of it is ready.

    Servers (PostgreSQL, Valkey, S3, a Kafka broker, nginx) and services run as processes of their
    own and are started again when they die. If the cluster runs already, it stays as it is, and its
    address is printed.
    """
    plan = _plan(options)
    home = Home(default_root())
    if home.is_held():
        state = wait_until_ready(home)
        _tell_what_is_ignored(state)
        _tell(state, options, how_to_stop=DOWN)
    elif options["detach"]:
        _tell(start_detached(home, _arguments(options)), options, how_to_stop=DOWN)
    else:
        run_interruptible(_stay(home, plan, options))


def _plan(options: Options) -> Plan:
    replicas = {
        **parse_workers(options["workers"]),
        GATEWAY.name: options["gateways"],
        RESULT_HANDLER.name: options["handlers"],
    }
    return Plan(
        replicas=replicas,
        broker=options["broker"],
        port=options["port"],
        monitoring=options["monitoring"],
    )


def _arguments(options: Options) -> list[str]:
    """Return the command line for the same cluster in the background."""
    words = [f"--workers={word}" for word in options["workers"]]
    words += [f"--gateways={options['gateways']}", f"--handlers={options['handlers']}"]
    if options["port"] is not None:
        words.append(f"--port={options['port']}")
    if options["monitoring"]:
        words.append("--monitoring")
    return ["up", *words, f"--broker={options['broker']}", "--in-background"]


def _tell_what_is_ignored(state: ClusterState) -> None:
    """Else somebody would wait for workers that never come."""
    ignored = ", ".join(_asked_for())
    if not ignored:
        return
    names = Counter(part.name.rpartition("-")[0] for part in state.services)
    runs = ", ".join(f"{number} {name}" for name, number in names.items())
    click.secho(
        f"A cluster runs already ({runs}) and stays as it is: {ignored} had no effect. "
        "To start another one: malmoi down first.",
        fg="yellow",
        err=True,
    )


def _asked_for() -> list[str]:
    """Return the options on the command line that say which cluster is wanted."""
    context = click.get_current_context()
    return [
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name not in OF_THE_CALL
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    ]


async def _stay(home: Home, plan: Plan, options: Options) -> None:
    begun = time.monotonic()
    progress = Progress()
    async with running_cluster(home, plan, overrides=read_overrides(), report=progress) as cluster:
        progress.all_ready = True
        click.echo(f"everything was ready after {time.monotonic() - begun:.1f} s", err=True)
        if not options["in_background"]:
            _tell(cluster.state(), options, how_to_stop=CTRL_C)
        await asyncio.Event().wait()


def _tell(state: ClusterState, options: Options, *, how_to_stop: str) -> None:
    if options["as_json"]:
        click.echo(state.for_scripts())
    else:
        announce(state, wanted_port=options["port"], how_to_stop=how_to_stop)
