"""What retention has erased, for operators who are asked for a proof."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.persistence.tables import Erasure


async def erasures_page(
    session: AsyncSession,
    *,
    user_id: UUID | None,
    job_id: UUID | None,
    before: int | None,
    limit: int,
) -> Sequence[Erasure]:
    """Newest first, those `before` a number; of one account or one job if they are given."""
    page = select(Erasure).order_by(Erasure.id.desc()).limit(limit)
    if user_id is not None:
        page = page.where(Erasure.owner_user_id == user_id)
    if job_id is not None:
        page = page.where(Erasure.job_id == job_id)
    if before is not None:
        page = page.where(Erasure.id < before)
    return (await session.scalars(page)).all()
