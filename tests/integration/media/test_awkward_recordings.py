"""What users send, through the inference process and the real model, to its text."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.transcripts import Transcript
from malmoi.media.decode import SAMPLE_RATE_HZ
from stt_worker_base.child import InferenceChild
from stt_worker_base.outcome import Transcribed
from stt_worker_base.settings import WorkerSettings
from tests.fixtures.recordings import Sound, Track, live_webm, noise, tone, write
from tests.fixtures.spoken import likeness, spoken, words_of

pytestmark = pytest.mark.model

WHISPER = "stt_worker_whisper.faster_whisper_engine:FasterWhisperEngine"


@pytest.fixture(scope="module")
async def child() -> AsyncIterator[InferenceChild]:
    child = InferenceChild(WHISPER, WorkerSettings(engine=WHISPER))
    await child.start()
    yield child
    await child.stop()


async def heard(child: InferenceChild, path: Path, language: str | None = "ko") -> Transcript:
    outcome = await child.transcribe(path, DecodeOptions(language=language), max_audio_s=900)
    assert isinstance(outcome, Transcribed), outcome
    return outcome.transcript


def silence(seconds: float) -> Sound:
    return np.zeros((1, int(seconds * SAMPLE_RATE_HZ)), np.float32)


@pytest.mark.parametrize("name", ["ko_study", "ko_commute", "ko_lunch", "ko_long"])
async def test_korean_is_understood(child: InferenceChild, tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "clip.flac", Track(spoken(name), "flac"))

    assert likeness((await heard(child, path)).text, words_of(name)) > 0.9


@pytest.mark.parametrize(("name", "language"), [("en_train", "en"), ("ja", "ja"), ("zh", "zh")])
async def test_the_language_is_detected(
    child: InferenceChild, tmp_path: Path, name: str, language: str
) -> None:
    path = write(tmp_path / "clip.flac", Track(spoken(name), "flac"))

    transcript = await heard(child, path, language=None)

    assert transcript.language == language
    assert transcript.language_probability is not None
    assert likeness(transcript.text, words_of(name)) > 0.9


async def test_a_browser_recording_is_understood(child: InferenceChild, tmp_path: Path) -> None:
    path = tmp_path / "blob"
    path.write_bytes(live_webm(spoken("ko_study")))

    assert likeness((await heard(child, path)).text, words_of("ko_study")) > 0.9


@pytest.mark.parametrize(
    ("name", "codec"), [("call.wav", "pcm_alaw"), ("memo.amr", "libopencore_amrnb")]
)
async def test_telephone_speech_is_understood(
    child: InferenceChild, tmp_path: Path, name: str, codec: str
) -> None:
    path = write(tmp_path / name, Track(spoken("ko_study"), codec, 8_000))

    assert likeness((await heard(child, path)).text, words_of("ko_study")) > 0.8


@pytest.mark.parametrize("gain", [0.008, 20.0], ids=["very quiet", "clipped"])
async def test_a_bad_level_is_understood(
    child: InferenceChild, tmp_path: Path, gain: float
) -> None:
    sound = np.clip(spoken("ko_study") * gain, -1, 1)
    path = write(tmp_path / "clip.flac", Track(sound, "flac"))

    assert likeness((await heard(child, path)).text, words_of("ko_study")) > 0.8


async def test_speech_after_a_long_silence_has_its_own_times(
    child: InferenceChild, tmp_path: Path
) -> None:
    sound = np.concatenate((silence(60), spoken("ko_study")), axis=1)
    path = write(tmp_path / "clip.flac", Track(sound, "flac"))

    transcript = await heard(child, path)

    assert likeness(transcript.text, words_of("ko_study")) > 0.9
    assert transcript.segments[0].start_s > 60
    assert transcript.segments[0].words[0].start_s == pytest.approx(60.3, abs=0.3)


async def test_a_change_of_language_half_way_loses_nothing(
    child: InferenceChild, tmp_path: Path
) -> None:
    sound = np.concatenate((spoken("ko_study"), silence(1), spoken("en_train")), axis=1)
    path = write(tmp_path / "clip.flac", Track(sound, "flac"))

    transcript = await heard(child, path)

    assert likeness(transcript.text, words_of("ko_study") + words_of("en_train")) > 0.85


@pytest.mark.parametrize("language", ["ko", "en", None])
@pytest.mark.parametrize(
    "sound",
    [
        silence(20),
        silence(0.05),
        noise(10, 0.001),
        noise(10, 0.05),
        np.cumsum(noise(10, 0.01), axis=1) * 0.05,
        tone(10, 50) + noise(10, 0.002),
        np.tile(np.concatenate((tone(0.3, 523), tone(0.3, 659), tone(0.3, 784)), axis=1), 10),
        np.tile(np.concatenate((noise(0.02, 0.5), silence(0.48)), axis=1), 20),
    ],
    ids=["silence", "50 ms", "faint noise", "noise", "rumble", "hum", "a melody", "clicks"],
)
async def test_where_nobody_speaks_there_is_no_text(
    child: InferenceChild, tmp_path: Path, sound: Sound, language: str | None
) -> None:
    path = write(tmp_path / "clip.flac", Track(sound.astype(np.float32), "flac"))

    transcript = await heard(child, path, language)

    assert (transcript.text, transcript.segments) == ("", ())


async def test_the_options_of_one_recording_do_not_reach_the_next(
    child: InferenceChild, tmp_path: Path
) -> None:
    korean = write(tmp_path / "ko.flac", Track(spoken("ko_study"), "flac"))
    english = write(tmp_path / "en.flac", Track(spoken("en_train"), "flac"))

    first = await heard(child, korean)
    await heard(child, english, "en")

    assert await heard(child, korean) == first
