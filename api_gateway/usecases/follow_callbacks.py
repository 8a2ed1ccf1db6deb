"""Somebody looks at what a job's receiver was told, and has it told again."""

from uuid import UUID

from malmoi.contracts.problems import NotFound
from malmoi.persistence.callbacks import Told, replay, told_of
from malmoi.persistence.database import Database
from malmoi.persistence.tables import CallbackDelivery


async def show_callbacks(database: Database, job_id: UUID) -> Told | None:
    """What was told; None when nobody wants to hear of the job."""
    async with database.reading() as session:
        return await told_of(session, job_id)


async def replay_callback(database: Database, job_id: UUID, delivery_id: UUID) -> CallbackDelivery:
    """Have one event delivered again; one that waits for its next attempt waits no more.

    Raises:
        NotFound: the job has no such delivery.

    """
    async with database.transaction() as transaction:
        delivery = await replay(transaction, job_id, delivery_id)
        if delivery is None:
            raise NotFound("there is no such delivery of this job")
        return delivery
