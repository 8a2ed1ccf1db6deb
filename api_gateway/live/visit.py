"""One WebSocket's stay in a room: signed in, counted as present, told everything, seen off."""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import structlog
from starlette.websockets import WebSocket

from api_gateway.callers import account_of
from api_gateway.live.admission import Admission
from api_gateway.live.listener import CloseCode, Closing, Listener
from api_gateway.schemas.rooms import RoomOut
from api_gateway.state import State
from api_gateway.usecases.show_room import show_room
from malmoi.contracts.events import room_stream
from malmoi.contracts.model import instant
from malmoi.contracts.problems import NotFound
from malmoi.persistence.faults import DATABASE_AWAY
from malmoi.persistence.presence import Socket
from malmoi.persistence.tables import User
from malmoi.web.tokens import Caller

_SOCKETS_PER_SEAT = 64

log = structlog.get_logger()


class Visit:
    """From the handshake to the last frame."""

    def __init__(self, state: State, websocket: WebSocket) -> None:
        self._state = state
        self._websocket = websocket
        self._caller: Caller | None = None

    async def sign_in(self, token: str | None) -> User:
        """Whose socket it is.

        Raises:
            Unauthorized: no token that counts.

        """
        user = await account_of(self._state, token)
        self._caller = self._state.tokens.read(token or "")
        return user

    async def attend(self, room_id: UUID, user: User, *, after: int | None) -> None:
        """Send the room's events after number `after`, or from now on, until somebody ends it.

        Raises:
            Closing: we have to end it.
            NotFound: the user has no seat here.

        """
        assert self._caller is not None, "sign_in comes first"
        pulse = self._state.pulse
        if pulse.sockets_of(room_id, user.id) >= _SOCKETS_PER_SEAT:
            raise Closing(CloseCode.TOO_MUCH, "too many sockets of one user in one room")
        socket = Socket(uuid4(), room_id, user.id)
        await self._state.attendance.arrive(socket)
        admission = Admission(self._caller)
        pulse.sockets[socket.id] = socket  # not before: the pulse would note it a second time
        pulse.admissions[socket.id] = admission
        try:
            await self._listen(socket, admission, after)
        finally:
            del pulse.sockets[socket.id]
            del pulse.admissions[socket.id]
            await self._depart(socket)

    async def _listen(self, socket: Socket, admission: Admission, after: int | None) -> None:
        async with self._state.hub.follow(room_stream(socket.room_id)) as stream:
            view = await show_room(self._state.database, socket.room_id, socket.user_id)
            if not view.joined:
                raise NotFound("there is no such room for you; join it first")
            newest = view.room.last_seq
            # A number that was never given here (an older backup?) means: from now on.
            sent = newest if after is None else min(after, newest)
            await self._greet(RoomOut.of(view), sent)
            listener = Listener(
                self._websocket,
                stream,
                self._state.hub,
                user_id=str(socket.user_id),
                sent=sent,
            )
            await listener.run(admission, ping_interval_s=self._state.settings.ping_interval_s)

    async def _greet(self, room: RoomOut, sent: int) -> None:
        told = {
            "type": "room.state",
            "payload": room.model_dump(mode="json"),
            "ts": instant(datetime.now(UTC)),
            "seq": sent,
        }
        await self._websocket.send_text(json.dumps(told, ensure_ascii=False))

    async def _depart(self, socket: Socket) -> None:
        try:
            await self._state.attendance.depart(socket)
        except DATABASE_AWAY as error:
            log.warning("presence.not_settled", error=repr(error))  # the sweep notices
