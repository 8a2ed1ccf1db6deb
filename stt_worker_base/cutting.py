"""Cutting a recording into chunks while it is decoded, one chunk after the other in memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from malmoi.media.decode import SAMPLE_RATE_HZ, Samples
from stt_worker_base.pauses import Span, best_cut

_SHARE_OF_THE_REST = 0.25
_SHORTEST_S = 30.0
"""A decoding window; shorter chunks would leave it empty."""

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
    begun, done = np.empty(0, np.float32), 0
    for block in _of_seconds(blocks):
        begun = np.concatenate((begun, block))
        while begun.size > (longest := _longest(longest_s, declared_s, done)):
            search_from = longest * 3 // 4
            window = begun[search_from:longest]
            end = search_from + best_cut(window, speech(window))
            yield Chunk(done / SAMPLE_RATE_HZ, begun[:end])
            begun, done = begun[end:].copy(), done + end
    if begun.size:
        yield Chunk(done / SAMPLE_RATE_HZ, begun)


def _longest(longest_s: float, declared_s: float | None, done: int) -> int:
    """Samples of the next chunk at most, after so many."""
    left_s = (declared_s or 0.0) - done / SAMPLE_RATE_HZ
    if left_s > 0:  # else nothing is declared, or less than there is
        longest_s = min(longest_s, max(left_s * _SHARE_OF_THE_REST, _SHORTEST_S))
    return int(longest_s * SAMPLE_RATE_HZ)


def _of_seconds(blocks: Iterable[Samples], seconds: float = 5.0) -> Iterator[Samples]:
    """The same samples in fewer blocks: decoders give 20 ms at a time."""
    kept: list[Samples] = []
    size = 0
    for block in blocks:
        kept.append(block)
        size += block.size
        if size >= seconds * SAMPLE_RATE_HZ:
            yield np.concatenate(kept)
            kept, size = [], 0
    if kept:
        yield np.concatenate(kept)
