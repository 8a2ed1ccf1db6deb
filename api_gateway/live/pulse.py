"""What every gateway does again and again; any number of them may do it at once."""

import asyncio
from uuid import UUID

import structlog

from api_gateway.live.admission import Admission
from api_gateway.live.hub import EventHub
from api_gateway.usecases.line_up import Line
from api_gateway.usecases.pass_baton import Baton
from api_gateway.usecases.settle_presence import Attendance
from malmoi.contracts.problems import NotFound
from malmoi.persistence.baton import next_end_s
from malmoi.persistence.database import Database
from malmoi.persistence.faults import DATABASE_AWAY
from malmoi.persistence.presence import Socket, touch_sockets
from malmoi.persistence.users import ended_sessions

STALE_AFTER_TICKS = 3
"""A socket whose gateway has missed so many ticks is gone."""
_LOOK_EVERY_S = 1.0
"""A turn that another gateway gives lasts longer than this."""
_OTHERS_NEED_S = 0.05
"""To end the turns that they have locked."""

log = structlog.get_logger()


class Pulse:
    """Proves the life of this gateway's sockets and catches up with what Redis did not tell."""

    def __init__(
        self, database: Database, hub: EventHub, attendance: Attendance, *, interval_s: float
    ) -> None:
        self._database = database
        self._hub = hub
        self._attendance = attendance
        self._interval_s = interval_s
        self.sockets: dict[UUID, Socket] = {}
        """The live sockets of this gateway."""
        self.admissions: dict[UUID, Admission] = {}
        """By what right they listen."""

    def sockets_of(self, room_id: UUID, user_id: UUID) -> int:
        """How many sockets the user has in the room here."""
        return sum(
            1
            for socket in self.sockets.values()
            if socket.room_id == room_id and socket.user_id == user_id
        )

    async def run(self) -> None:
        """Tick until cancelled.

        Only a gateway that has ticked steadily judges others: after PostgreSQL was away, every
        live socket looks stale until its gateway has touched it again.
        """
        steady = 0
        while True:
            try:
                await self._touch()
                await self._judge()
                await self._hub.refresh_all()
                if steady >= STALE_AFTER_TICKS:
                    await self._attendance.sweep()
                steady += 1
            except DATABASE_AWAY as error:
                steady = 0
                log.warning("presence.not_settled", error=repr(error))
            await asyncio.sleep(self._interval_s)

    async def _touch(self) -> None:
        ids = list(self.sockets)
        if not ids:
            return
        async with self._database.transaction() as transaction:
            noted = await touch_sockets(transaction, ids)
        for each in set(ids) - noted:
            await self._restore(each)

    async def _judge(self) -> None:
        """Let sockets go whose session an operator has ended."""
        users = {each.caller.user_id for each in self.admissions.values()}
        if not users:
            return
        async with self._database.reading() as session:
            valid_from = await ended_sessions(session, users)
        for each in self.admissions.values():
            if each.caller.user_id in valid_from:
                each.judge(valid_from[each.caller.user_id])

    async def _restore(self, socket_id: UUID) -> None:
        """Note a live socket again that others have taken for dead."""
        socket = self.sockets.get(socket_id)
        if socket is None:
            return
        try:
            await self._attendance.arrive(socket)
        except NotFound:
            log.info("presence.seat_lost")  # the room's story closes the socket
        if socket_id not in self.sockets:
            await self._attendance.depart(socket)  # it was closed meanwhile


async def expire_batons(database: Database, baton: Baton, line: Line) -> None:
    """Tell rooms that a turn or an offer is over as soon as it is, until cancelled."""
    while True:
        wait_s = _LOOK_EVERY_S
        try:
            async with database.reading() as session:
                ends_in_s = await next_end_s(session)
            if ends_in_s is not None and ends_in_s <= 0:
                await baton.expire()
                await line.expire_offers()
                wait_s = _OTHERS_NEED_S
            elif ends_in_s is not None:
                wait_s = min(wait_s, ends_in_s)
        except DATABASE_AWAY as error:
            log.warning("baton.not_expired", error=repr(error))
        await asyncio.sleep(wait_s)
