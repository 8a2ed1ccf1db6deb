"""Where a long recording may be cut: in a pause, so that no word is lost or doubled at a seam."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from malmoi.media.decode import SAMPLE_RATE_HZ, Samples

_FRAME = SAMPLE_RATE_HZ // 50
"""20 ms."""
_QUIET_FRAMES = 13
"""About a quarter of a second: longer than the closure of a stop consonant."""
_SPEECH_OVER_NOISE = 4.0
"""In energy, 6 dB."""
_FAINT = 0.05
_SILENCE = 1e-7


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the recording, in seconds from its start."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    def overlap_s(self, start_s: float, end_s: float) -> float:
        """Seconds that it shares with another stretch."""
        return max(0.0, min(self.end_s, end_s) - max(self.start_s, start_s))


def loud_spans(samples: Samples) -> tuple[Span, ...]:
    """Where it is louder than its own background: what an engine without a detector goes by."""
    energy = _energy(samples)
    if not energy.size:
        return ()
    background, loudest = np.quantile(energy, (0.1, 0.95))
    # Without a pause in it there is no background to go by.
    floor = min(_SPEECH_OVER_NOISE * float(background), _FAINT * float(loudest))
    loud = energy > max(floor, _SILENCE)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], loud.astype(np.int8), [0]))))
    seconds = edges * _FRAME / SAMPLE_RATE_HZ
    return tuple(Span(float(a), float(b)) for a, b in zip(seconds[::2], seconds[1::2], strict=True))


def best_cut(samples: Samples, speech: Sequence[Span]) -> int:
    """The sample at which to cut: amid the longest pause, else where it is quietest.

    `speech` is in time order, in seconds from the start of `samples`.
    """
    pause = longest_pause(samples, speech)
    if pause is not None:
        return int((pause.start_s + pause.end_s) / 2 * SAMPLE_RATE_HZ)
    around = np.convolve(_energy(samples), np.ones(_QUIET_FRAMES), mode="valid")
    if not around.size:
        return samples.size
    return (int(np.argmin(around)) + _QUIET_FRAMES // 2) * _FRAME


def longest_pause(samples: Samples, speech: Sequence[Span]) -> Span | None:
    """The longest stretch in which nobody speaks; None when somebody always does."""
    pauses = _pauses(samples, speech)
    return max(pauses, key=lambda each: each.duration_s, default=None)


def _pauses(samples: Samples, speech: Sequence[Span]) -> list[Span]:
    edges = [0.0]
    for span in speech:
        edges += [span.start_s, span.end_s]
    edges.append(samples.size / SAMPLE_RATE_HZ)
    found = [Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return [each for each in found if each.end_s > each.start_s]


def _energy(samples: Samples) -> Samples:
    whole = samples[: samples.size // _FRAME * _FRAME].reshape(-1, _FRAME)
    energy: Samples = np.mean(np.square(whole), axis=1, dtype=np.float32)
    return energy
