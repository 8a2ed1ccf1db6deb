"""`malmoi demo`: see the whole product work."""

import asyncio
import shutil
import tempfile
from pathlib import Path

import click
import httpx
from rich.console import Console
from websockets.exceptions import WebSocketException

from local_cluster.cli.console import Progress
from local_cluster.cli.interruptible import run_interruptible
from local_cluster.cluster import running_cluster
from local_cluster.demo.clips import Clip, choose
from local_cluster.demo.narrator import Narrator
from local_cluster.demo.story import NAMES, Story
from local_cluster.environment import read_overrides
from local_cluster.errors import ClusterError, RequestRefused
from local_cluster.home import Home
from local_cluster.plan import Plan

INTERRUPTED = 130
"""What shells return for a program that Ctrl-C ended."""


@click.command()
@click.option(
    "--audio",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A recording to send instead of the clips that are shipped.",
)
@click.option("--language", help="What is spoken in it, e.g. ko. Default: it is recognised.")
@click.option("--keep", is_flag=True, help="Leave the cluster running until Ctrl-C.")
@click.pass_context
def demo(ctx: click.Context, *, audio: Path | None, language: str | None, keep: bool) -> None:
    """Start a cluster of its own, let two people talk in a room, and stop everything.

    Exit code 0 when every text arrived at the other one's socket. Nothing is left behind; if it
    fails, its logs stay.
    """
    clips = choose(audio, language)
    root = Path(tempfile.mkdtemp(prefix="malmoi-demo-"))
    try:
        ended = run_interruptible(_play(Home(root), clips, keep=keep))
    except ClusterError:
        _keep_logs_only(Home(root))
        raise
    shutil.rmtree(root)
    ctx.exit(0 if ended else INTERRUPTED)


def _keep_logs_only(home: Home) -> None:
    click.echo(f"the logs are in {home.logs}", err=True)
    for directory in (home.data, home.run):
        shutil.rmtree(directory, ignore_errors=True)


async def _play(home: Home, clips: list[Clip], *, keep: bool) -> bool:
    narrator = Narrator(Console(), NAMES)
    narrator.title("Starting a cluster: PostgreSQL, Valkey, S3, a Kafka broker, nginx, services")
    async with running_cluster(
        home, Plan(port=0), overrides=read_overrides(), report=Progress()
    ) as cluster:
        try:
            await Story(cluster.url, narrator).tell(clips)
        except (httpx.TransportError, WebSocketException) as error:
            raise RequestRefused(f"a connection to {cluster.url} failed: {error!r}") from error
        narrator.title("Every text arrived.")
        if keep:
            narrator.remark(f"The cluster stays at {cluster.url} until Ctrl-C.")
            await asyncio.Event().wait()
    narrator.remark("Everything is stopped.")
    return True
