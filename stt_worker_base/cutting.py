"""Cutting a recording into chunks while it is decoded; at most one chunk is in memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from malmoi.media.decode import SAMPLE_RATE_HZ, Samples
from stt_worker_base.pauses import Span, best_cut

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
    blocks: Iterable[Samples], speech: SpeechDetector, *, longest_s: float
) -> Iterator[Chunk]:
    """Chunks of two thirds of `longest_s` up to it; the last one is what remains.

    Laid end to end they are the recording, sample by sample.
    """
    longest = int(longest_s * SAMPLE_RATE_HZ)
    begun, done = np.empty(0, np.float32), 0
    for block in _of_seconds(blocks):
        begun = np.concatenate((begun, block))
        while begun.size > longest:
            search_from = longest * 2 // 3
            window = begun[search_from:longest]
            end = search_from + best_cut(window, speech(window))
            yield Chunk(done / SAMPLE_RATE_HZ, begun[:end])
            begun, done = begun[end:].copy(), done + end
    if begun.size:
        yield Chunk(done / SAMPLE_RATE_HZ, begun)


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
