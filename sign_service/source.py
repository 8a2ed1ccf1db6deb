"""Opening a video from a stranger: one self-contained file, in a known coding, within bounds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from malmoi.contracts.sign import SignErrorCode
from malmoi.media.container import is_playlist, open_guarded
from sign_service.errors import VideoRefused
from sign_service.limits import Limits

_DEMUXERS = "avi,matroska,mov,mpegts"
_DECODERS = "av1,h263,h264,hevc,libdav1d,libvpx,libvpx-vp9,mjpeg,mpeg2video,mpeg4,vp8,vp9"
_HEAD_BYTES = 1024
_GOOD = "Send the video itself as MP4, MOV or WebM."


@contextmanager
def open_video(path: Path, limits: Limits) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The container and the video track to show: the default one, else the first.

    Raises:
        VideoRefused: nothing in `path` may or can be shown.

    """
    with path.open("rb") as file:
        _refuse_by_head(file.read(_HEAD_BYTES))
        file.seek(0)
        try:
            container = open_guarded(file, demuxers=_DEMUXERS, decoders=_DECODERS)
        except av.error.ArgumentError as error:
            raise format_refused("This kind of file") from error
        except (av.error.FFmpegError, EOFError) as error:
            # Its MemoryError, too: it is for tables as long as the file claims they are.
            raise unreadable() from error
        with container:
            track = _track(container, limits)
            _judge_claims(container, track, limits)
            yield container, track


def format_refused(what: str) -> VideoRefused:
    """Something that FFmpeg could read and we do not let it."""
    return VideoRefused(SignErrorCode.VIDEO_FORMAT_REFUSED, f"{what} is not accepted. {_GOOD}")


def unreadable() -> VideoRefused:
    """Nothing in it can be decoded."""
    detail = "The file is damaged, was cut off while it was written, or is no video."
    return VideoRefused(SignErrorCode.VIDEO_UNREADABLE, f"{detail} Record it again. {_GOOD}")


def empty() -> VideoRefused:
    """No picture."""
    detail = "The video holds no picture. Record it again and send the new file."
    return VideoRefused(SignErrorCode.VIDEO_EMPTY, detail)


def too_long(limits: Limits) -> VideoRefused:
    """Longer than allowed."""
    detail = f"The video is longer than {limits.max_duration_s:.0f} seconds. Send a shorter one."
    return VideoRefused(SignErrorCode.VIDEO_TOO_LONG, detail)


def too_large(what: str) -> VideoRefused:
    """More pixels or pictures than allowed."""
    detail = f"The video has too many {what}. Record it smaller, such as 1080p at 30 pictures/s."
    return VideoRefused(SignErrorCode.VIDEO_TOO_LARGE, detail)


def _refuse_by_head(head: bytes) -> None:
    if not head:
        raise empty()
    if is_playlist(head):
        raise format_refused("A playlist, which only points at other files,")


def _track(container: InputContainer, limits: Limits) -> VideoStream:
    if len(container.streams) > limits.max_streams:
        raise format_refused(f"A file with {len(container.streams)} tracks")
    tracks = container.streams.video
    if not tracks:
        detail = f"The file has no pictures. {_GOOD}"
        raise VideoRefused(SignErrorCode.NO_VIDEO_TRACK, detail)
    pictures = [track for track in tracks if not track.disposition & Disposition.attached_pic]
    default = [track for track in pictures if track.disposition & Disposition.default]
    track = (default or pictures or list(tracks))[0]
    # A track that FFmpeg has no decoder for has no context.
    if getattr(track.codec_context, "name", None) not in _DECODERS.split(","):
        raise format_refused("A video in this coding")
    return track


def _judge_claims(container: InputContainer, track: VideoStream, limits: Limits) -> None:
    if container.duration is not None and container.duration / av.time_base > _slack(limits):
        raise too_long(limits)
    context = track.codec_context
    if context.width * context.height > limits.max_pixels:
        raise too_large("pixels")


def _slack(limits: Limits) -> float:
    """A recorder that stops at the limit is a picture or two late."""
    return limits.max_duration_s + 1.0
