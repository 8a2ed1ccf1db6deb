"""Waiting for a job's end: woken by its event, sure by PostgreSQL."""

import time
from uuid import UUID

import structlog

from api_gateway.live.hub import EventHub
from api_gateway.live.stream import Stream
from malmoi.contracts.events import JOB_ENDS, job_stream
from malmoi.contracts.jobs import JobState
from malmoi.persistence.database import Database
from malmoi.persistence.faults import DATABASE_AWAY
from malmoi.persistence.room_messages import find_job
from malmoi.persistence.tables import Job

_LOOK_UP_EVERY_S = 1.0
"""Upper bound of a single wait, so that a shutdown is noticed soon."""

log = structlog.get_logger()


class Waiting:
    """Lets requests wait for jobs; once the gateway drains, nobody waits any longer."""

    def __init__(self, database: Database, hub: EventHub) -> None:
        self._database = database
        self._hub = hub
        self._draining = False

    @property
    def draining(self) -> bool:
        """Whether nobody should wait here any longer."""
        return self._draining

    def drain(self) -> None:
        """Send everybody away with what there is."""
        self._draining = True

    async def for_end(self, job_id: UUID, *, seconds: float) -> Job | None:
        """The ended job, or None when it did not end in time or nobody can tell."""
        try:
            if seconds <= 0:
                return await self._ended(job_id)
            async with self._hub.follow(job_stream(job_id)) as stream:
                return await self._follow(job_id, stream, time.monotonic() + seconds)
        except DATABASE_AWAY as error:
            # The job was promised before; that it cannot be watched does not undo this.
            log.warning("job.not_watched", error=repr(error))
            return None

    async def _follow(self, job_id: UUID, stream: Stream, deadline: float) -> Job | None:
        number = stream.newest  # read before the job, so that no end falls in between
        # Before its first event it has not ended: the relay that is at work has the way for itself.
        job = await self._ended(job_id) if number else None
        while job is None and not self._draining:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return None
            if await stream.wait_beyond(number, timeout_s=min(left_s, _LOOK_UP_EVERY_S)):
                ended, number = _has_end(stream, number), stream.newest
                job = await self._ended(job_id) if ended else None
        return job

    async def _ended(self, job_id: UUID) -> Job | None:
        async with self._database.reading() as session:
            job = await find_job(session, job_id)
        return job if job is not None and JobState(job.state).is_final else None


def _has_end(stream: Stream, number: int) -> bool:
    frames = stream.kept_after(number)
    return frames is None or any(each.type in JOB_ENDS for each in frames)
