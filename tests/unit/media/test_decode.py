"""Whatever container a recording comes in, the samples are those that were recorded."""

from pathlib import Path

import numpy as np
import pytest

from malmoi.media.decode import SAMPLE_RATE_HZ, DecodedAudio, Samples, decode_mono_16k
from malmoi.media.errors import AudioTooLong
from malmoi.media.probe import probe
from tests.fixtures.recordings import (
    Track,
    id3_tag,
    live_webm,
    tone,
    wav,
    write,
)

CONTAINERS = [
    ("clip.webm", "libopus", 48_000),
    ("clip.ogg", "libopus", 48_000),
    ("clip.mkv", "libopus", 48_000),
    ("clip.flac", "flac", 44_100),
    ("clip.m4a", "aac", 44_100),
    ("clip.mp4", "aac", 48_000),
    ("clip.mov", "alac", 48_000),
    ("clip.aac", "aac", 22_050),
    ("clip.mp3", "libmp3lame", 24_000),
    ("clip.wav", "pcm_alaw", 8_000),
    ("clip.wav", "pcm_s24le", 44_100),
    ("clip.wav", "pcm_u8", 8_000),
    ("clip.amr", "libopencore_amrnb", 8_000),
]


def decode(path: Path, *, max_duration_s: float = 60) -> DecodedAudio:
    return decode_mono_16k(path, max_duration_s=max_duration_s)


def loudest_hz(samples: Samples) -> float:
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.argmax(spectrum)) * SAMPLE_RATE_HZ / samples.size


@pytest.mark.parametrize(("name", "codec", "rate_hz"), CONTAINERS)
def test_every_common_container_gives_the_recorded_tone(
    tmp_path: Path, name: str, codec: str, rate_hz: int
) -> None:
    path = write(tmp_path / name, Track(tone(2), codec, rate_hz))

    audio = decode(path)

    assert audio.duration_s == pytest.approx(2, abs=0.15)
    assert loudest_hz(audio.samples) == pytest.approx(440, abs=2)
    assert audio.samples.dtype == np.float32
    assert audio.damaged_packets == 0


def test_the_pauses_of_a_phone_recording_are_decoded_as_comfort_noise(tmp_path: Path) -> None:
    sound = np.concatenate((tone(1), tone(2) * 0, tone(1)), axis=1)
    track = Track(sound, "libopencore_amrnb", 8_000, options={"dtx": "1"})

    audio = decode(write(tmp_path / "memo.amr", track))

    assert audio.damaged_packets == 0
    assert audio.duration_s == pytest.approx(4, abs=0.1)


def test_a_wrong_suffix_does_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.m4a", Track(tone(1), "aac", 44_100))

    assert decode(path.rename(tmp_path / "clip.mp3")).duration_s == pytest.approx(1, abs=0.1)


def test_a_browser_recording_without_a_duration_is_decoded_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "clip.webm"
    path.write_bytes(live_webm(tone(2)))

    assert probe(path).declared_duration_s is None
    assert decode(path).duration_s == pytest.approx(2, abs=0.1)


def test_a_streamed_wav_with_an_unknown_size_is_decoded_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(wav(tone(1), declared_bytes=0xFFFFFFFF))

    assert decode(path).duration_s == pytest.approx(1)


def test_a_header_that_claims_hours_costs_nothing_and_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(wav(tone(0.1), declared_bytes=2 * 1024**3))

    assert decode(path).duration_s == pytest.approx(0.1)


