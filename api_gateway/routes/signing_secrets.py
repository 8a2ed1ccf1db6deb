"""The secrets by which receivers of callbacks know that it was us."""

from http import HTTPStatus

from fastapi import APIRouter

from api_gateway.callers import CurrentUser
from api_gateway.schemas.callbacks import (
    NewSigningSecretOut,
    SigningSecretOut,
    SigningSecretsOut,
)
from api_gateway.state import StateDep
from malmoi.contracts.problems import Unauthorized
from malmoi.persistence.callback_secrets import live_secrets, replace_secret
from malmoi.web.problems import problems

router = APIRouter(prefix="/callback-secret", tags=["callbacks"], responses=problems(Unauthorized))


@router.get("")
async def list_secrets(user: CurrentUser, state: StateDep) -> SigningSecretsOut:
    """Which secrets sign your callbacks; none before you have made one."""
    async with state.database.reading() as session:
        found = await live_secrets(session, user.id)
    return SigningSecretsOut(secrets=[SigningSecretOut.of(each) for each in found])


@router.post("", status_code=HTTPStatus.CREATED)
async def make_secret(user: CurrentUser, state: StateDep) -> NewSigningSecretOut:
    """Make the secret that signs your callbacks; the one before signs beside it for 24 hours."""
    async with state.database.transaction() as transaction:
        found = await replace_secret(transaction, user.id)
    return NewSigningSecretOut(
        secret=state.webhook_secrets.secret(found[0].id),
        secrets=[SigningSecretOut.of(each) for each in found],
    )
