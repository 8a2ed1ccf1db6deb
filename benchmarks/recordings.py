"""Recordings of a quarter of a second, no two alike, whose text is known beforehand."""

import hashlib
import io
import wave
from typing import Final

import numpy as np
import numpy.typing as npt

from malmoi.media.decode import SAMPLE_RATE_HZ

_SAMPLES: Final = SAMPLE_RATE_HZ // 4


def recording(number: int) -> bytes:
    """Noise, as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE_HZ)
        out.writeframes(_noise(number).tobytes())
    return file.getvalue()


def text_of(number: int) -> str:
    """What the no-op engine hears in it: the checksum of its samples."""
    samples = _noise(number).astype(np.float32) / 32768
    return f"noop {hashlib.sha256(samples.tobytes()).hexdigest()[:8]}"


def _noise(number: int) -> npt.NDArray[np.int16]:
    return np.random.default_rng(number).integers(-8000, 8000, _SAMPLES, dtype=np.int16)
