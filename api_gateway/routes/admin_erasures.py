"""The console: what was erased because its time was over."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api_gateway.admins import admins_only
from api_gateway.schemas.pages import Limit
from api_gateway.schemas.retention import ErasureOut, ErasuresOut
from api_gateway.state import StateDep
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.persistence.erasures import erasures_page
from malmoi.web.problems import Malformed, problems

_NUMBER_MAX = 2**63 - 1

router = APIRouter(
    prefix="/admin/erasures",
    tags=["console"],
    dependencies=[admins_only],
    responses=problems(Unauthorized, NotFound, Malformed),
)


@router.get("")
async def list_erasures(
    state: StateDep,
    user_id: UUID | None = None,
    job_id: UUID | None = None,
    cursor: Annotated[int | None, Query(ge=1, le=_NUMBER_MAX)] = None,
    limit: Limit = 50,
) -> ErasuresOut:
    """Recordings and texts that were erased, newest first; also of jobs that are deleted by now."""
    async with state.database.reading() as session:
        rows = await erasures_page(
            session, user_id=user_id, job_id=job_id, before=cursor, limit=limit + 1
        )
    return ErasuresOut(
        erasures=[ErasureOut.of(each) for each in rows[:limit]],
        next=rows[limit - 1].id if len(rows) > limit else None,
    )
