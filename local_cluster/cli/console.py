"""What the commands print about a cluster."""

import time

import click

from local_cluster import pages
from local_cluster.errors import NotRunning
from local_cluster.home import Home
from local_cluster.plan import DEFAULT_PORT
from local_cluster.state import ClusterPhase, ClusterState, PartPhase
from local_cluster.supervised import Supervised

NOT_RUNNING = "no cluster runs in {home}; start one with: malmoi up --detach"


class Progress:
    """Prints each part as it becomes ready or dies, to standard error."""

    def __init__(self) -> None:
        self._born = time.monotonic()
        self.all_ready = False
        """Until then, who waits is told the whole failure when the start is given up."""

    def __call__(self, supervised: Supervised) -> None:
        if supervised.phase is PartPhase.READY:
            self._say(supervised, "ready", colour="green")
        elif supervised.phase is PartPhase.RESTARTING and supervised.failure is not None:
            self._say(
                supervised, f"{supervised.failure.reason}; starting it again", colour="yellow"
            )
        elif supervised.phase is PartPhase.FAILING:
            why = f": {supervised.failure}" if self.all_ready else ""
            self._say(supervised, f"keeps dying{why}", colour="red")

    def _say(self, supervised: Supervised, what: str, *, colour: str) -> None:
        seconds = time.monotonic() - self._born
        name = click.style(f"{supervised.name:<22}", bold=True)
        click.echo(f"{seconds:6.1f} s  {name} {click.style(what, fg=colour)}", err=True)


def announce(state: ClusterState, *, wanted_port: int | None, how_to_stop: str) -> None:
    """Say where the cluster is, and why it is not where one would look for it."""
    if wanted_port is None and not state.url.endswith(f":{DEFAULT_PORT}"):
        click.secho(
            f"Port {DEFAULT_PORT} is in use by another program, so another port was taken.",
            fg="yellow",
            err=True,
        )
    if not pages.is_built():
        click.secho(pages.NOT_BUILT, fg="yellow", err=True)
    click.echo(f"Malmoi is ready: {click.style(state.url, bold=True)}  ({how_to_stop})")


def running_state(home: Home) -> ClusterState:
    """Return the state of the cluster that is ready in this home.

    Raises:
        NotRunning: there is none, or it is still starting.

    """
    state = ClusterState.read(home.state_file) if home.is_held() else None
    if state is None or state.phase is not ClusterPhase.READY:
        raise NotRunning(NOT_RUNNING.format(home=home.root))
    return state
