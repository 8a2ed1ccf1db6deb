"""Chunks laid end to end are the recording, and their seams lie where nobody speaks."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from malmoi.media.decode import SAMPLE_RATE_HZ, Samples
from stt_worker_base.cutting import Chunk, cut_at_pauses
from stt_worker_base.pauses import Span, best_cut, loud_spans
from tests.fixtures.recordings import noise, tone
from tests.fixtures.spoken import spoken

LONGEST_S = 30.0


def chunks_of(
    sound: Samples,
    *,
    block: int = 4096,
    longest_s: float = LONGEST_S,
    declared_s: float | None = None,
) -> list[Chunk]:
    blocks = (sound[start : start + block] for start in range(0, sound.size, block))
    chunks = cut_at_pauses(blocks, loud_spans, longest_s=longest_s, declared_s=declared_s)
    return list(chunks)


def sentences(*lengths_s: float, pause_s: float = 0.5) -> Samples:
    """Tones of these lengths with pauses between them."""
    parts = [part for each in lengths_s for part in (tone(each)[0], noise(pause_s, 1e-4)[0])]
    return np.concatenate(parts)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.floats(0.5, 15), min_size=1, max_size=12),
    st.integers(min_value=160, max_value=9999),
    st.none() | st.floats(0, 200),
)
def test_no_sample_is_lost_or_doubled(
    lengths_s: list[float], block: int, declared_s: float | None
) -> None:
    sound = sentences(*lengths_s)

    chunks = chunks_of(sound, block=block, longest_s=60, declared_s=declared_s)

    assert np.array_equal(np.concatenate([each.samples for each in chunks]), sound)
    for before, after in pairwise(chunks):
        assert after.start_s == pytest.approx(before.start_s + before.audio_s)


def test_chunks_are_between_three_quarters_of_the_longest_and_the_longest() -> None:
    *full, last = chunks_of(sentences(*([4.0] * 30)))

    assert len(full) >= 4
    assert all(LONGEST_S * 3 / 4 <= each.audio_s <= LONGEST_S for each in full)
    assert 0 < last.audio_s <= LONGEST_S


def test_chunks_are_shorter_towards_the_end_but_never_shorter_than_a_window_needs() -> None:
    sound = sentences(*([4.0] * 80))  # six minutes

    *lengths_s, last_s = [
        each.audio_s for each in chunks_of(sound, longest_s=60, declared_s=sound.size / 16000)
    ]

    assert lengths_s[0] > 45
    assert all(after < before + 10 for before, after in pairwise(lengths_s))
    assert all(22.5 <= each <= 30 for each in lengths_s[-3:])
    assert last_s <= 30


def test_a_recording_longer_than_it_declares_is_cut_to_the_end_as_usual() -> None:
    sound = sentences(*([4.0] * 60))

    chunks = chunks_of(sound, longest_s=60, declared_s=20)

    assert all(each.audio_s >= 45 for each in chunks[1:-1])


def test_a_seam_lies_in_a_pause() -> None:
    for before, after in pairwise(chunks_of(sentences(*([4.0] * 30)))):
        seam = np.concatenate((before.samples[-800:], after.samples[:800]))
        assert float(np.abs(seam).max()) < 0.01


def test_a_short_recording_is_one_chunk() -> None:
    assert [each.audio_s for each in chunks_of(tone(5)[0])] == [5.0]


def test_the_longest_pause_is_preferred() -> None:
    samples = np.zeros(10 * SAMPLE_RATE_HZ, np.float32)
    speech = (Span(0.0, 2.0), Span(2.3, 5.0), Span(6.0, 10.0))

    assert best_cut(samples, speech) == 5.5 * SAMPLE_RATE_HZ


def test_who_never_pauses_is_cut_where_it_is_quietest() -> None:
    sound = tone(10)[0]
    quiet = slice(7 * SAMPLE_RATE_HZ, int(7.3 * SAMPLE_RATE_HZ))
    sound[quiet] *= 0.05

    cut = best_cut(sound, (Span(0.0, 10.0),))

    assert quiet.start <= cut <= quiet.stop


def test_silence_is_cut_too() -> None:
    chunks = chunks_of(np.zeros(100 * SAMPLE_RATE_HZ, np.float32))

    assert sum(each.audio_s for each in chunks) == 100


def test_loudness_tells_speech_from_its_background() -> None:
    sound = np.concatenate((noise(2, 0.002)[0], spoken("ko_lunch")[0], noise(2, 0.002)[0]))

    spans = loud_spans(sound)

    assert 1.8 <= spans[0].start_s <= 3.0
    assert spans[-1].end_s <= sound.size / SAMPLE_RATE_HZ - 1.8
