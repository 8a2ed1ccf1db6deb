"""Rooms and their seats."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from api_gateway.callers import CurrentUser, Participant
from api_gateway.errors import InvalidInvitation, InvalidPassword, RoomFull
from api_gateway.schemas.rooms import (
    JoinIn,
    JoinOut,
    LeaveOut,
    ParticipantOut,
    RoomIn,
    RoomOut,
    RoomsOut,
    RoomSummary,
)
from api_gateway.state import StateDep
from api_gateway.usecases.join_room import Pass, Visitor
from api_gateway.usecases.leave_room import leave_room
from api_gateway.usecases.show_room import show_room
from malmoi.contracts.problems import NotFound, TooManyAttempts, Unauthorized
from malmoi.persistence.rooms import ListedRoom, NewRoom, add_room, rooms_page
from malmoi.persistence.seats import seated_users
from malmoi.web.problems import Malformed, problems

router = APIRouter(prefix="/rooms", tags=["rooms"], responses=problems(Unauthorized))


@router.post("", status_code=HTTPStatus.CREATED, responses=problems(Malformed))
async def create_room(body: RoomIn, user: CurrentUser, state: StateDep) -> RoomOut:
    """Open a room. It has two seats, and begins empty: join it to take one."""
    password = body.password.get_secret_value() if body.password else ""
    new = NewRoom(
        title=body.title,
        password_hash=await state.passwords.hash(password) if password else None,
        language=body.language or state.settings.default_language,
        vocabulary=body.vocabulary,
        created_by=user.id,
    )
    async with state.database.transaction() as transaction:
        room = await add_room(transaction, new)
    return RoomOut.of(ListedRoom(room, occupancy=0, joined=False))


@router.get("")
async def list_rooms(
    user: CurrentUser,
    state: StateDep,
    after: Annotated[UUID | None, Query(description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> RoomsOut:
    """Rooms, newest first."""
    async with state.database.reading() as session:
        page = await rooms_page(session, user.id, after=after, limit=limit + 1)
    shown = page[:limit]
    more = len(page) > limit
    return RoomsOut(
        rooms=[RoomSummary.of(each) for each in shown],
        next=shown[-1].room.id if more else None,
    )


@router.get("/{room_id}", responses=problems(NotFound))
async def get_room(room_id: UUID, user: CurrentUser, state: StateDep) -> RoomOut | RoomSummary:
    """The room: for participants everything, for others title and occupancy."""
    view = await show_room(state.database, room_id, user.id)
    return RoomOut.of(view) if view.joined else RoomSummary.of(view)


@router.post(
    "/{room_id}/join",
    responses=problems(NotFound, InvalidPassword, InvalidInvitation, RoomFull, TooManyAttempts),
)
async def join(
    room_id: UUID,
    user: CurrentUser,
    request: Request,
    state: StateDep,
    body: JoinIn | None = None,
) -> JoinOut:
    """Take a seat. It lasts until you leave, or until you were long without a WebSocket."""
    shown = body or JoinIn()
    pass_ = Pass(
        password=shown.password.get_secret_value() if shown.password else None,
        invite=shown.invite.get_secret_value() if shown.invite else None,
    )
    await state.door.join(room_id, Visitor(user.id, state.addresses.of(request)), pass_)
    return JoinOut()


@router.post("/{room_id}/leave")
async def leave(room_id: UUID, user: CurrentUser, state: StateDep) -> LeaveOut:
    """Give the seat up, and the baton with it."""
    await leave_room(state.database, state.line, room_id, user.id)
    return LeaveOut()


@router.get(
    "/{room_id}/participants",  # noqa: FAST003 - Participant reads it
    responses=problems(NotFound),
)
async def list_participants(here: Participant, state: StateDep) -> list[ParticipantOut]:
    """Everybody with a seat, and whether they are connected."""
    async with state.database.reading() as session:
        found = await seated_users(session, here.room.id)
    return [ParticipantOut.of(each) for each in found]
