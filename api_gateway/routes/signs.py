"""A signed message: its video goes in, and can be watched by everybody in the room."""

from typing import Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api_gateway.callers import Heard, Participant
from api_gateway.errors import RangeNotSatisfiable, SignNotReady, VideoEmpty
from api_gateway.routes.ranges import ranged
from api_gateway.routes.uploads import IdempotencyKey, form_schema, read_upload
from api_gateway.schemas.signs import SignAccepted
from api_gateway.state import StateDep
from malmoi.contracts.problems import (
    AppError,
    BodyTooLarge,
    IdempotencyKeyReused,
    NotFound,
    Unauthorized,
    Unavailable,
)
from malmoi.observability.metrics import CLIPS_REFUSED_TOTAL
from malmoi.persistence.said import Said
from malmoi.persistence.sign_videos import FAILED, READY
from malmoi.persistence.tables import SignVideo
from malmoi.web.problems import Malformed, problems

router = APIRouter(tags=["signs"])

UPLOAD_PATH_END: Final = "/sign/upload"
"""What is sent to paths that end so may have MAX_SIGN_UPLOAD_SIZE bytes."""

_WATCHING = problems(Unauthorized, NotFound, SignNotReady, RangeNotSatisfiable, Unavailable)
_BYTES = {"content": {"video/mp4": {}}, "description": "The video, or the range asked for"}
_PICTURE = {"content": {"image/jpeg": {}}, "description": "A picture of it"}


class SignFields(BaseModel):
    """Nothing stands beside the file."""


@router.post(
    "/rooms/{room_id}/sign/upload",  # noqa: FAST003 - Participant reads it
    openapi_extra=form_schema("video_file", SignFields),
    responses=problems(
        Unauthorized, NotFound, BodyTooLarge, IdempotencyKeyReused, Malformed, VideoEmpty,
        Unavailable,
    ),
)  # fmt: skip
async def hand_in_sign(
    request: Request,
    here: Participant,
    state: StateDep,
    idempotency_key: IdempotencyKey = None,
) -> SignAccepted:
    """Send a signed message; needs no baton. The room hears `message.created` at once.

    `message.updated` follows when the video can be watched, or why it cannot.
    """
    try:
        async with read_upload(request, "video_file", empty=VideoEmpty) as upload:
            message_id = await state.sign_intake.take(
                here.room.id, here.user_id, upload.recording, idempotency_key=idempotency_key
            )
    except AppError as error:
        CLIPS_REFUSED_TOTAL.labels(error.code).inc()
        raise
    return SignAccepted(job_id=message_id, message_id=message_id)


@router.get(
    "/messages/{message_id}/video",  # noqa: FAST003 - Heard reads it
    response_class=Response,
    responses={200: _BYTES, **_WATCHING},
)
async def watch_sign(heard: Heard, request: Request, state: StateDep) -> Response:
    """The playable mp4, whole or by `Range`."""
    video = _ready(heard.said)
    return await ranged(state.store, video.playable_key or "", request, "video/mp4")


@router.get(
    "/messages/{message_id}/poster",  # noqa: FAST003 - Heard reads it
    response_class=Response,
    responses={200: _PICTURE, **_WATCHING},
)
async def show_poster(heard: Heard, request: Request, state: StateDep) -> Response:
    """A picture of the video, as a jpeg."""
    video = _ready(heard.said)
    return await ranged(state.store, video.poster_key or "", request, "image/jpeg")


def _ready(said: Said) -> SignVideo:
    video = said.sign
    if video is None:
        raise NotFound("this message was not signed; it has no video")
    if video.state != READY:
        why = video.error_detail if video.state == FAILED else "wait for message.updated"
        raise SignNotReady(f"the video cannot be watched: {why}")
    return video
