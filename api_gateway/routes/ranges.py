"""Answers with a stored object or a part of it (RFC 9110 section 14), for players that seek.

Or with the URL where it lies, for players that send no token.
"""

import re
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from api_gateway.errors import AudioExpired, RangeNotSatisfiable
from api_gateway.schemas.jobs import RecordingUrlOut
from api_gateway.state import State
from malmoi.contracts.problems import NotFound
from malmoi.object_store.presigned import NoAddress
from malmoi.object_store.store import ObjectMissing, ObjectStore, Stat
from malmoi.persistence.tables import Job
from malmoi.web.problems import Malformed

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)
_SHOWN = re.compile(r"(audio|video)/[a-z0-9.+-]+|image/(jpeg|png|webp)")
_UNKNOWN: Final = "application/octet-stream"
SOUND: Final[dict[str, Any]] = {
    "content": {"audio/*": {}, _UNKNOWN: {}},
    "description": "The recording, or the range asked for",
}
"""What OpenAPI is told of a recording; one that was called no sound is bytes of an unknown kind."""
_HEADERS: Final = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "private",
    "Content-Disposition": "inline",
    "X-Content-Type-Options": "nosniff",
}


async def recording(store: ObjectStore, job: Job, request: Request) -> Response:
    """The job's recording, as `ranged` answers.

    Raises:
        AudioExpired: it was erased because its time was over.

    """
    _require_kept(job)
    return await ranged(store, job.audio_key, request)


async def recording_url(state: State, job: Job, origin: str) -> RecordingUrlOut:
    """Where players that send no token read the job's recording.

    Raises:
        AudioExpired: it was erased because its time was over.
        NotFound: there is no such object.

    """
    _require_kept(job)
    await _stat(state.store, job.audio_key)
    try:
        return RecordingUrlOut(url=state.presigner.read_url(origin, job.audio_key))
    except NoAddress as error:
        raise Malformed(f"no URL can be made for this Host: {error}") from error


def _require_kept(job: Job) -> None:
    if job.audio_expired_at is not None:
        raise AudioExpired("the recording was erased because its time was over")


async def _stat(store: ObjectStore, key: str) -> Stat:
    try:
        return await store.stat(key)
    except ObjectMissing as error:
        raise NotFound("the recording is not kept any more") from error


async def ranged(
    store: ObjectStore, key: str, request: Request, content_type: str | None = None
) -> Response:
    """The object, or the one range that was asked for; several ranges are answered with all of it.

    Without `content_type` the stored one counts. Whatever is no sound, video or picture is sent as
    bytes of an unknown kind: a page that somebody uploaded as a recording must not open as one.

    Raises:
        NotFound: there is no such object.
        RangeNotSatisfiable: the range begins behind the object's end.

    """
    stat = await _stat(store, key)
    part = _part(request, stat.size)
    start, end = (0, stat.size) if part is None else part
    headers = {**_HEADERS, "Content-Length": str(end - start)}
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{stat.size}"
    status = HTTPStatus.OK if part is None else HTTPStatus.PARTIAL_CONTENT
    media_type = _shown(content_type or stat.content_type)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type)
    content = store.open_range(key, start, end - start)
    return StreamingResponse(content, status_code=status, headers=headers, media_type=media_type)


def _part(request: Request, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; None for everything."""
    asked = _RANGE.fullmatch(request.headers.get("range", "").strip())
    # `If-Range` names a version; we name none, so the client's cannot be ours.
    if asked is None or "if-range" in request.headers:
        return None
    first, last = asked.groups()
    if not first and not last:
        return None
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1 if last else size, size)
    if last and first and int(last) < int(first):
        return None
    if start >= end:
        raise RangeNotSatisfiable(size)
    return start, end


def _shown(content_type: str) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    return kind if _SHOWN.fullmatch(kind) else _UNKNOWN
