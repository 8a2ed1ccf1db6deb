"""Cutting a recording into chunks while it is decoded, one chunk after the other in memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from malmoi.media.decode import SAMPLE_RATE_HZ, Samples
from stt_worker_base.pauses import Span, best_cut, longest_pause

_SHARE_OF_THE_REST = 0.25
_SHORTEST_S = 30.0
"""A decoding window; shorter chunks would leave it empty."""

_SEARCHED = (0.1, 0.25)
"""Shares of a chunk, from its end: where a pause is looked for, and where else if there is none."""
_ENOUGH_S = 0.5
"""Between sentences people pause for longer."""

SpeechDetector = Callable[[Samples], Sequence[Span]]
"""Where somebody speaks, in time order, in seconds from the start of the samples."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of the recording."""

    start_s: float
    samples: Samples

    @property
    def audio_s(self) -> float:
        """Its length in seconds."""
        return self.samples.size / SAMPLE_RATE_HZ


def cut_at_pauses(
    blocks: Iterable[Samples],
    speech: SpeechDetector,
    *,
    longest_s: float,
    declared_s: float | None = None,
) -> Iterator[Chunk]:
    """Chunks of three quarters of `longest_s` up to it; the last one is what remains.

    Towards the end that the recording declares they are shorter, so that all workers are done at
    about the same time. Laid end to end they are the recording, sample by sample.
    """
    parts: list[Samples] = []
    size = done = 0
    for block in blocks:
        parts.append(block)
        size += block.size
        while size > (longest := _longest(longest_s, declared_s, done)):
            begun = np.concatenate(parts)
            end = _end(begun[:longest], speech)
            yield Chunk(done / SAMPLE_RATE_HZ, begun[:end])
            parts, size, done = [begun[end:].copy()], size - end, done + end
    if size:
        yield Chunk(done / SAMPLE_RATE_HZ, np.concatenate(parts))


def _end(sound: Samples, speech: SpeechDetector) -> int:
    """Where to end a chunk that could have all of `sound`."""
    near, far = (sound[-int(sound.size * share) :] for share in _SEARCHED)
    spans = speech(near)
    pause = longest_pause(near, spans)
    if pause is not None and pause.duration_s >= _ENOUGH_S:
        return sound.size - near.size + best_cut(near, spans)
    return sound.size - far.size + best_cut(far, speech(far))


def _longest(longest_s: float, declared_s: float | None, done: int) -> int:
    """Samples of the next chunk at most, after so many."""
    left_s = (declared_s or 0.0) - done / SAMPLE_RATE_HZ
    if left_s > 0:  # else nothing is declared, or less than there is
        longest_s = min(longest_s, max(left_s * _SHARE_OF_THE_REST, _SHORTEST_S))
    return int(longest_s * SAMPLE_RATE_HZ)
