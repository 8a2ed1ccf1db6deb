"""What was recognised, segment by segment, and how it was corrected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from anyio import from_thread
from sqlalchemy import select

from api_gateway.errors import TextExpired, WrongState
from malmoi.contracts.corrections import Correction, corrected
from malmoi.contracts.jobs import JobState
from malmoi.contracts.problems import NotFound
from malmoi.contracts.transcripts import Segment, Transcript
from malmoi.persistence.database import Database
from malmoi.persistence.room_messages import find_job
from malmoi.persistence.tables import Job
from malmoi.persistence.transcripts import Head, find_head, list_segments

_PAGE = 500
"""Segments; about half an hour of speech, and with its words some 16 MB of objects."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A transcript that is read as far as somebody asks."""

    database: Database
    job_id: UUID
    head: Transcript
    """Without segments; its text as corrected."""
    about: Mapping[str, object]
    """How it came about."""
    correction: Correction | None

    def segments(self) -> Iterator[Segment]:
        """In order, as corrected. From a thread of the event loop's pool only."""
        return corrected(self._recognised(), self.correction)

    def _recognised(self) -> Iterator[Segment]:
        first = 0
        while page := from_thread.run(self._page, first):
            yield from page
            first += _PAGE

    async def _page(self, first: int) -> list[Segment]:
        async with self.database.reading() as session:
            return await list_segments(session, self.job_id, first=first, most=_PAGE)


async def read_transcript(database: Database, job_id: UUID) -> Reading:
    """Open the transcript.

    Raises:
        NotFound: there is no such job.
        WrongState: it has no transcript.
        TextExpired: it had one.

    """
    async with database.reading() as session:
        job = await find_job(session, job_id, with_text=False)
        if job is None:
            raise NotFound("there is no such job")
        require_text(job)
        head = await find_head(session, job_id)
        kept = await session.scalar(select(Job.correction).where(Job.id == job_id))
    if head is None:
        raise WrongState(f"the job is {job.state} and has no transcript")
    correction = None if kept is None else Correction.model_validate(kept)
    text = head.transcript.text if correction is None else correction.text
    shown = head.transcript.model_copy(update={"text": text})
    return Reading(database, job_id, shown, _about(head, correction), correction)


def _about(head: Head, correction: Correction | None) -> dict[str, object]:
    return {
        "model": head.model,
        "fallbacks": head.fallbacks,
        "corrected": correction is not None,
        "speakers": {} if correction is None else correction.speakers,
    }


def require_text(job: Job) -> None:
    """Raise TextExpired if there was a text, and its time was over."""
    if job.text_expired_at is not None and job.state == JobState.COMPLETED:
        raise TextExpired("the text was erased because its time was over")
