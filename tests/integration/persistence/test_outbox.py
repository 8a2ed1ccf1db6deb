"""What was sent is noted a moment later; its job may be gone by then."""

from sqlalchemy import select

from malmoi.persistence.database import Database
from malmoi.persistence.job_ends import delete_rows
from malmoi.persistence.outbox import Placed, mark_sent
from malmoi.persistence.tables import OutboxRow
from tests.integration.conftest import Accepted, Rooms


async def placed(database: Database, clip: Accepted) -> Placed:
    """Its request lies on the broker."""
    async with database.reading() as session:
        asked = select(OutboxRow).where(OutboxRow.task_id == clip.task.id)
        row = (await session.scalars(asked)).one()
    return Placed(
        row_id=row.id,
        task_id=row.task_id,
        attempt=row.attempt,
        cluster_id="c",
        partition=0,
        offset=7,
        at=0.0,
    )


async def test_a_job_that_was_deleted_meanwhile_is_no_error(
    database: Database, rooms: Rooms
) -> None:
    clip = await rooms.clip(await rooms.room())
    sent = await placed(database, clip)
    async with database.transaction() as transaction:
        await delete_rows(transaction, clip.job)

    async with database.transaction() as transaction:
        await mark_sent(transaction.session, [sent])
