"""The whole conversation as a file."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api_gateway.callers import Participant
from api_gateway.state import StateDep
from api_gateway.usecases.export_conversation import MEDIA_TYPES, Format, export_conversation
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.web.problems import Malformed, problems

router = APIRouter(tags=["messages"])
_FILE = {
    "description": "The conversation, to be kept",
    "content": {each.partition(";")[0]: {} for each in MEDIA_TYPES.values()},
}


@router.get(
    "/rooms/{room_id}/export",  # noqa: FAST003 - Participant reads it
    response_class=StreamingResponse,
    responses={200: _FILE, **problems(Unauthorized, NotFound, Malformed)},
)
async def export(
    here: Participant,
    state: StateDep,
    form: Annotated[Format, Query(alias="format")] = Format.TXT,
) -> StreamingResponse:
    """Every message in the order of speaking; times of `srt` count from the first one."""
    name = quote(here.room.title, safe="")
    return StreamingResponse(
        export_conversation(state.database, here.room.id, form),
        media_type=MEDIA_TYPES[form],
        headers={
            "Cache-Control": "private",
            "Content-Disposition": (
                f"attachment; filename=\"conversation.{form}\"; filename*=UTF-8''{name}.{form}"
            ),
            "X-Content-Type-Options": "nosniff",
        },
    )
