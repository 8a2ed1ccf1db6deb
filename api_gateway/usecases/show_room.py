"""What a user may see of a room."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from malmoi.contracts.problems import NotFound
from malmoi.persistence.baton import Hold, current_hold
from malmoi.persistence.database import Database
from malmoi.persistence.hands import Queue, queue_of
from malmoi.persistence.rooms import find_room, occupancy
from malmoi.persistence.seats import SeatedUser, seat_of, seated_users
from malmoi.persistence.tables import Room


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room; what only participants may see is empty for others."""

    room: Room
    occupancy: int
    joined: bool
    participants: Sequence[SeatedUser] = ()
    hold: Hold | None = None
    queue: Queue = field(default_factory=Queue)


async def show_room(database: Database, room_id: UUID, user_id: UUID) -> RoomView:
    """The room as the user may see it.

    What is read after the room's row may be newer than its `last_seq`, never older: a listener
    that takes `last_seq` as its starting point hears of a change twice rather than not at all.

    Raises:
        NotFound: there is no such room.

    """
    async with database.transaction() as transaction:
        session = transaction.session
        room = await find_room(session, room_id)
        if room is None:
            raise NotFound("there is no such room")
        if await seat_of(session, room_id, user_id) is None:
            return RoomView(room, await occupancy(session, room_id), joined=False)
        seated = await seated_users(session, room_id)
        return RoomView(
            room,
            len(seated),
            joined=True,
            participants=seated,
            hold=await current_hold(session, room_id),
            queue=await queue_of(session, room_id),
        )
