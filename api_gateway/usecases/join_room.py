"""Taking one of a room's seats."""

import hmac
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api_gateway.adapters.attempts import Attempts
from api_gateway.errors import InvalidInvitation, InvalidPassword, RoomFull
from malmoi.contracts.events import EventType
from malmoi.contracts.problems import NotFound
from malmoi.observability.trace import current_trace_id
from malmoi.persistence.database import Database
from malmoi.persistence.events import tell_room
from malmoi.persistence.rooms import find_room, lock_room, occupancy
from malmoi.persistence.seats import seat_of, take_seat
from malmoi.persistence.tables import Room
from malmoi.web.passwords import Passwords


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What somebody shows at the door."""

    password: str | None = None
    invite: str | None = None


NOTHING: Final = Pass()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands at a door, and where they come from."""

    user_id: UUID
    client_address: str


@dataclass(frozen=True, slots=True)
class DoorAttempts:
    """Slows who guesses at a room's password, or with many accounts at any."""

    of_user: Attempts
    """By room and user."""
    of_address: Attempts

    async def begin(self, room_id: UUID, visitor: Visitor) -> None:
        """Count one attempt; raises TooManyAttempts."""
        await self.of_user.begin(str(room_id), str(visitor.user_id))
        await self.of_address.begin(visitor.client_address)

    async def succeeded(self, room_id: UUID, visitor: Visitor) -> None:
        """Forget the user's attempts, and of the address's only this one: it has other users."""
        await self.of_user.succeeded(str(room_id), str(visitor.user_id))
        await self.of_address.forgive(visitor.client_address)


class Door:
    """Lets people in: knows rooms, passwords, invitations, and who has guessed too often."""

    def __init__(self, database: Database, passwords: Passwords, attempts: DoorAttempts) -> None:
        self._database = database
        self._passwords = passwords
        self._attempts = attempts

    async def join(self, room_id: UUID, visitor: Visitor, pass_: Pass = NOTHING) -> None:
        """Seat the visitor; somebody who has a seat keeps it, whatever they show.

        Raises:
            InvalidInvitation: it does not count (any more), and there is no password beside it.
            InvalidPassword: missing or wrong.
            NotFound: there is no such room.
            RoomFull: every seat is taken.
            TooManyAttempts: the user, or their address, has guessed too often.

        """
        async with self._database.transaction() as transaction:
            room = await find_room(transaction.session, room_id)
            if room is None:
                raise NotFound("there is no such room")
            if await seat_of(transaction.session, room_id, visitor.user_id) is not None:
                return
        # Before the room is locked: hashing takes longer than everything else together.
        await self._check(room, visitor, pass_)
        await self._sit_down(room_id, visitor.user_id)

    async def _check(self, room: Room, visitor: Visitor, pass_: Pass) -> None:
        if room.password_hash is None or _invited(room, pass_.invite):
            return
        if pass_.password:
            await self._check_password(room.id, room.password_hash, visitor, pass_.password)
        elif pass_.invite:
            raise InvalidInvitation("this invitation does not count any more; ask for another")
        else:
            raise InvalidPassword("this room needs a password")

    async def _check_password(
        self, room_id: UUID, password_hash: str, visitor: Visitor, password: str
    ) -> None:
        await self._attempts.begin(room_id, visitor)
        if not await self._passwords.verify(password, password_hash):
            raise InvalidPassword("this is not the room's password")
        await self._attempts.succeeded(room_id, visitor)

    async def _sit_down(self, room_id: UUID, user_id: UUID) -> None:
        async with self._database.transaction() as transaction:
            room = await lock_room(transaction, room_id)
            if room is None:
                raise NotFound("there is no such room")
            if await seat_of(transaction.session, room_id, user_id) is not None:
                return
            if await occupancy(transaction.session, room_id) >= room.capacity:
                raise RoomFull(f"all {room.capacity} seats are taken")
            await take_seat(transaction, room_id, user_id)
            await tell_room(
                transaction,
                room_id,
                EventType.PARTICIPANT_JOINED,
                {"user_id": str(user_id)},
                trace_id=current_trace_id(),
            )


def _invited(room: Room, code: str | None) -> bool:
    if room.invite_code is None or not code:
        return False
    return hmac.compare_digest(room.invite_code.encode(), code.encode())
