"""Resampling and downmix, also of recordings that change their format half way."""

from typing import Final

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame

_GATHERED: Final = 8192
"""Samples of the source for one call of the filter, which costs as much for a few hundred. Not
seconds: a stranger's file may claim any rate."""


class Resampler:
    """Turns frames of any kind into mono float32 at one rate.

    The downmix is FFmpeg's (ITU-R BS.775: centre kept, surrounds lower, low frequency effects
    dropped), so that the dialogue of a 5.1 film stays in front.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate = sample_rate_hz
        self._source: tuple[str, str, int] | None = None
        self._resampler: av.AudioResampler | None = None
        self._gathered = av.AudioFifo()

    def feed(self, frame: AudioFrame) -> npt.NDArray[np.float32]:
        """What is ready after `frame`: many samples now and then, nothing in between."""
        source = (frame.format.name, frame.layout.name, frame.sample_rate)
        rest = self._rest() if source != self._source else []
        if self._resampler is None:
            self._source = source
            self._resampler = av.AudioResampler(format="flt", layout="mono", rate=self._rate)
        # Broken timestamps must not make the filter drop or repeat samples.
        frame.pts = None
        self._gathered.write(frame)
        while (gathered := self._gathered.read(_GATHERED)) is not None:
            rest += self._resampler.resample(gathered)
        return _joined(rest)

    def flush(self) -> npt.NDArray[np.float32]:
        """The samples that were kept back."""
        return _joined(self._rest())

    def _rest(self) -> list[AudioFrame]:
        if self._resampler is None:
            return []
        gathered = self._gathered.read(0, partial=True)
        frames = [] if gathered is None else self._resampler.resample(gathered)
        frames += self._resampler.resample(None)
        self._gathered = av.AudioFifo()
        self._resampler = self._source = None
        return frames


def _joined(frames: list[AudioFrame]) -> npt.NDArray[np.float32]:
    blocks = [_samples(frame) for frame in frames]
    return np.concatenate(blocks) if blocks else np.empty(0, np.float32)


def _samples(frame: AudioFrame) -> npt.NDArray[np.float32]:
    """Of a frame with one channel, without copying them."""
    return np.frombuffer(memoryview(frame.planes[0]), np.float32, count=frame.samples)
