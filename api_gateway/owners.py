"""Whose job it is: dependencies of the routes about recordings."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from api_gateway.callers import Reader, Sender
from api_gateway.state import StateDep
from api_gateway.usecases.own_jobs import OwnJob, show_own_job


async def _own_job(job_id: UUID, reader: Reader, state: StateDep) -> OwnJob:
    return await show_own_job(state.database, job_id, reader.id)


async def _own_job_to_change(job_id: UUID, sender: Sender, state: StateDep) -> OwnJob:
    return await show_own_job(state.database, job_id, sender.id)


Own = Annotated[OwnJob, Depends(_own_job)]
"""The caller's job of the path, to be read; to anybody else it does not exist."""
Changing = Annotated[OwnJob, Depends(_own_job_to_change)]
"""The same, to be moved or deleted."""
