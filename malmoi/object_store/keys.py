"""Where objects lie in the bucket."""

from typing import Final
from uuid import UUID

AUDIO_PREFIX: Final = "audio/"


def audio_key(job_id: UUID) -> str:
    """The recording as it was uploaded. The client's file name is never part of a key."""
    return f"{AUDIO_PREFIX}{job_id}"


def job_of_audio_key(key: str) -> UUID | None:
    """The job whose recording this is; None for a key of another shape."""
    try:
        return UUID(key.removeprefix(AUDIO_PREFIX))
    except ValueError:
        return None


def transcript_key(job_id: UUID, task_id: UUID, attempt: int) -> str:
    """A transcript too large for a message; the attempt keeps late writers apart."""
    return f"transcripts/{job_id}/{task_id}.{attempt}.json"
