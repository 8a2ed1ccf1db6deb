"""`malmoi down`: stop the cluster."""

import os
import signal
import time

import click

from local_cluster import leftovers
from local_cluster.errors import StillRunning
from local_cluster.home import Home, default_root

PATIENCE_S = 60
"""Longer than the services and servers together may take to end."""


@click.command()
def down() -> None:
    """Stop the cluster: the services finish what they hold, then the servers end. Data stay."""
    home = Home(default_root())
    supervisor = home.supervisor()
    if supervisor is not None:
        os.kill(supervisor, signal.SIGTERM)
        _wait_until_free(home)
        click.echo("stopped")
    elif ended := leftovers.end(home.root):
        click.echo(f"ended {ended} processes of a cluster that was killed")
    else:
        click.echo(f"no cluster runs in {home.root}")


def _wait_until_free(home: Home) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (supervisor := home.supervisor()) is not None:
        if time.monotonic() > deadline:
            raise StillRunning(f"process {supervisor} does not end; its logs are in {home.logs}")
        time.sleep(0.05)
