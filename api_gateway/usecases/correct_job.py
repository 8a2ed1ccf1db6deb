"""An operator corrects what was recognised."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from api_gateway.errors import WrongState
from api_gateway.usecases.read_transcript import require_text
from malmoi.contracts.corrections import CorrectedSegment, Correction, corrected
from malmoi.contracts.problems import NotFound
from malmoi.contracts.transcripts import Transcript, space_of
from malmoi.persistence.database import Database
from malmoi.persistence.jobs import lock_job
from malmoi.persistence.tables import Job


@dataclass(frozen=True, slots=True)
class Wording:
    """Texts by the place of their segment, and names by the speaker's label."""

    segments: Mapping[int, str]
    speakers: Mapping[str, str]
    by: str
    """Address of the operator."""


async def correct_job(database: Database, job_id: UUID, wording: Wording) -> Correction:
    """Keep the wording beside the recognised text, in place of any earlier correction.

    Raises:
        NotFound: there is no such job.
        WrongState: it has no transcript, or no such segment.
        TextExpired: it had one.

    """
    async with database.transaction() as transaction:
        job = await lock_job(transaction, job_id)
        transcript = transcript_of(job)
        assert job is not None
        correction = _correction(transcript, wording, at=await transaction.now())
        job.correction = correction.model_dump(mode="json")
    return correction


async def uncorrect_job(database: Database, job_id: UUID) -> None:
    """Forget the correction; without one there is nothing to do. Raises NotFound."""
    async with database.transaction() as transaction:
        job = await lock_job(transaction, job_id)
        if job is None:
            raise NotFound("there is no such job")
        job.correction = None


def transcript_of(job: Job | None) -> Transcript:
    """The job's transcript; raises as `correct_job` does."""
    if job is None:
        raise NotFound("there is no such job")
    require_text(job)
    if job.result is None:
        raise WrongState(f"the job is {job.state} and has no transcript")
    return Transcript.model_validate(job.result["transcript"])


def correction_of(job: Job | None) -> Correction | None:
    """How the transcript was corrected, if it was."""
    if job is None or job.correction is None:
        return None
    return Correction.model_validate(job.correction)


def _correction(transcript: Transcript, wording: Wording, *, at: object) -> Correction:
    unknown = [each for each in wording.segments if each >= len(transcript.segments)]
    if unknown:
        raise WrongState(f"the transcript has no segment {unknown[0]}")
    changed = tuple(
        CorrectedSegment(id=number, text=text)
        for number, text in sorted(wording.segments.items())
        if text != transcript.segments[number].text
    )
    correction = Correction.model_validate(
        {
            "text": "",
            "segments": changed,
            "speakers": dict(wording.speakers),
            "corrected_by": wording.by,
            "corrected_at": at,
        }
    )
    spoken = (each.text.strip() for each in corrected(transcript.segments, correction))
    whole = space_of(transcript.language).join(filter(None, spoken))
    return correction.model_copy(update={"text": whole})
