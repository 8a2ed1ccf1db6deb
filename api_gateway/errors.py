"""Everything the gateway refuses, beside `malmoi.contracts.problems`.

AppError
├── EmailTaken            409
├── InvalidCredentials    401
├── InvalidPassword       403
├── RoomFull              409
├── SpeakerTaken          409
├── NotSpeaker            403
├── AudioEmpty            422
├── UnknownModel          404
├── StillRunning          504
└── RecognitionFailed     413, 415, 422 or 502, by the worker's verdict
"""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from malmoi.contracts.problems import AppError, Problem, Unauthorized
from malmoi.contracts.task_errors import TaskErrorCode


class EmailTaken(AppError):
    """The address has an account."""

    status, code = HTTPStatus.CONFLICT, "EMAIL_TAKEN"


class InvalidCredentials(Unauthorized):
    """Address and password do not belong together; which of them is wrong is not said."""

    code = "INVALID_CREDENTIALS"


class InvalidPassword(AppError):
    """The room wants a password, and this is not it."""

    status, code = HTTPStatus.FORBIDDEN, "INVALID_PASSWORD"


class RoomFull(AppError):
    """Every seat is taken."""

    status, code = HTTPStatus.CONFLICT, "ROOM_FULL"


class SpeakerTakenProblem(Problem):
    """SPEAKER_TAKEN with who is speaking and until when, as far as that is known."""

    current_speaker_user_id: UUID | None = None
    expires_at: datetime | None = None


class SpeakerTaken(AppError):
    """Somebody else has the baton."""

    status, code = HTTPStatus.CONFLICT, "SPEAKER_TAKEN"

    def __init__(self, holder: UUID | None = None, expires_at: datetime | None = None) -> None:
        super().__init__("somebody else is speaking; wait for speaker.changed")
        self._holder = holder
        self._expires_at = expires_at

    def problem(self, trace_id: str | None) -> Problem:
        """The body that also names the speaker."""
        return SpeakerTakenProblem(
            **super().problem(trace_id).model_dump(),
            current_speaker_user_id=self._holder,
            expires_at=self._expires_at,
        )


class NotSpeaker(AppError):
    """The caller does not hold the baton (any more)."""

    status, code = HTTPStatus.FORBIDDEN, "NOT_SPEAKER"


class AudioEmpty(AppError):
    """A file of no bytes."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "AUDIO_EMPTY"


class UnknownModel(AppError):
    """No such model here."""

    status, code = HTTPStatus.NOT_FOUND, "MODEL_NOT_FOUND"


class StillRunning(AppError):
    """The recording is still being recognised; its job goes on."""

    status, code = HTTPStatus.GATEWAY_TIMEOUT, "STILL_RUNNING"


class RecognitionFailed(AppError):
    """The job ended without a text; `code` is the worker's verdict."""

    status, code = HTTPStatus.BAD_GATEWAY, "RECOGNITION_FAILED"

    def __init__(self, verdict: TaskErrorCode, detail: str) -> None:
        super().__init__(detail)
        self._verdict = verdict

    def problem(self, trace_id: str | None) -> Problem:
        """The body with the verdict in place of the class's own code."""
        status = _status_of(self._verdict)
        return Problem(
            type=f"urn:problem:{self._verdict.lower().replace('_', '-')}",
            title=status.phrase,
            status=status,
            detail=self.detail,
            code=self._verdict,
            trace_id=trace_id,
        )


def _status_of(verdict: TaskErrorCode) -> HTTPStatus:
    if verdict in {TaskErrorCode.AUDIO_TOO_LONG, TaskErrorCode.AUDIO_TOO_LARGE}:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if verdict is TaskErrorCode.AUDIO_FORMAT_REFUSED:
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    return HTTPStatus.UNPROCESSABLE_ENTITY if verdict.sender_can_act else HTTPStatus.BAD_GATEWAY
