"""What was said and what happened: the history, and the room's story by polling."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api_gateway.callers import CurrentUser, Participant
from api_gateway.errors import NotYours
from api_gateway.schemas.messages import EditIn, EventsOut, MessageOut
from api_gateway.state import StateDep
from api_gateway.usecases.revise_message import delete_message, edit_message
from malmoi.contracts.events import room_stream
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.persistence.events import events_after
from malmoi.persistence.said import said_page
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
    """Messages by `position`: the newest ones, those `before` it, or the next `after` it.

    Final ones, and those that were signed.

    A clip may become final later than one that was spoken after it; `events` tells them all.
    """
    async with state.database.reading() as session:
        found = await said_page(session, here.room.id, after=after, before=before, limit=limit)
    return [MessageOut.of(each, here.user_id) for each in found]


@router.patch("/messages/{message_id}", responses=problems(NotYours))
async def edit(message_id: UUID, body: EditIn, user: CurrentUser, state: StateDep) -> MessageOut:
    """Say it otherwise; what was recognised is kept for you."""
    said = await edit_message(state.database, message_id, user.id, body.text)
    return MessageOut.of(said, user.id)


@router.delete(
    "/messages/{message_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems(NotYours),
)
async def delete(message_id: UUID, user: CurrentUser, state: StateDep) -> None:
    """Take it back; nobody reads or hears it any more."""
    await delete_message(state.database, message_id, user.id)


@router.get("/rooms/{room_id}/events")  # noqa: FAST003 - Participant reads it
async def list_events(
    here: Participant,
    state: StateDep,
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> EventsOut:
    """The numbered events that the room's WebSocket also sends, from the one after `after`."""
    stream = room_stream(here.room.id)
    async with state.database.reading() as session:
        found = await events_after(session, stream, after, limit=limit)
    last = found[-1].seq if found else here.room.last_seq
    return EventsOut(events=found, last_seq=max(last, here.room.last_seq))
