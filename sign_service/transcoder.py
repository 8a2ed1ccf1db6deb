"""Transcoding in a process of its own, seen from the service. No FFmpeg is loaded here."""

from pathlib import Path

from pydantic import ValidationError

from malmoi.contracts.sign import SignErrorCode
from sign_service.child_protocol import ANSWER, Exhausted, Made, Refused, Work
from sign_service.errors import TryFailed, VideoRefused
from sign_service.limits import Limits
from sign_service.processes import Ended, Overdue, bare_environment, run_module


async def make_playable(source: Path, folder: Path, limits: Limits) -> tuple[Made, Path, Path]:
    """What was made, the mp4 and the poster. Cancelling the coroutine ends the process.

    Raises:
        VideoRefused: a verdict about the video.
        TryFailed: it crashed, ran out of time or memory; another try may succeed.

    """
    work = Work(
        source=source, playable=folder / "video.mp4", poster=folder / "poster.jpg", limits=limits
    )
    try:
        ended = await run_module(
            ["sign_service.child"],
            said=work.model_dump_json().encode() + b"\n",
            within_s=limits.deadline_s,
            env=bare_environment(),
        )
    except Overdue as error:
        raise _overdue(limits) from error
    return _made(ended), work.playable, work.poster


def _made(ended: Ended) -> Made:
    try:
        answer = ANSWER.validate_json(ended.output)
    except ValidationError as error:
        raise _crashed(ended.how) from error
    match answer:
        case Made():
            return answer
        case Refused(code=code, detail=detail):
            raise VideoRefused(code, detail)
        case Exhausted():
            detail = "The video needs more memory than we give it. Send it smaller, such as 1080p."
            raise TryFailed(SignErrorCode.TRANSCODE_OUT_OF_MEMORY, detail)


def _overdue(limits: Limits) -> TryFailed:
    detail = f"Making the video playable took more than {limits.deadline_s:.0f} s. Send it smaller."
    return TryFailed(SignErrorCode.TRANSCODE_TIMEOUT, detail)


def _crashed(how: str) -> TryFailed:
    detail = f"Making the video playable failed: the process {how}. Send it as MP4 (H.264)."
    return TryFailed(SignErrorCode.TRANSCODE_CRASHED, detail)
