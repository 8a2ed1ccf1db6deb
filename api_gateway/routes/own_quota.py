"""What your account may hand in."""

from fastapi import APIRouter

from api_gateway.callers import CurrentUser
from api_gateway.schemas.quotas import QuotaOut
from api_gateway.state import StateDep
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.web.problems import problems

router = APIRouter(
    prefix="/me/quota", tags=["accounts"], responses=problems(Unauthorized, NotFound)
)


@router.get("")
async def show_own_quota(user: CurrentUser, state: StateDep) -> QuotaOut:
    """What holds for you, and what you have used of it."""
    return QuotaOut.of(await state.quotas.show(user.id))
