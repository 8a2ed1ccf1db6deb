"""`malmoi doctor`: what is missing on this machine."""

import click

from local_cluster.checks import Check, all_checks
from local_cluster.home import Home, default_root


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Say what is missing on this machine and how to get it; then the exit code is 1."""
    checks = list(all_checks(Home(default_root())))
    for check in checks:
        click.echo(f"{_mark(check)} {check.what:<34} {check.detail}")
    missing = [check for check in checks if check.required and not check.found]
    click.echo(f"\n{len(missing)} missing" if missing else "\nEverything that is needed is here.")
    ctx.exit(1 if missing else 0)


def _mark(check: Check) -> str:
    if check.found:
        return click.style("ok      ", fg="green")
    if check.required:
        return click.style("MISSING ", fg="red")
    return click.style("optional", fg="yellow")
