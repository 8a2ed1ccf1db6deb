"""Invitations: a link that opens the door without the password."""

from http import HTTPStatus

from fastapi import APIRouter

from api_gateway.callers import Participant
from api_gateway.schemas.rooms import InvitationOut
from api_gateway.state import StateDep
from api_gateway.usecases.invite import invite, revoke_invitation
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.web.problems import problems

router = APIRouter(
    prefix="/rooms/{room_id}/invitation",
    tags=["rooms"],
    responses=problems(Unauthorized, NotFound),
)


@router.post("")
async def create_invitation(here: Participant, state: StateDep) -> InvitationOut:
    """The room's one invitation; repeating it returns the same code until it is revoked."""
    return InvitationOut(code=await invite(state.database, here.room.id))


@router.delete("", status_code=HTTPStatus.NO_CONTENT)
async def revoke(here: Participant, state: StateDep) -> None:
    """Make the code worthless; the next invitation has another one."""
    await revoke_invitation(state.database, here.room.id)
