"""The speaker's baton: one person speaks at a time (seed 000 sections 5 and 7)."""

from fastapi import APIRouter

from api_gateway.callers import Participant
from api_gateway.errors import NotSpeaker, SpeakerAlready, SpeakerTaken
from api_gateway.schemas.baton import AcquireOut, GrantIn, HandOut, HeartbeatOut, ReleaseOut
from api_gateway.state import StateDep
from api_gateway.usecases.pass_baton import Turn
from malmoi.contracts.problems import NotFound, Unauthorized, Unavailable
from malmoi.web.problems import problems

router = APIRouter(
    prefix="/rooms/{room_id}/speaker",
    tags=["baton"],
    responses=problems(Unauthorized, NotFound),
)


@router.post("/acquire", responses=problems(SpeakerTaken, Unavailable))
async def acquire(here: Participant, state: StateDep) -> AcquireOut:
    """Take the baton; whoever has it already gets the same grant, extended."""
    hold = await state.baton.acquire(Turn(here.room.id, here.user_id))
    return AcquireOut(expires_at=hold.expires_at, grant=hold.grant)


@router.post("/heartbeat", responses=problems(NotSpeaker))
async def heartbeat(
    here: Participant, state: StateDep, body: GrantIn | None = None
) -> HeartbeatOut:
    """Keep the baton; `expires_at` stands still once the longest turn is reached."""
    turn = Turn(here.room.id, here.user_id, body.grant if body else None)
    hold = await state.baton.heartbeat(turn)
    return HeartbeatOut(expires_at=hold.expires_at, grant=hold.grant)


@router.post("/release", responses=problems(NotSpeaker))
async def release(here: Participant, state: StateDep, body: GrantIn | None = None) -> ReleaseOut:
    """Hand the baton back; repeating it is no error."""
    await state.baton.release(Turn(here.room.id, here.user_id, body.grant if body else None))
    return ReleaseOut()


@router.post("/hand", responses=problems(SpeakerAlready))
async def raise_hand(here: Participant, state: StateDep) -> HandOut:
    """Ask to speak next; when the baton is free, it is kept for the first in line for a moment."""
    queue = await state.line.raise_hand(here.room.id, here.user_id)
    return HandOut.of(queue, here.user_id)


@router.delete("/hand")
async def lower_hand(here: Participant, state: StateDep) -> HandOut:
    """Ask no more; without a raised hand there is nothing to do."""
    queue = await state.line.lower_hand(here.room.id, here.user_id)
    return HandOut.of(queue, here.user_id)
