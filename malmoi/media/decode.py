"""Decoding to what speech models read: 16 kHz, one channel, float32."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.container import InputContainer

from malmoi.media.container import open_recording
from malmoi.media.errors import AudioEmpty, AudioTooLong, AudioUnreadable
from malmoi.media.probe import describe
from malmoi.media.resample import Resampler

SAMPLE_RATE_HZ = 16_000

Samples = npt.NDArray[np.float32]

_PADDING_S = 1.0
"""Encoders round up to whole frames; a recording of exactly the limit must pass."""

_REPLACED_S = 1.0
"""Most silence that stands in for one damaged packet, whatever duration the packet claims."""

_BETTER_DECODERS = {"amrnb": "libopencore_amrnb", "amrwb": "libopencore_amrwb"}
"""FFmpeg's own AMR decoders refuse the comfort-noise frames that phones write in pauses (DTX)."""


@dataclass(frozen=True, slots=True)
class DecodedAudio:
    """What could be read of a recording."""

    samples: Samples
    """Mono at SAMPLE_RATE_HZ, -1 to 1."""
    damaged_packets: int
    """Packets that could not be decoded; silence of their length stands in their place."""

    @property
    def duration_s(self) -> float:
        return self.samples.size / SAMPLE_RATE_HZ


def decode_mono_16k(path: Path, *, max_duration_s: float) -> DecodedAudio:
    """Decode the default audio track; a damaged recording gives what can be decoded of it.

    Memory is bounded by `max_duration_s` (64 kB per second), never by what a header claims.

    Raises:
        AudioTooLong: by the declared duration before decoding, else as soon as it is passed.
        MediaError: nothing can be decoded.

    """
    with open_decoding(path, max_duration_s=max_duration_s) as decoding:
        samples = np.concatenate(list(decoding.blocks()))
    return DecodedAudio(within_full_scale(samples), decoding.damaged_packets)


@contextmanager
def open_decoding(path: Path, *, max_duration_s: float) -> Iterator["Decoding"]:
    """Decode block by block, in flat memory; raises as `decode_mono_16k` does."""
    with open_recording(path) as (container, track):
        declared_s = describe(container, track).declared_duration_s
        if declared_s is not None and declared_s > max_duration_s + _PADDING_S:
            raise AudioTooLong(max_duration_s)
        yield Decoding(container, track, declared_s, max_duration_s)


class Decoding:
    """A recording that is being decoded."""

    def __init__(
        self,
        container: InputContainer,
        track: AudioStream,
        declared_s: float | None,
        max_duration_s: float,
    ) -> None:
        self.declared_s = declared_s
        """Seconds, as the file says of itself; it may be wrong."""
        self.damaged_packets = 0
        self._container = container
        self._track = track
        self._max_duration_s = max_duration_s
        self._resampler = Resampler(SAMPLE_RATE_HZ)
        self._size = 0
        self._decoded = 0

    def blocks(self) -> Iterator[Samples]:
        """Everything that can be decoded, in order; a downmix may exceed full scale.

        Raises:
            AudioTooLong: as soon as the limit is passed.
            AudioEmpty, AudioUnreadable: nothing could be decoded.

        """
        codec = self._codec()
        for packet in self._packets():
            try:
                for frame in codec.decode(packet):
                    yield self._counted(self._resampler.feed(frame))
                    self._decoded += 1
            except av.error.FFmpegError:
                self.damaged_packets += 1
                yield self._counted(self._resampler.flush())  # what was heard before it
                yield self._counted(self._stand_in(packet))
        yield self._counted(self._resampler.flush())
        if not self._decoded:
            raise AudioUnreadable if self.damaged_packets else AudioEmpty

    def _codec(self) -> AudioCodecContext:
        own = self._track.codec_context
        own.thread_count = 1
        better = _BETTER_DECODERS.get(own.name)
        if better is None or better not in av.codecs_available:
            return own
        codec = cast("AudioCodecContext", av.CodecContext.create(better, "r"))
        codec.sample_rate, codec.layout = own.sample_rate, own.layout
        return codec

    def _packets(self) -> Iterator["av.Packet[AudioStream]"]:
        try:
            yield from self._container.demux(self._track)
        except (av.error.FFmpegError, EOFError):
            # The rest cannot even be split into packets; what came before is still worth having.
            self.damaged_packets += 1

    def _stand_in(self, packet: "av.Packet[AudioStream]") -> Samples:
        """Silence that keeps later words at their times."""
        if not (self._decoded and packet.duration and packet.time_base):
            return np.empty(0, np.float32)
        seconds = min(float(packet.duration * packet.time_base), _REPLACED_S)
        return np.zeros(int(seconds * SAMPLE_RATE_HZ), np.float32)

    def _counted(self, block: Samples) -> Samples:
        self._size += block.size
        if self._size > (self._max_duration_s + _PADDING_S) * SAMPLE_RATE_HZ:
            raise AudioTooLong(self._max_duration_s)
        return block


def within_full_scale(samples: Samples) -> Samples:
    """Scale down what a downmix summed beyond full scale; replace what is no number."""
    np.nan_to_num(samples, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    peak = float(np.abs(samples).max(initial=0.0))
    return samples / np.float32(peak) if peak > 1 else samples
