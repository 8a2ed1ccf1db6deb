"""Where objects lie in the bucket."""

from typing import Final
from uuid import UUID

AUDIO_PREFIX: Final = "audio/"
SIGN_PREFIX: Final = "sign/"


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
    return f"{transcripts_of(job_id)}{task_id}.{attempt}.json"


def transcripts_of(job_id: UUID) -> str:
    """The prefix of a job's large transcripts."""
    return f"transcripts/{job_id}/"


def sign_source_key(message_id: UUID) -> str:
    """A sign video as it was uploaded."""
    return f"{SIGN_PREFIX}{message_id}/source"


def sign_tries_key(message_id: UUID, attempt: int) -> str:
    """How often an attempt was begun, so that a video which kills its service is given up."""
    return f"{SIGN_PREFIX}{message_id}/{attempt}.tries"


def sign_result_key(message_id: UUID, attempt: int, *, name: str) -> str:
    """What an attempt made; `name` keeps two services at the same attempt apart."""
    return f"{SIGN_PREFIX}{message_id}/{attempt}.{name}"


def message_of_sign_key(key: str) -> UUID | None:
    """The message to which an object of a sign video belongs; None for a key of another shape."""
    try:
        return UUID(key.removeprefix(SIGN_PREFIX).partition("/")[0])
    except ValueError:
        return None
