"""The console: who is where, and who has the baton."""

from uuid import UUID

from fastapi import APIRouter

from api_gateway.admins import admins_only
from api_gateway.schemas.admin_people import ReleasedOut, RoomAdminOut, RoomsAdminOut
from api_gateway.schemas.pages import Cursor, Limit, cut
from api_gateway.state import StateDep
from api_gateway.usecases.take_baton import take_baton
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.persistence.overviews import rooms_overview
from malmoi.persistence.pages import Place
from malmoi.web.problems import Malformed, problems

router = APIRouter(
    prefix="/admin/rooms",
    tags=["console"],
    dependencies=[admins_only],
    responses=problems(Unauthorized, NotFound, Malformed),
)


@router.get("")
async def list_all_rooms(state: StateDep, after: Cursor, limit: Limit = 50) -> RoomsAdminOut:
    """Rooms, newest first."""
    async with state.database.reading() as session:
        rows = await rooms_overview(session, after=after, limit=limit + 1)
    shown, following = cut(rows, limit, lambda each: Place(each.room.created_at, each.room.id))
    return RoomsAdminOut(rooms=[RoomAdminOut.of(each) for each in shown], next=following)


@router.post("/{room_id}/release-baton")
async def release_baton(room_id: UUID, state: StateDep) -> ReleasedOut:
    """Free the baton, as if its holder had handed it back. The room hears of it."""
    return ReleasedOut(released=await take_baton(state.database, state.baton, room_id))
