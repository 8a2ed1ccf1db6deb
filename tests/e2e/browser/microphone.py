"""A spoken clip as Chromium's fake microphone plays it."""

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from malmoi.media.decode import decode_mono_16k
from tests.e2e.conftest import SPEECH

RATE_HZ = 16_000
BREATH_S = 1.0
"""Silence before the clip, for it begins when the microphone is opened, before the turn is had."""
PAUSE_S = 60.0
"""Silence after it, for Chromium plays the file in a loop: nobody holds a turn for so long."""


def microphone(clip: str, folder: Path) -> Path:
    """Write the clip as the WAV file of a microphone, followed by silence; returns its path."""
    return written(folder / f"{clip}.wav", silence(BREATH_S), sound_of(clip), silence(PAUSE_S))


def lecture(clip: str, minutes: int, folder: Path) -> Path:
    """Write a recording that takes a while to be understood: the clip again and again."""
    sound = sound_of(clip)
    times = minutes * 60 * RATE_HZ // len(sound)
    return written(folder / f"{clip}-{minutes}-min.wav", *[sound] * times)


def written(path: Path, *sounds: npt.NDArray[np.float32]) -> Path:
    spoken = np.concatenate(sounds)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE_HZ, len(spoken), "NONE", ""))
        file.writeframes((spoken * 32_767).astype("<i2").tobytes())
    return path


def time_to_say_s(clip: str) -> float:
    """How long the turn has to be held for all of the clip."""
    return BREATH_S + len(sound_of(clip)) / RATE_HZ


def sound_of(clip: str) -> npt.NDArray[np.float32]:
    return decode_mono_16k(SPEECH / f"{clip}.flac", max_duration_s=60).samples


def silence(seconds: float) -> npt.NDArray[np.float32]:
    return np.zeros(int(seconds * RATE_HZ), dtype=np.float32)
