"""The `malmoi` command: one module for each subcommand."""

import importlib

import click

from local_cluster.errors import ClusterError

COMMANDS = ("up", "down", "status", "logs", "doctor", "demo", "transcribe", "admin")


class Commands(click.Group):
    """Imports a subcommand when it is used, so that `malmoi status` needs no HTTP client."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"local_cluster.cli.{name}"), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Show our own errors without a traceback."""
        try:
            return super().invoke(ctx)
        except ClusterError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="malmoi")
def main() -> None:
    """Malmoi 말모이: the whole speech-to-text cluster on this machine, without Docker.

    `malmoi up` starts it, `malmoi demo` shows it, `malmoi transcribe FILE` uses it.

    Everything it keeps lies in one directory: $MALMOI_HOME, or .malmoi in the checkout. Settings of
    the services (MODEL_NAME, DEVICE, …) are taken from the environment and from a file .env.
    """
