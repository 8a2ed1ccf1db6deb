"""The console: what an account may hand in."""

from uuid import UUID

from fastapi import APIRouter

from api_gateway.admins import admins_only
from api_gateway.schemas.quotas import QuotaIn, QuotaOut
from api_gateway.state import StateDep
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.web.problems import Malformed, problems

router = APIRouter(
    prefix="/admin/users/{user_id}/quota",
    tags=["console"],
    dependencies=[admins_only],
    responses=problems(Unauthorized, NotFound, Malformed),
)


@router.get("")
async def get_quota(user_id: UUID, state: StateDep) -> QuotaOut:
    """What holds for the account, and what it has used of it."""
    return QuotaOut.of(await state.quotas.show(user_id))


@router.put("")
async def put_quota(user_id: UUID, body: QuotaIn, state: StateDep) -> QuotaOut:
    """Allow the account more or less than everybody; null returns to what everybody may."""
    return QuotaOut.of(await state.quotas.allow(user_id, body.model_dump()))
