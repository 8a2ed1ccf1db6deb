"""The console: the workers."""

from fastapi import APIRouter

from api_gateway.admins import admins_only
from api_gateway.schemas.admin_operation import WorkerOut
from api_gateway.state import StateDep
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.persistence.workers import seen_workers
from malmoi.web.problems import problems

router = APIRouter(
    prefix="/admin/workers",
    tags=["console"],
    dependencies=[admins_only],
    responses=problems(Unauthorized, NotFound),
)


@router.get("")
async def list_workers(state: StateDep) -> list[WorkerOut]:
    """Every worker that was heard of within the last hour."""
    async with state.database.reading() as session:
        found = await seen_workers(session)
    return [WorkerOut.of(each) for each in found]
