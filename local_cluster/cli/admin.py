"""`malmoi admin`: who may use the console of the running cluster."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

import click
from pydantic import SecretStr, TypeAdapter, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from api_gateway.schemas.accounts import Email
from local_cluster.cli.console import running_state
from local_cluster.errors import NoSuchAccount, RequestRefused
from local_cluster.home import Home, default_root
from malmoi.persistence.database import open_database
from malmoi.persistence.roles import ADMIN, USER, Role, set_role
from malmoi.persistence.roles import admins as find_admins
from malmoi.persistence.users import user_of_email
from malmoi.settings import DatabaseSettings


@click.group()
def admin() -> None:
    """Say who may use the console at /admin. The account must have signed up before."""


@admin.command()
@click.argument("email")
def grant(email: str) -> None:
    """Make the account EMAIL an admin."""
    _run(_give(email, ADMIN))
    click.echo(f"{email} is an admin now: the console is at {running_state(_home()).url}/admin")


@admin.command()
@click.argument("email")
def revoke(email: str) -> None:
    """Make the account EMAIL an ordinary one again, even the last admin."""
    _run(_give(email, USER))
    click.echo(f"{email} is no admin any more")


@admin.command(name="list")
def list_admins() -> None:
    """Print the admins, one a line."""
    for email in _run(_admins()):
        click.echo(email)


def _run(work: Coroutine[Any, Any, Sequence[str]]) -> Sequence[str]:
    try:
        return asyncio.run(work)
    except (SQLAlchemyError, OSError) as error:
        raise RequestRefused(f"the cluster's PostgreSQL does not answer: {error}") from error


def _home() -> Home:
    return Home(default_root())


def _settings() -> DatabaseSettings:
    state = running_state(_home())
    return DatabaseSettings(database_url=SecretStr(state.database), database_pool_size=1)


async def _give(email: str, role: Role) -> Sequence[str]:
    async with open_database(_settings()) as database, database.transaction() as transaction:
        user = await user_of_email(transaction.session, _as_signed_up(email))
        if user is None:
            raise NoSuchAccount(f"nobody has signed up as {email}; sign up in the browser first")
        await set_role(transaction, user.id, role)
    return ()


def _as_signed_up(email: str) -> str:
    """Spell the address as the gateway keeps it."""
    try:
        return str(TypeAdapter(Email).validate_python(email))
    except ValidationError as error:
        raise NoSuchAccount(f"{email!r} is no e-mail address") from error


async def _admins() -> Sequence[str]:
    async with open_database(_settings()) as database, database.transaction() as transaction:
        return [each.email for each in await find_admins(transaction.session)]
