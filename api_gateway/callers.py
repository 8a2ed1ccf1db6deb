"""Who asks: dependencies that the routes declare. They are judged before any body is read."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api_gateway.errors import ScopeMissing
from api_gateway.state import State, StateDep
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.persistence.api_keys import holder_of, note_use
from malmoi.persistence.said import Said, said_to
from malmoi.persistence.seats import room_of_seat
from malmoi.persistence.tables import Room, User
from malmoi.persistence.users import user_of_id
from malmoi.web.api_keys import Scope, digest, is_key
from malmoi.web.tokens import Caller

_bearer = HTTPBearer(auto_error=False, description="The token of /auth/login.")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


def _caller(state: State, token: str | None) -> Caller:
    if not token:
        raise Unauthorized("sign in and send the token as `Authorization: Bearer <token>`")
    return state.tokens.read(token)


async def account_of(state: State, token: str | None) -> User:
    """The account that a token speaks for.

    Raises:
        Unauthorized: no token, an invalid or ended one, or its account is gone.

    """
    caller = _caller(state, token)
    async with state.database.reading() as session:
        user = await user_of_id(session, caller.user_id)
    if user is None:
        raise Unauthorized("this account does not exist (any more)")
    if user.tokens_valid_from is not None and caller.issued_at < user.tokens_valid_from:
        raise Unauthorized("this session was ended; sign in again")
    return user


async def _user(state: StateDep, bearer: Bearer) -> User:
    return await account_of(state, bearer.credentials if bearer else None)


CurrentUser = Annotated[User, Depends(_user)]
"""Somebody signed in; API keys do not open what asks for this."""


async def user_or_key(state: State, token: str | None, scope: Scope) -> User:
    """Whose token it is, or whose key.

    Raises:
        Unauthorized: neither counts.
        ScopeMissing: the key may not do that.

    """
    if token is None or not is_key(token):
        return await account_of(state, token)
    async with state.database.reading() as session:
        holder = await holder_of(session, digest(token))
    if holder is None:
        raise Unauthorized("this API key does not exist (any more)")
    if scope not in holder.key.scopes:
        raise ScopeMissing(f"this API key may not do that; it needs the scope {scope}")
    if not holder.use_is_noted:
        async with state.database.transaction() as transaction:
            await note_use(transaction, holder.key.id)
    return holder.user


async def _reader(state: StateDep, bearer: Bearer) -> User:
    return await user_or_key(state, bearer.credentials if bearer else None, Scope.READ)


async def _sender(state: StateDep, bearer: Bearer) -> User:
    return await user_or_key(state, bearer.credentials if bearer else None, Scope.WRITE)


Reader = Annotated[User, Depends(_reader)]
"""Somebody signed in, or a key of theirs that may read recordings."""
Sender = Annotated[User, Depends(_sender)]
"""Somebody signed in, or a key of theirs that may hand recordings in."""


@dataclass(frozen=True, slots=True)
class Seated:
    """A participant in their room."""

    user_id: UUID
    room: Room


async def _participant(room_id: UUID, state: StateDep, bearer: Bearer) -> Seated:
    token = bearer.credentials if bearer else None
    caller = _caller(state, token)
    async with state.database.reading() as session:
        room = await room_of_seat(session, room_id, caller.user_id, issued_at=caller.issued_at)
    if room is None:
        await account_of(state, token)
        raise NotFound("there is no such room for you; join it first")
    return Seated(caller.user_id, room)


Participant = Annotated[Seated, Depends(_participant)]
"""The caller, who has a seat in the room of the path or the query.

One query, because every clip waits for it; a seat implies its account. Without a seat the answer
does not tell whether the room exists.
"""


@dataclass(frozen=True, slots=True)
class Listening:
    """A participant and a message of their room."""

    user_id: UUID
    said: Said


async def _listening(message_id: UUID, state: StateDep, user: CurrentUser) -> Listening:
    async with state.database.reading() as session:
        said = await said_to(session, message_id, user.id)
    if said is None:
        raise NotFound("there is no such message for you")
    return Listening(user.id, said)


Heard = Annotated[Listening, Depends(_listening)]
"""The message of the path, of a room where the caller has a seat, unless it was deleted."""
