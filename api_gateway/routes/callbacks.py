"""What the receivers of your jobs were told, with every attempt."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from api_gateway.errors import ScopeMissing
from api_gateway.owners import Changing, Own
from api_gateway.schemas.callbacks import CallbackDeliveryOut, CallbacksOut
from api_gateway.state import StateDep
from api_gateway.usecases.follow_callbacks import replay_callback, show_callbacks
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.web.problems import Malformed, problems

router = APIRouter(
    prefix="/jobs/{job_id}/callbacks",
    tags=["jobs"],
    responses=problems(Unauthorized, ScopeMissing, NotFound, Malformed),
)


@router.get("")
async def list_callbacks(own: Own, state: StateDep) -> CallbacksOut:
    """What its receiver was told, and what it is still to be told."""
    return CallbacksOut.of(await show_callbacks(state.database, own.job.id))


@router.post("/{delivery_id}/replay", status_code=HTTPStatus.ACCEPTED)
async def replay(own: Changing, delivery_id: UUID, state: StateDep) -> CallbackDeliveryOut:
    """Send one event again, under its old id; one that waits for its next attempt waits no more."""
    again = await replay_callback(state.database, own.job.id, delivery_id)
    return CallbackDeliveryOut.of(again)
