"""Where objects lie in the bucket."""

from typing import Final
from uuid import UUID

AUDIO_PREFIX: Final = "audio/"
CHUNK_PREFIX: Final = "chunks/"
SIGN_PREFIX: Final = "sign/"
UPLOAD_PREFIX: Final = "uploads/"
TRANSCRIPT_PREFIX: Final = "transcripts/"
USER_PREFIX: Final = "users/"
_OURS: Final = frozenset(
    {AUDIO_PREFIX, CHUNK_PREFIX, SIGN_PREFIX, TRANSCRIPT_PREFIX, UPLOAD_PREFIX, USER_PREFIX}
)


def audio_key(job_id: UUID) -> str:
    """The recording as it was uploaded. The client's file name is never part of a key."""
    return f"{AUDIO_PREFIX}{job_id}"


def upload_key(upload_id: UUID) -> str:
    """A recording that its sender puts there part by part, and that stays there."""
    return f"{UPLOAD_PREFIX}{upload_id}"


def upload_of_key(key: str) -> UUID | None:
    """The upload whose object this is; None for a key of another shape."""
    try:
        return UUID(key.removeprefix(UPLOAD_PREFIX))
    except ValueError:
        return None


def own_prefix(user_id: UUID) -> str:
    """Where objects lie that somebody with access to the bucket has put there for a user."""
    return f"{USER_PREFIX}{user_id}/"


def chunk_key(job_id: UUID, attempt: int, index: int) -> str:
    """A chunk of a planned recording; the attempt keeps two planners apart."""
    return f"{chunks_of(job_id)}{attempt}/{index:05}.flac"


def chunks_of(job_id: UUID) -> str:
    """The prefix of a job's chunks."""
    return f"{CHUNK_PREFIX}{job_id}/"


def transcript_key(job_id: UUID, task_id: UUID, attempt: int) -> str:
    """A transcript too large for a message; the attempt keeps late writers apart."""
    return f"{transcripts_of(job_id)}{task_id}.{attempt}.json"


def transcripts_of(job_id: UUID) -> str:
    """The prefix of a job's large transcripts."""
    return f"{TRANSCRIPT_PREFIX}{job_id}/"


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


def require_foreign(prefix: str) -> str:
    """Return a prefix under which nothing of ours lies.

    Raises:
        ValueError: it is no folder, or one of ours.

    """
    folder = prefix.partition("/")[0]
    if not folder or not prefix.endswith("/"):
        raise ValueError("a prefix has a name and ends in a slash, such as `incoming/`")
    if f"{folder}/" in _OURS:
        raise ValueError(f"{folder}/ is ours")
    return prefix
