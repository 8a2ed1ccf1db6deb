"""Large recordings: sent to the object store part by part, and then handed in as jobs."""

from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from api_gateway.callers import Sender
from api_gateway.errors import (
    AudioEmpty,
    QuotaExceeded,
    RateLimited,
    RecordingTooLarge,
    ScopeMissing,
    TooManyUploads,
    UploadIncomplete,
    WrongState,
)
from api_gateway.origins import Origin
from api_gateway.pacing import PacedUpload
from api_gateway.schemas.direct_uploads import PartToSendOut, UploadIn, UploadOut
from api_gateway.state import State, StateDep
from api_gateway.usecases.examine_recording import legible_name
from api_gateway.usecases.upload_directly import Arrived, NewUpload, part_count, part_size
from malmoi.contracts.problems import NotFound, Unauthorized, Unavailable
from malmoi.object_store.keys import upload_key
from malmoi.object_store.presigned import NoAddress
from malmoi.persistence.tables import DirectUpload
from malmoi.web.problems import Malformed, problems

router = APIRouter(
    prefix="/uploads",
    tags=["uploads"],
    responses=problems(Unauthorized, ScopeMissing, Malformed, Unavailable),
)


After = Annotated[int, Query(ge=0, le=10_000, description="Only parts with higher numbers.")]
PageOfParts = Annotated[int, Query(ge=1, le=100)]


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=problems(AudioEmpty, QuotaExceeded, RateLimited, RecordingTooLarge, TooManyUploads),
)
async def begin_upload(
    body: UploadIn, user: PacedUpload, state: StateDep, origin: Origin
) -> UploadOut:
    """Announce a file; the answer says in which parts to send it, and where the first ones go."""
    arrived = await state.uploads.begin(
        NewUpload(
            owner_user_id=user.id,
            file_name=legible_name(body.file_name),
            content_type=body.content_type,
            size=body.size,
        )
    )
    return _shown(state, arrived, origin)


@router.get("/{upload_id}", responses=problems(NotFound))
async def get_upload(  # noqa: PLR0913, PLR0917 - FastAPI's way to declare inputs
    upload_id: UUID,
    user: Sender,
    state: StateDep,
    origin: Origin,
    after: After = 0,
    limit: PageOfParts = 20,
) -> UploadOut:
    """Which parts have arrived, and fresh URLs for the next ones."""
    arrived = await state.uploads.show(upload_id, user.id)
    return _shown(state, arrived, origin, after=after, limit=limit)


@router.post("/{upload_id}/complete", responses=problems(NotFound, UploadIncomplete))
async def complete_upload(
    upload_id: UUID, user: Sender, state: StateDep, origin: Origin
) -> UploadOut:
    """Every part was sent: make them one recording. Repeating it is no error."""
    return _shown(state, await state.uploads.complete(upload_id, user.id), origin)


@router.delete(
    "/{upload_id}", status_code=HTTPStatus.NO_CONTENT, responses=problems(NotFound, WrongState)
)
async def abort_upload(upload_id: UUID, user: Sender, state: StateDep) -> None:
    """Forget it, and what was sent of it."""
    await state.uploads.abort(upload_id, user.id)


def _shown(
    state: State, arrived: Arrived, origin: str, *, after: int = 0, limit: int = 20
) -> UploadOut:
    upload, missing = arrived.upload, arrived.missing()
    key = upload_key(upload.id)
    try:
        page = [
            PartToSendOut(
                number=number,
                size=part_size(upload, number),
                url=state.presigner.part_url(origin, key, upload.multipart_id, number),
            )
            for number in [each for each in missing if each > after][:limit]
        ]
    except NoAddress as error:
        raise Malformed(f"no URL can be made for this Host: {error}") from error
    count = part_count(upload)
    return UploadOut(
        upload_id=upload.id,
        state=_state_of(upload),
        file_name=upload.file_name,
        size=upload.size_bytes,
        part_size=upload.part_bytes,
        part_count=count,
        arrived=sorted(arrived.parts) if upload.completed_at is None else list(range(1, count + 1)),
        missing=page,
        missing_count=len(missing),
        job_id=upload.job_id,
        expires_at=upload.expires_at,
    )


def _state_of(upload: DirectUpload) -> Literal["open", "completed", "handed_in"]:
    if upload.job_id is not None:
        return "handed_in"
    return "open" if upload.completed_at is None else "completed"