def test_a_large_tag_before_the_first_frame_is_skipped(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp3", Track(tone(1), "libmp3lame", 24_000))
    path.write_bytes(id3_tag(300_000) + path.read_bytes())

    assert decode(path).duration_s == pytest.approx(1, abs=0.1)


def test_a_korean_title_in_a_legacy_encoding_is_no_obstacle(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp3", Track(tone(1), "libmp3lame", 24_000))
    path.write_bytes(id3_tag(100, "회의 녹음".encode("cp949")) + path.read_bytes())

    assert decode(path).duration_s == pytest.approx(1, abs=0.1)


def test_of_two_tracks_the_default_one_is_heard(tmp_path: Path) -> None:
    first = Track(tone(1, 300), "aac", is_default=False)
    second = Track(tone(1, 700), "aac", is_default=True)
    path = write(tmp_path / "clip.mkv", first, second)

    assert loudest_hz(decode(path).samples) == pytest.approx(700, abs=3)


def test_the_dialogue_of_a_5_1_film_is_kept_and_its_rumble_is_not(tmp_path: Path) -> None:
    film = np.zeros((6, SAMPLE_RATE_HZ), np.float32)
    centre, low_frequency = 2, 3
    film[centre], film[low_frequency] = tone(1, 500)[0], tone(1, 60)[0]
    path = write(tmp_path / "film.flac", Track(film, "flac", layout="5.1"))

    samples = decode(path).samples

    assert loudest_hz(samples) == pytest.approx(500, abs=3)
    assert np.abs(samples).max() == pytest.approx(0.5, abs=0.05)
    assert np.abs(np.fft.rfft(samples))[60] < 1


def test_six_loud_channels_do_not_exceed_full_scale(tmp_path: Path) -> None:
    path = write(tmp_path / "film.flac", Track(tone(1, channels=6) * 2, "flac", layout="5.1"))

    assert np.abs(decode(path).samples).max() <= 1


def test_a_format_that_changes_half_way_is_followed(tmp_path: Path) -> None:
    mono = write(tmp_path / "a.aac", Track(tone(1), "aac", 44_100))
    stereo = write(tmp_path / "b.aac", Track(tone(1, channels=2), "aac", 22_050, "stereo"))
    path = tmp_path / "both.aac"
    path.write_bytes(mono.read_bytes() + stereo.read_bytes())

    samples = decode(path).samples

    assert samples.size / SAMPLE_RATE_HZ == pytest.approx(2, abs=0.2)
    assert loudest_hz(samples[-8_000:]) == pytest.approx(440, abs=3)


def test_samples_that_are_no_numbers_become_silence(tmp_path: Path) -> None:
    sound = tone(1)
    sound[0, 100:200] = np.nan
    sound[0, 300] = np.inf
    path = tmp_path / "clip.wav"
    path.write_bytes(wav(sound))

    samples = decode(path).samples

    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1


def test_a_declared_duration_over_the_limit_is_refused_before_decoding(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.flac", Track(tone(5), "flac"))
    # Nothing after the header can be decoded: only the declaration can cause this refusal.
    path.write_bytes(path.read_bytes()[:8_300])

    with pytest.raises(AudioTooLong, match="longer than 2 seconds"):
        decode(path, max_duration_s=2)


def test_an_undeclared_duration_over_the_limit_is_refused_while_decoding(tmp_path: Path) -> None:
    path = tmp_path / "clip.webm"
    path.write_bytes(live_webm(tone(5)))

    with pytest.raises(AudioTooLong, match="Cut it into shorter parts"):
        decode(path, max_duration_s=2)


def test_a_recording_of_exactly_the_limit_passes_despite_its_padding(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp3", Track(tone(2), "libmp3lame", 24_000))

    assert decode(path, max_duration_s=2).duration_s == pytest.approx(2, abs=0.15)


def test_a_duration_that_ffmpeg_only_guesses_counts_for_nothing(tmp_path: Path) -> None:
    """FFmpeg divides an MP3's size by its first bit rate: a long tag looks like an hour."""
    path = write(tmp_path / "clip.mp3", Track(tone(1), "libmp3lame", 24_000))

    assert probe(path).declared_duration_s is None


def test_a_probe_tells_container_codec_and_duration(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.m4a", Track(tone(2, channels=2), "aac", 44_100, "stereo"))

    info = probe(path)

    assert (info.codec, info.sample_rate_hz, info.channels) == ("aac", 44_100, 2)
    assert "m4a" in info.container
    assert info.declared_duration_s == pytest.approx(2, abs=0.1)
