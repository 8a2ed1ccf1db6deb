"""The console: what the receivers of anybody's jobs were told."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from api_gateway.admins import admins_only
from api_gateway.schemas.callbacks import CallbackDeliveryOut, CallbacksOut
from api_gateway.state import StateDep
from api_gateway.usecases.follow_callbacks import replay_callback, show_callbacks
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.persistence.room_messages import find_job
from malmoi.web.problems import Malformed, problems

router = APIRouter(
    prefix="/admin/jobs/{job_id}/callbacks",
    tags=["console"],
    dependencies=[admins_only],
    responses=problems(Unauthorized, NotFound, Malformed),
)


@router.get("")
async def list_callbacks(job_id: UUID, state: StateDep) -> CallbacksOut:
    """What its receiver was told, and what it is still to be told."""
    async with state.database.reading() as session:
        if await find_job(session, job_id) is None:
            raise NotFound(f"there is no job {job_id}")
    return CallbacksOut.of(await show_callbacks(state.database, job_id))


@router.post("/{delivery_id}/replay", status_code=HTTPStatus.ACCEPTED)
async def replay(job_id: UUID, delivery_id: UUID, state: StateDep) -> CallbackDeliveryOut:
    """Send one event again, under its old id."""
    return CallbackDeliveryOut.of(await replay_callback(state.database, job_id, delivery_id))
