"""From any accepted video to what every browser plays: H.264 in an mp4, and a jpeg to show first.

The sound is left out: a signed message has none that matters, and a room behind it may have some.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from sign_service.child_protocol import Made, Work
from sign_service.limits import Limits
from sign_service.pictures import TIME_BASE, Pictures
from sign_service.source import open_video

_POSTER_AT_S = 0.5
"""Not the very first picture: cameras begin dark."""
_ENCODER = {"preset": "veryfast", "crf": "25", "profile": "high"}


def transcode(work: Work) -> Made:
    """Write both files.

    Raises:
        VideoRefused: a verdict about the video.

    """
    with (
        open_video(work.source, work.limits) as (container, track),
        # The index goes to the front, so that playing begins before all of it has arrived.
        av.open(work.playable, "w", format="mp4", options={"movflags": "+faststart"}) as output,
    ):
        pictures = Pictures(container, track, work.limits)
        shown = _with_poster(pictures, work.poster)
        width, height = _encode(shown, output, work.limits)
    return Made(duration_s=round(pictures.duration_s, 3), width=width, height=height)


def _with_poster(frames: Iterable[VideoFrame], path: Path) -> Iterator[VideoFrame]:
    """Pass the frames on, and make the poster from one of them."""
    candidate: VideoFrame | None = None
    for frame in frames:
        if candidate is None or float((frame.pts or 0) * TIME_BASE) <= _POSTER_AT_S:
            candidate = frame
        yield frame
    if candidate is not None:
        _write_poster(candidate, path)


def _encode(
    frames: Iterable[VideoFrame], output: OutputContainer, limits: Limits
) -> tuple[int, int]:
    stream: VideoStream | None = None
    for frame in frames:
        if stream is None:
            stream = _stream(output, frame, limits)
        output.mux(stream.encode(frame))
    assert stream is not None, "without a picture, reading them has raised"
    output.mux(stream.encode(None))
    return stream.width, stream.height


def _stream(output: OutputContainer, frame: VideoFrame, limits: Limits) -> VideoStream:
    rate = Fraction(limits.fps).limit_denominator(1001)
    stream = output.add_stream("libx264", rate=rate, options=dict(_ENCODER))
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuv420p"
    stream.codec_context.time_base = TIME_BASE
    stream.codec_context.thread_count = limits.threads
    return stream


def _write_poster(frame: VideoFrame, path: Path) -> None:
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuvj420p"
    encoder.time_base = TIME_BASE
    picture = frame.reformat(format="yuvj420p")
    picture.pts = 0
    packets = [*encoder.encode(picture), *encoder.encode(None)]
    path.write_bytes(b"".join(map(bytes, packets)))
