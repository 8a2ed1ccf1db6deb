"""Which stretches of a recording are decoded, and where words may begin."""

import numpy as np
import pytest

from stt_worker_base.pauses import Span
from stt_worker_whisper.speech import cut, decoding_windows, missed_speech, speech_spans
from stt_worker_whisper.word_times import start_at_speech
from tests.fixtures.recordings import noise, tone

DURATION_S = 100.0


def test_short_pauses_stay_inside_a_window() -> None:
    spans = (Span(10, 12), Span(14, 15), Span(19, 20))

    assert decoding_windows(spans, DURATION_S) == (Span(9.5, 20.5),)


def test_a_long_silence_separates_windows() -> None:
    spans = (Span(10, 12), Span(40, 45))

    assert decoding_windows(spans, DURATION_S) == (Span(9.5, 12.5), Span(39.5, 45.5))


def test_a_window_stays_inside_the_recording() -> None:
    assert decoding_windows((Span(0.1, 99.9),), DURATION_S) == (Span(0, DURATION_S),)


def test_speech_without_text_is_worth_another_decoding() -> None:
    spans = (Span(1, 3), Span(4, 6), Span(7, 9))

    assert missed_speech(spans, Span(3.2, 9.5)) == Span(3.5, 9.5)


def test_a_word_or_two_without_text_are_not_decoded_again() -> None:
    assert missed_speech((Span(1, 3), Span(4, 4.6)), Span(2.8, 9)) is None


def test_a_cut_shares_the_memory_of_the_recording() -> None:
    samples = np.zeros(32_000, np.float32)

    assert np.shares_memory(cut(samples, Span(0.5, 1.5)), samples)
    assert cut(samples, Span(0.5, 1.5)).size == 16_000


@pytest.mark.parametrize(
    "samples",
    [
        np.empty(0, np.float32),
        np.zeros(800, np.float32),
        np.zeros(160_000, np.float32),
        noise(5, 0.003)[0],
        noise(5, 0.1)[0],
        tone(5, 60)[0],
        tone(5, 1000)[0],
    ],
    ids=["nothing", "50 ms", "silence", "faint noise", "loud noise", "hum", "beep"],
)
def test_nobody_speaks_in_silence_noise_and_hum(samples: np.ndarray) -> None:
    assert speech_spans(samples) == ()


SPANS = (Span(2.0, 3.0), Span(5.0, 6.0))


@pytest.mark.parametrize(
    ("start_s", "end_s", "expected"),
    [
        (0.0, 2.4, 2.0),
        (2.1, 2.4, 2.1),
        (3.2, 5.5, 5.0),
        (3.2, 3.4, 3.2),
        (6.5, 7.0, 6.5),
    ],
    ids=["led by silence", "in speech", "after a pause", "all in a pause", "after all speech"],
)
def test_a_word_begins_where_speech_begins(start_s: float, end_s: float, expected: float) -> None:
    assert start_at_speech(start_s, end_s, SPANS) == expected
