"""Why a task failed, and who can act on it."""

from enum import StrEnum


class TaskErrorCode(StrEnum):
    """Codes of a failed task; they reach clients as the `code` of a problem or event."""

    AUDIO_EMPTY = "AUDIO_EMPTY"
    """The file holds no samples."""
    AUDIO_UNREADABLE = "AUDIO_UNREADABLE"
    """The file is damaged, or is no recording at all."""
    AUDIO_FORMAT_REFUSED = "AUDIO_FORMAT_REFUSED"
    """A container or protocol outside the whitelist, such as a playlist."""
    NO_AUDIO_TRACK = "NO_AUDIO_TRACK"
    """A video without sound."""
    AUDIO_TOO_LONG = "AUDIO_TOO_LONG"
    AUDIO_TOO_LARGE = "AUDIO_TOO_LARGE"
    AUDIO_MISSING = "AUDIO_MISSING"
    """The object that the task names is not in the store."""
    LANGUAGE_UNSUPPORTED = "LANGUAGE_UNSUPPORTED"
    """The loaded model does not speak the language that was asked for."""
    ENGINE_FAILED = "ENGINE_FAILED"
    ENGINE_CRASHED = "ENGINE_CRASHED"
    ENGINE_TIMEOUT = "ENGINE_TIMEOUT"
    ENGINE_OUT_OF_MEMORY = "ENGINE_OUT_OF_MEMORY"
    WORKER_LOST = "WORKER_LOST"
    """Workers disappeared with the task more often than is allowed."""

    @property
    def sender_can_act(self) -> bool:
        """Whether another recording would help; otherwise the fault is ours and a retry may."""
        return self in _SENDERS


_SENDERS = frozenset(
    {
        TaskErrorCode.AUDIO_EMPTY,
        TaskErrorCode.AUDIO_UNREADABLE,
        TaskErrorCode.AUDIO_FORMAT_REFUSED,
        TaskErrorCode.NO_AUDIO_TRACK,
        TaskErrorCode.AUDIO_TOO_LONG,
        TaskErrorCode.AUDIO_TOO_LARGE,
        TaskErrorCode.LANGUAGE_UNSUPPORTED,
    }
)
