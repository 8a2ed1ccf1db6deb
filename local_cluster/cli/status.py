"""`malmoi status`: what runs, what does not, and why."""

import asyncio
import json
from http import HTTPStatus

import click
from rich.console import Console
from rich.table import Table

from local_cluster.errors import NotRunning
from local_cluster.home import Home, default_root
from local_cluster.probes import http_status
from local_cluster.state import ClusterState, Part, PartPhase

COLOURS = {PartPhase.READY: "green", PartPhase.FAILING: "red", PartPhase.RESTARTING: "yellow"}
NOT_READY = "not ready"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
@click.pass_context
def status(ctx: click.Context, *, as_json: bool) -> None:
    """Show every process of the cluster. Exit code 0: all ready; 1: something is not.

    A process that keeps dying is shown with the last lines of its log.
    """
    home = Home(default_root())
    state = ClusterState.read(home.state_file) if home.is_held() else None
    if state is None:
        if as_json:
            click.echo(json.dumps({"phase": "stopped", "home": str(home.root)}))
            ctx.exit(1)
        raise NotRunning(f"no cluster runs in {home.root}")
    shown = asyncio.run(_phases(state))
    if as_json:
        click.echo(_json(state, shown))
    else:
        _print(state, shown)
    ctx.exit(0 if all(phase == PartPhase.READY for phase in shown.values()) else 1)


async def _phases(state: ClusterState) -> dict[str, str]:
    """Return the phase of every part, having asked the services themselves just now."""
    shown = {part.name: str(part.phase) for part in (*state.servers, *state.services)}
    asked = [part for part in state.services if part.phase is PartPhase.READY]
    codes = await asyncio.gather(*(http_status(part.port, "/readyz") for part in asked))
    for part, code in zip(asked, codes, strict=True):
        if code != HTTPStatus.OK:
            shown[part.name] = NOT_READY
    return shown


def _json(state: ClusterState, shown: dict[str, str]) -> str:
    told = state.model_dump(mode="json")
    for part in (*told["servers"], *told["services"]):
        part["phase"] = shown[part["name"]]
    return json.dumps(told)


def _print(state: ClusterState, shown: dict[str, str]) -> None:
    parts = [*state.servers, *state.services]
    table = Table("name", "state", "pid", "port", "restarts", box=None, header_style="bold")
    for part in parts:
        table.add_row(*_row(part, shown[part.name]))
    console = Console()
    console.print(
        f"{state.url}  ({state.phase}; state in {state.home})", highlight=False, soft_wrap=True
    )
    console.print(table)
    for part in parts:
        if part.failure is not None and shown[part.name] != PartPhase.READY:
            console.print(f"\n{part.failure}", markup=False, highlight=False, soft_wrap=True)


def _row(part: Part, phase: str) -> tuple[str, ...]:
    colour = COLOURS.get(PartPhase(phase), "yellow") if phase in set(PartPhase) else "yellow"
    pid = str(part.pid or "-")
    return part.name, f"[{colour}]{phase}[/]", pid, str(part.port), str(part.restarts)
