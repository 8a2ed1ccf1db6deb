"""Makes a room's seats say what its sockets say (ARCHITECTURE section 5).

Sockets come, go, and disappear with their gateway. Whatever happened, the same steps settle the
room: forget stale sockets, correct each status, free seats that nobody came back to.
"""

from uuid import UUID

from api_gateway.usecases.leave_room import vacate
from api_gateway.usecases.line_up import Line
from malmoi.contracts.events import EventType
from malmoi.contracts.problems import NotFound
from malmoi.observability.trace import current_trace_id
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.events import tell_room
from malmoi.persistence.presence import (
    Patience,
    Presence,
    Socket,
    add_socket,
    drop_stale_sockets,
    presences,
    remove_socket,
    unsettled_rooms,
)
from malmoi.persistence.rooms import lock_room
from malmoi.persistence.seats import OFFLINE, ONLINE, seat_of


class Attendance:
    """Notes who connects and disconnects, and settles rooms that others left unsettled."""

    def __init__(self, database: Database, line: Line, patience: Patience) -> None:
        self._database = database
        self._line = line
        self._patience = patience

    async def arrive(self, socket: Socket) -> None:
        """A socket is live, for the first time or again.

        Raises:
            NotFound: its user has no seat in the room.

        """
        async with self._database.transaction() as transaction:
            await lock_room(transaction, socket.room_id)
            if await seat_of(transaction.session, socket.room_id, socket.user_id) is None:
                raise NotFound("there is no such room for you; join it first")
            await add_socket(transaction, socket)
            await self._settle(transaction, socket.room_id)

    async def depart(self, socket: Socket) -> None:
        """A socket was closed."""
        async with self._database.transaction() as transaction:
            await lock_room(transaction, socket.room_id)
            await remove_socket(transaction, socket)
            await self._settle(transaction, socket.room_id)

    async def sweep(self) -> None:
        """Settle the rooms of gateways that are gone, and free the seats of people who are."""
        async with self._database.reading() as session:
            unsettled = await unsettled_rooms(session, self._patience)
        for room_id in unsettled:
            async with self._database.transaction() as transaction:
                await lock_room(transaction, room_id)
                await self._settle(transaction, room_id)

    async def _settle(self, transaction: Transaction, room_id: UUID) -> None:
        await drop_stale_sockets(transaction, room_id, patience=self._patience.socket)
        for presence in await presences(transaction, room_id, patience=self._patience.seat):
            if not presence.connected and presence.overdue:
                await vacate(transaction, self._line, presence.seat, reason="absent")
            else:
                await _correct_status(transaction, presence)


async def _correct_status(transaction: Transaction, presence: Presence) -> None:
    status = ONLINE if presence.connected else OFFLINE
    seat = presence.seat
    if seat.status == status:
        return
    seat.status = status
    await transaction.session.flush()
    told = {"user_id": str(seat.user_id), "status": status}
    await tell_room(
        transaction,
        seat.room_id,
        EventType.PARTICIPANT_STATUS,
        told,
        trace_id=current_trace_id(),
    )
