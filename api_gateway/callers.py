"""Who asks: dependencies that the routes declare. They are judged before any body is read."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api_gateway.state import State, StateDep
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.persistence.rooms import find_room
from malmoi.persistence.seats import seat_of
from malmoi.persistence.tables import Room, User
from malmoi.persistence.users import user_of_id

_bearer = HTTPBearer(auto_error=False, description="The token of /auth/login.")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


async def account_of(state: State, token: str | None) -> User:
    """The account that a token speaks for.

    Raises:
        Unauthorized: no token, an invalid one, or its account is gone.

    """
    if not token:
        raise Unauthorized("sign in and send the token as `Authorization: Bearer <token>`")
    caller = state.tokens.read(token)
    async with state.database.transaction() as transaction:
        user = await user_of_id(transaction.session, caller.user_id)
    if user is None:
        raise Unauthorized("this account does not exist (any more)")
    return user


async def _user(state: StateDep, bearer: Bearer) -> User:
    return await account_of(state, bearer.credentials if bearer else None)


CurrentUser = Annotated[User, Depends(_user)]


@dataclass(frozen=True, slots=True)
class Seated:
    """A participant in their room."""

    user_id: UUID
    room: Room


async def seated(state: State, room_id: UUID, user_id: UUID) -> Seated:
    """The user in their room.

    Raises:
        NotFound: no seat; whether the room exists is not said.

    """
    async with state.database.transaction() as transaction:
        room = await find_room(transaction.session, room_id)
        if room is None or await seat_of(transaction.session, room_id, user_id) is None:
            raise NotFound("there is no such room for you; join it first")
    return Seated(user_id, room)


async def _participant(room_id: UUID, user: CurrentUser, state: StateDep) -> Seated:
    return await seated(state, room_id, user.id)


Participant = Annotated[Seated, Depends(_participant)]
"""The caller, who has a seat in the room of the path or the query."""
