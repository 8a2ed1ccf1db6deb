"""What was said and what happened: the history, and the room's story by polling."""

from typing import Annotated

from fastapi import APIRouter, Query

from api_gateway.callers import Participant
from api_gateway.schemas.messages import EventsOut, MessageOut
from api_gateway.state import StateDep
from malmoi.contracts.events import room_stream
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.persistence.events import events_after
from malmoi.persistence.room_messages import messages_page
from malmoi.web.problems import Malformed, problems

router = APIRouter(tags=["messages"], responses=problems(Unauthorized, NotFound, Malformed))

Position = Annotated[int | None, Query(ge=0, le=2**63 - 1)]
PageSize = Annotated[int, Query(ge=1, le=200)]


@router.get("/messages")
async def list_messages(
    here: Participant,
    state: StateDep,
    after: Position = None,
    before: Position = None,
    limit: PageSize = 50,
) -> list[MessageOut]:
    """Final messages by `position`: the newest ones, those `before` it, or the next `after` it.

    A clip may become final later than one that was spoken after it; `events` tells them all.
    """
    async with state.database.transaction() as transaction:
        found = await messages_page(
            transaction.session, here.room.id, after=after, before=before, limit=limit
        )
    return [MessageOut.of(each) for each in found]


@router.get("/rooms/{room_id}/events")  # noqa: FAST003 - Participant reads it
async def list_events(
    here: Participant,
    state: StateDep,
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> EventsOut:
    """The numbered events that the room's WebSocket also sends, from the one after `after`."""
    stream = room_stream(here.room.id)
    async with state.database.transaction() as transaction:
        found = await events_after(transaction.session, stream, after, limit=limit)
    last = found[-1].seq if found else here.room.last_seq
    return EventsOut(events=found, last_seq=max(last, here.room.last_seq))
