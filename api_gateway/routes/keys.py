"""API keys: how systems speak for an account."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from api_gateway.callers import CurrentUser
from api_gateway.errors import TooManyKeys
from api_gateway.schemas.keys import KeyIn, KeyOut, KeysOut, NewKeyOut
from api_gateway.state import StateDep
from api_gateway.usecases.issue_key import issue_key
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.persistence.api_keys import keys_of, revoke
from malmoi.web.problems import Malformed, problems

router = APIRouter(prefix="/keys", tags=["keys"], responses=problems(Unauthorized, Malformed))


@router.post("", status_code=HTTPStatus.CREATED, responses=problems(TooManyKeys))
async def make_key(body: KeyIn, user: CurrentUser, state: StateDep) -> NewKeyOut:
    """Make a key for a system of yours. A key makes no keys."""
    key, secret = await issue_key(state.database, user.id, name=body.name, scopes=body.scopes)
    return NewKeyOut(key=KeyOut.of(key), secret=secret.secret)


@router.get("")
async def list_keys(user: CurrentUser, state: StateDep) -> KeysOut:
    """Your keys, without their secrets."""
    async with state.database.reading() as session:
        found = await keys_of(session, user.id)
    return KeysOut(keys=[KeyOut.of(each) for each in found])


@router.delete("/{key_id}", status_code=HTTPStatus.NO_CONTENT, responses=problems(NotFound))
async def revoke_key(key_id: UUID, user: CurrentUser, state: StateDep) -> None:
    """Let it open nothing any more, from now on."""
    async with state.database.transaction() as transaction:
        if not await revoke(transaction, key_id, user.id):
            raise NotFound("there is no such key of yours")
