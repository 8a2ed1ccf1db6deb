"""Everything the gateway refuses, beside `malmoi.contracts.problems`.

AppError
├── EmailTaken            409
├── InvalidCredentials    401
├── InvalidPassword       403
├── InvalidInvitation     403
├── RoomFull              409
├── SpeakerTaken          409
├── SpeakerAlready        409
├── NotSpeaker            403
├── NotYours              403
├── AudioEmpty            422
├── VideoEmpty            422
├── SignNotReady          409
├── RangeNotSatisfiable   416
├── RecordingTooLarge     413
├── UploadIncomplete      409
├── TooManyUploads        409
├── ObjectRefused         403
├── UnknownModel          404
├── WrongState            409
├── JobCancelled          409
├── LastAdmin             409
├── AudioExpired          410
├── TextExpired           410
├── RetentionTooLong      422
├── MethodNotAllowed      405
├── RateLimited           429
├── QuotaExceeded         429
├── StillRunning          504
└── RecognitionFailed     413, 415, 422 or 502, by the worker's verdict
"""

from collections.abc import Iterable
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


class InvalidInvitation(AppError):
    """The invitation was revoked, or never was one."""

    status, code = HTTPStatus.FORBIDDEN, "INVALID_INVITATION"


class RoomFull(AppError):
    """Every seat is taken."""

    status, code = HTTPStatus.CONFLICT, "ROOM_FULL"


class SpeakerTakenProblem(Problem):
    """SPEAKER_TAKEN with who is speaking, or may speak first, and until when, as far as known."""

    current_speaker_user_id: UUID | None = None
    offered_user_id: UUID | None = None
    expires_at: datetime | None = None


class SpeakerTaken(AppError):
    """Somebody else has the baton, or is offered it."""

    status, code = HTTPStatus.CONFLICT, "SPEAKER_TAKEN"

    def __init__(
        self,
        holder: UUID | None = None,
        expires_at: datetime | None = None,
        *,
        offered: UUID | None = None,
    ) -> None:
        super().__init__(
            "somebody else is speaking; wait for speaker.changed"
            if offered is None
            else "it is somebody else's turn to speak; wait for speaker.queue"
        )
        self._holder = holder
        self._offered = offered
        self._expires_at = expires_at

    def problem(self, trace_id: str | None) -> Problem:
        """The body that also names the speaker."""
        return SpeakerTakenProblem(
            **super().problem(trace_id).model_dump(),
            current_speaker_user_id=self._holder,
            offered_user_id=self._offered,
            expires_at=self._expires_at,
        )


class SpeakerAlready(AppError):
    """The caller has the baton and need not raise a hand."""

    status, code = HTTPStatus.CONFLICT, "SPEAKER_ALREADY"


class NotSpeaker(AppError):
    """The caller does not hold the baton (any more)."""

    status, code = HTTPStatus.FORBIDDEN, "NOT_SPEAKER"


class NotYours(AppError):
    """Only its sender may change a message."""

    status, code = HTTPStatus.FORBIDDEN, "NOT_YOURS"


class AudioEmpty(AppError):
    """A file of no bytes."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "AUDIO_EMPTY"


class VideoEmpty(AppError):
    """A video file of no bytes."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "VIDEO_EMPTY"


class SignNotReady(AppError):
    """The video cannot be watched yet, or failed."""

    status, code = HTTPStatus.CONFLICT, "SIGN_NOT_READY"


class RangeNotSatisfiable(AppError):
    """No byte of the range exists."""

    status, code = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "RANGE_NOT_SATISFIABLE"

    def __init__(self, size: int) -> None:
        super().__init__(
            f"there are only {size} bytes", headers={"Content-Range": f"bytes */{size}"}
        )


class RecordingTooLarge(AppError):
    """More bytes than a recording may have, whichever way it comes."""

    status, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TaskErrorCode.AUDIO_TOO_LARGE


class UploadIncomplete(AppError):
    """Parts of an upload are missing, or are not of the size that was announced."""

    status, code = HTTPStatus.CONFLICT, "UPLOAD_INCOMPLETE"


class TooManyUploads(AppError):
    """An account has only so many uploads that have become nothing yet."""

    status, code = HTTPStatus.CONFLICT, "TOO_MANY_UPLOADS"


class ObjectRefused(AppError):
    """The object lies neither under the caller's own prefix nor under an allowed one."""

    status, code = HTTPStatus.FORBIDDEN, "OBJECT_REFUSED"


class UnknownModel(AppError):
    """No such model here."""

    status, code = HTTPStatus.NOT_FOUND, "MODEL_NOT_FOUND"


class WrongState(AppError):
    """What was asked for is not possible in the state that the job or letter is in."""

    status, code = HTTPStatus.CONFLICT, "WRONG_STATE"


class JobCancelled(AppError):
    """An operator has cancelled the recognition."""

    status, code = HTTPStatus.CONFLICT, "CANCELLED"


class LastAdmin(AppError):
    """Nobody would be left who can grant the role."""

    status, code = HTTPStatus.CONFLICT, "LAST_ADMIN"


class RateLimited(AppError):
    """Too many requests in this minute; `Retry-After` says when the next one counts anew."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "RATE_LIMITED"


class QuotaExceeded(AppError):
    """The account has used what it may use, for now."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "QUOTA_EXCEEDED"

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_s)})


class AudioExpired(AppError):
    """The recording was erased because its time was over."""

    status, code = HTTPStatus.GONE, "AUDIO_EXPIRED"


class TextExpired(AppError):
    """The text was erased because its time was over."""

    status, code = HTTPStatus.GONE, "TEXT_EXPIRED"


class RetentionTooLong(AppError):
    """Nobody may have things kept longer than the cluster keeps them."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "RETENTION_TOO_LONG"


class MethodNotAllowed(AppError):
    """The path has other methods; `Allow` names them."""

    status, code = HTTPStatus.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"


class TooManyKeys(AppError):
    """An account has only so many API keys."""

    status, code = HTTPStatus.CONFLICT, "TOO_MANY_KEYS"


class ScopeMissing(AppError):
    """The API key may not do this."""

    status, code = HTTPStatus.FORBIDDEN, "SCOPE_MISSING"


class StillRunning(AppError):
    """The recording is still being recognised; its job goes on."""

    status, code = HTTPStatus.GATEWAY_TIMEOUT, "STILL_RUNNING"


class RecognitionFailed(AppError):
    """The job ended without a text; `code` is the worker's verdict."""

    status, code = HTTPStatus.BAD_GATEWAY, "RECOGNITION_FAILED"

    def __init__(self, verdict: TaskErrorCode, detail: str) -> None:
        super().__init__(detail)
        self._verdict = verdict

    @classmethod
    def answers(cls) -> Iterable[tuple[HTTPStatus, str]]:
        """The verdicts, with their statuses."""
        return ((_status_of(each), each) for each in TaskErrorCode)

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
