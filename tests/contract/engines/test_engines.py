"""What a worker may rely on, whatever engine it was given."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.contracts.transcripts import Segment
from malmoi.media.decode import SAMPLE_RATE_HZ, Samples
from stt_worker_base.engine import Engine
from stt_worker_base.errors import AudioRejected
from tests.fixtures.spoken import spoken


@pytest.fixture(scope="module")
def clip() -> Samples:
    """Korean speech, a pause of seven seconds, the same speech again."""
    speech = spoken("ko_study")[0]
    return np.concatenate((speech, np.zeros(7 * SAMPLE_RATE_HZ, np.float32), speech))


def segments(engine: Engine, samples: Samples, **options: object) -> list[Segment]:
    recognition = engine.transcribe(samples, DecodeOptions(**options))  # type: ignore[arg-type]
    return [each for each in recognition.segments if each is not None]


def test_segments_come_in_time_order_and_lie_inside_the_recording(
    engine: Engine, clip: Samples
) -> None:
    duration_s = clip.size / SAMPLE_RATE_HZ

    found = segments(engine, clip, language="ko")

    for segment in found:
        assert 0 <= segment.start_s <= segment.end_s <= duration_s + 0.01
        assert segment.text == segment.text.strip() != ""
    for earlier, later in itertools.pairwise(found):
        assert earlier.start_s <= later.start_s


def test_words_lie_inside_the_recording_and_are_given_only_when_asked_for(
    engine: Engine, clip: Samples
) -> None:
    asked = segments(engine, clip, language="ko", word_timestamps=True)
    unasked = segments(engine, clip, language="ko", word_timestamps=False)

    assert all(segment.words == () for segment in unasked)
    for segment in asked:
        assert bool(segment.words) is engine.capabilities.word_timestamps
        for word in segment.words:
            assert 0 <= word.start_s <= word.end_s
            assert 0 <= word.probability <= 1


def test_the_language_is_the_one_asked_for(engine: Engine, clip: Samples) -> None:
    assert engine.transcribe(clip, DecodeOptions(language="ko")).language == "ko"


def test_the_language_is_detected_or_nothing_is_said_of_it(engine: Engine, clip: Samples) -> None:
    detected = engine.detect_language(clip)

    assert detected is None or detected[0] == "ko"
    assert engine.detect_language(np.zeros(3 * SAMPLE_RATE_HZ, np.float32)) is None


def test_speech_is_found_without_a_model(engine: Engine, clip: Samples) -> None:
    spans = type(engine).speech(clip)

    assert spans
    pause = clip.size / SAMPLE_RATE_HZ / 2
    assert not any(span.start_s < pause < span.end_s for span in spans)


def test_decoding_begins_when_segments_are_read(engine: Engine, clip: Samples) -> None:
    recognition = engine.transcribe(clip, DecodeOptions(language="ko"))

    assert iter(recognition.segments) is recognition.segments


def test_an_empty_recording_is_no_error(engine: Engine) -> None:
    assert all(segment.end_s == 0 for segment in segments(engine, np.empty(0, np.float32)))


def test_the_recording_is_not_changed(engine: Engine, clip: Samples) -> None:
    before = clip.copy()

    segments(engine, clip, language="ko")

    assert np.array_equal(clip, before)


def test_a_language_it_does_not_know_is_rejected_by_name(engine: Engine, clip: Samples) -> None:
    if engine.capabilities.languages is None:
        pytest.skip("this engine takes any language")

    with pytest.raises(AudioRejected, match="'tlh'") as rejected:
        engine.transcribe(clip, DecodeOptions(language="tlh"))

    assert rejected.value.code is TaskErrorCode.LANGUAGE_UNSUPPORTED


def test_a_prompt_longer_than_the_context_is_no_error(engine: Engine, clip: Samples) -> None:
    segments(engine, clip[: 5 * SAMPLE_RATE_HZ], language="ko", prompt="말모이 조선어학회 " * 200)


def test_silence_gives_no_text(engine: Engine) -> None:
    if engine.capabilities.engine == "noop":
        pytest.skip("it answers to anything")

    assert segments(engine, np.zeros(5 * SAMPLE_RATE_HZ, np.float32)) == []


def test_recordings_that_are_recognised_side_by_side_say_what_they_say_alone(
    engine: Engine, clip: Samples
) -> None:
    languages = ["ko", "en", "ko", "en", "ko"]
    alone = {language: segments(engine, clip, language=language) for language in set(languages)}

    with ThreadPoolExecutor(engine.capabilities.at_once) as threads:
        together = list(threads.map(lambda each: segments(engine, clip, language=each), languages))

    for language, found in zip(languages, together, strict=True):
        assert [each.text for each in found] == [each.text for each in alone[language]]
