"""Long recordings with known texts, made of short ones."""

from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import numpy as np

from benchmarks.references import references
from malmoi.media.decode import SAMPLE_RATE_HZ, decode_mono_16k
from malmoi.media.flac import write_flac

_PAUSE_S = 0.6


@dataclass(frozen=True, slots=True)
class Made:
    """A recording and what is said in it."""

    path: Path
    audio_s: float
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Material:
    """Clips of one language."""

    data: Path
    language: str
    folder: Path

    def recording(self, minutes: float) -> Made:
        """At least so long; the clips come again and again, always in the same order."""
        known = [
            each
            for each in references(self.data)
            if each.text and not each.expect and each.language == self.language
        ]
        parts, texts, seconds = [], [], 0.0
        decoded: dict[Path, np.ndarray[tuple[int], np.dtype[np.float32]]] = {}
        for clip in cycle(known):
            if seconds >= minutes * 60:
                break
            if clip.path not in decoded:
                decoded[clip.path] = decode_mono_16k(clip.path, max_duration_s=900).samples
            parts += [decoded[clip.path], np.zeros(int(_PAUSE_S * SAMPLE_RATE_HZ), np.float32)]
            texts.append(clip.text)
            seconds += decoded[clip.path].size / SAMPLE_RATE_HZ + _PAUSE_S
        path = self.folder / f"{minutes:g}.flac"
        write_flac(np.concatenate(parts), path)
        return Made(path, seconds, " ".join(texts), self.language)
