"""The pictures of a video as they are shown: upright, square pixels, bounded in size and number."""

from collections.abc import Iterator
from fractions import Fraction
from typing import cast

import av
from av.container import InputContainer
from av.filter import Graph
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from sign_service.limits import Limits
from sign_service.source import empty, too_large, too_long, unreadable

TIME_BASE = Fraction(1, 90_000)
_LATE_S = 1.0
"""A recorder that stops at the limit is a picture or two late."""
_TURNS = {90: "transpose=cclock", -90: "transpose=clock", 180: "hflip,vflip", -180: "hflip,vflip"}
"""By FFmpeg's degrees, which count against the clock."""


class Pictures:
    """Decodes one track."""

    def __init__(self, container: InputContainer, track: VideoStream, limits: Limits) -> None:
        self._container = container
        self._track = track
        self._limits = limits
        self._track.codec_context.thread_count = limits.threads
        self._turner = _Turner(limits, float(track.sample_aspect_ratio or 1))
        self._seen = 0
        self._first_s: float | None = None
        self._newest_s = 0.0
        self._last_for_s = 0.0

    @property
    def duration_s(self) -> float:
        """Of what was read so far."""
        return self._newest_s + self._last_for_s

    def __iter__(self) -> Iterator[VideoFrame]:
        """Yield what is shown, each with its time in TIME_BASE from 0 on.

        Raises:
            VideoRefused: while reading, it turned out to be beyond the limits, or damaged.

        """
        apart_s = 1 / self._limits.fps
        due_s = 0.0
        for frame in self._decoded():
            at_s = self._time_of(frame)
            if at_s + apart_s / 4 < due_s:
                continue
            # After a pause the beat begins anew, but never twice at one moment.
            due_s = max(due_s, at_s - apart_s / 2) + apart_s
            shown = self._turner.turned(frame)
            shown.pts, shown.time_base = round(at_s / TIME_BASE), TIME_BASE
            shown.pict_type = PictureType.NONE  # the encoder decides
            yield shown

    def _decoded(self) -> Iterator[VideoFrame]:
        damaged = 0
        for packet in self._packets():
            try:
                frames = packet.decode()
            except MemoryError:
                raise  # says nothing of the video
            except av.error.FFmpegError:
                damaged += 1
                continue
            for frame in frames:
                assert isinstance(frame, VideoFrame)
                self._judge(frame)
                yield frame
        if not self._seen:
            raise unreadable() if damaged else empty()

    def _packets(self) -> "Iterator[av.Packet[VideoStream]]":
        try:
            yield from self._container.demux(self._track)
        except (av.error.FFmpegError, EOFError):
            # The rest cannot even be split, or claims packets larger than memory; what came before
            # is still worth showing, and some of it is still in the decoder.
            last = cast("av.Packet[VideoStream]", av.Packet())
            last.stream = self._track
            yield last

    def _judge(self, frame: VideoFrame) -> None:
        self._seen += 1
        if frame.width * frame.height > self._limits.max_pixels:
            raise too_large("pixels")
        if self._seen > self._limits.max_source_fps * (self._newest_s + 2.0):
            raise too_large("pictures a second")

    def _time_of(self, frame: VideoFrame) -> float:
        """Seconds from the first picture; a broken clock stands still rather than going back."""
        told = frame.time if frame.pts is not None else None
        if self._first_s is None:
            self._first_s = told or 0.0
        at_s = self._newest_s if told is None else max(told - self._first_s, 0.0)
        if at_s > self._limits.max_duration_s + _LATE_S:
            raise too_long(self._limits)
        if at_s >= self._newest_s:
            self._newest_s, self._last_for_s = at_s, _shown_for_s(frame, self._limits)
        return self._newest_s


class _Turner:
    """Turns, scales and converts; built anew when the pictures change their form."""

    def __init__(self, limits: Limits, stretch: float) -> None:
        """`stretch`: how much wider than high a pixel is shown."""
        self._limits = limits
        self._stretch = stretch if 0.25 <= stretch <= 4 else 1.0  # noqa: PLR2004 - else a joke
        self._form: tuple[int, int, str, int] | None = None
        self._size: tuple[int, int] | None = None
        self._graph: Graph | None = None

    def turned(self, frame: VideoFrame) -> VideoFrame:
        form = (frame.width, frame.height, frame.format.name, frame.rotation)
        if self._graph is None or form != self._form:
            self._form, self._graph = form, self._build(frame)
        self._graph.push(frame)
        shown = self._graph.pull()
        assert isinstance(shown, VideoFrame)
        return shown

    def _build(self, frame: VideoFrame) -> Graph:
        turn = _TURNS.get(round(frame.rotation / 90) * 90)
        if self._size is None:
            self._size = self._shown_size(frame, upright=turn is None or "flip" in turn)
        width, height = self._size
        graph = Graph()
        source = graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=frame.time_base or TIME_BASE,
        )
        steps = [*(turn.split(",") if turn else ()), f"scale={width}:{height}"]
        steps += ["setsar=1", "format=yuv420p"]
        nodes = [source, *(graph.add(*step.partition("=")[::2]) for step in steps)]
        nodes.append(graph.add("buffersink"))
        graph.link_nodes(*nodes).configure()
        return graph

    def _shown_size(self, frame: VideoFrame, *, upright: bool) -> tuple[int, int]:
        width = frame.width * self._stretch
        wide, high = (width, frame.height) if upright else (frame.height, width)
        factor = min(1.0, self._limits.side_px / max(wide, high))
        return _even(wide * factor), _even(high * factor)


def _shown_for_s(frame: VideoFrame, limits: Limits) -> float:
    told = float(frame.duration * frame.time_base) if frame.duration and frame.time_base else 0.0
    return told if 0 < told < 1 else 1 / limits.fps


def _even(size: float) -> int:
    """What yuv420p takes."""
    return max(2, round(size / 2) * 2)
