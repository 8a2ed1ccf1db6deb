"""What a recording says about itself; a claim, not a measurement."""

from dataclasses import dataclass
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from malmoi.media.container import open_recording

_GUESSED = frozenset({"aac", "ac3", "amr", "mp3", "mpegts"})
"""Containers without a duration field: FFmpeg divides the size by the first frames' bit rate."""


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """The track that would be decoded."""

    container: str
    codec: str
    sample_rate_hz: int
    channels: int
    declared_duration_s: float | None
    """None where the container does not say (MediaRecorder) or FFmpeg would only guess (MP3)."""


def probe(path: Path) -> AudioInfo:
    """Describe `path` without decoding it.

    Raises:
        MediaError: as `decode_mono_16k`.

    """
    with open_recording(path) as (container, track):
        return describe(container, track)


def describe(container: InputContainer, track: AudioStream) -> AudioInfo:
    """As `probe`, of a recording that is already open."""
    codec = track.codec_context
    return AudioInfo(
        container=container.format.name,
        codec=codec.name,
        sample_rate_hz=codec.sample_rate,
        channels=codec.channels,
        declared_duration_s=_declared_duration_s(container),
    )


def _declared_duration_s(container: InputContainer) -> float | None:
    if container.duration is None or container.format.name in _GUESSED:
        return None
    return container.duration / av.time_base
