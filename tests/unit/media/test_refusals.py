"""What is no recording is refused by name; what is damaged gives what is left of it."""

from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.media.container import open_recording
from malmoi.media.decode import SAMPLE_RATE_HZ, decode_mono_16k
from malmoi.media.errors import (
    AudioEmpty,
    AudioUnreadable,
    FormatRefused,
    MediaError,
    NoAudioTrack,
)
from tests.fixtures.recordings import Track, silent_video, tone, wav, write

ALL_ERRORS = [
    (AudioEmpty, TaskErrorCode.AUDIO_EMPTY),
    (AudioUnreadable, TaskErrorCode.AUDIO_UNREADABLE),
    (NoAudioTrack, TaskErrorCode.NO_AUDIO_TRACK),
]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return write(tmp_path / "secret.wav", Track(tone(1), "pcm_s16le"))


@pytest.mark.parametrize(("error", "code"), ALL_ERRORS)
def test_every_refusal_has_a_code_and_says_what_to_do(
    error: type[AudioEmpty], code: TaskErrorCode
) -> None:
    assert error.code is code
    assert any(verb in str(error()) for verb in ("Send", "Record", "Export"))


def test_an_empty_file_is_named_so(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    path.touch()

    with pytest.raises(AudioEmpty):
        decode_mono_16k(path, max_duration_s=60)


def test_a_header_without_samples_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(wav(tone(0)))

    with pytest.raises(AudioEmpty):
        decode_mono_16k(path, max_duration_s=60)


@pytest.mark.parametrize(
    "content",
    [b"RIFF\x24\x00\x00\x00WAVEfmt", b"<!doctype html><html><body>404</body></html>", b"version 1"],
    ids=["half a header", "a web page", "a text"],
)
def test_what_is_no_recording_is_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip.mp3"
    path.write_bytes(content)

    with pytest.raises(AudioUnreadable):
        decode_mono_16k(path, max_duration_s=60)


def test_a_phone_recording_cut_before_its_index_is_unreadable(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.m4a", Track(tone(3), "aac"))
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"moov") - 4])

    with pytest.raises(AudioUnreadable, match="cut off"):
        decode_mono_16k(path, max_duration_s=60)


def test_a_video_without_sound_has_no_audio_track(tmp_path: Path) -> None:
    with pytest.raises(NoAudioTrack):
        decode_mono_16k(silent_video(tmp_path / "sign.mp4"), max_duration_s=60)


@pytest.mark.parametrize("suffix", [".m3u8", ".mp4", ".wav"])
@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{target}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {target}\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=audio 5004 RTP/AVP 0\n",
        "<?xml version='1.0'?>\n<MPD><Period><BaseURL>{target}</BaseURL></Period></MPD>",
        "\ufeff#EXTM3U\n{target}\n",
    ],
    ids=["hls", "concat", "sdp", "dash", "hls with a byte order mark"],
)
def test_a_playlist_is_refused_whatever_it_is_called(
    tmp_path: Path, recording: Path, playlist: str, suffix: str
) -> None:
    path = tmp_path / f"clip{suffix}"
    path.write_text(playlist.format(target=recording))

    with pytest.raises(FormatRefused, match="playlist"):
        decode_mono_16k(path, max_duration_s=60)


def test_a_playlist_behind_a_comment_reaches_no_file_either(
    tmp_path: Path, recording: Path
) -> None:
    """The whitelist of demuxers, not the look at the first bytes, is what protects."""
    path = tmp_path / "clip.txt"
    path.write_text(f"# a comment\nffconcat version 1.0\nfile {recording}\n")

    with pytest.raises(MediaError):
        decode_mono_16k(path, max_duration_s=60)


def test_ffmpeg_is_given_no_protocol_to_open_anything_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A demuxer that opens other files gets nowhere even if it slipped into the whitelist."""
    target = write(tmp_path / "secret.ts", Track(tone(1), "aac"), container="mpegts")
    path = tmp_path / "clip.m3u8"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n")
    monkeypatch.setattr("malmoi.media.container._DEMUXERS", "hls,mpegts")
    monkeypatch.setattr("malmoi.media.container._PLAYLISTS", (b"nothing",))

    with pytest.raises(MediaError):
        decode_mono_16k(path, max_duration_s=60)
    with path.open("rb") as file, av.open(file) as unguarded:
        assert next(unguarded.demux()).size > 0, "without the guard the attack works"


def test_a_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    with av.open(path, "w", format="image2") as output:
        stream = output.add_stream("png", width=8, height=8, pix_fmt="rgb24")
        output.mux(stream.encode(av.VideoFrame(8, 8, "rgb24")))
        output.mux(stream.encode(None))

    with pytest.raises(FormatRefused):
        decode_mono_16k(path, max_duration_s=60)


def test_sound_in_a_coding_off_the_list_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mkv", Track(tone(1), "wavpack", 48_000))

    with pytest.raises(FormatRefused, match="coding"), open_recording(path):
        pass


def test_a_recording_cut_in_the_middle_gives_its_first_part(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp3", Track(tone(4), "libmp3lame", 24_000))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])

    assert decode_mono_16k(path, max_duration_s=60).duration_s == pytest.approx(2, abs=0.2)


def test_damage_in_the_middle_is_counted_and_later_sound_keeps_its_time(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.m4a", Track(tone(4.6), "aac", 44_100))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 600] = b"\xff" * 600
    path.write_bytes(content)

    audio = decode_mono_16k(path, max_duration_s=60)

    assert audio.damaged_packets > 0
    assert audio.duration_s == pytest.approx(4.6, abs=0.1)
    silent = np.flatnonzero(np.abs(audio.samples[1000:-1000]) < 1e-4)
    longest = max(np.split(silent, np.flatnonzero(np.diff(silent) > 1) + 1), key=len)
    assert (1000 + longest[0]) / SAMPLE_RATE_HZ == pytest.approx(2.4, abs=0.1)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(min_size=1, max_size=3000))
def test_no_bytes_raise_anything_but_a_verdict(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "clip"
    path.write_bytes(content)

    with suppress(MediaError):
        decode_mono_16k(path, max_duration_s=60)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_damage_to_a_recording_raises_anything_but_a_verdict(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    suffix, codec = data.draw(
        st.sampled_from([("m4a", "aac"), ("webm", "libopus"), ("flac", "flac")])
    )
    path = write(folder / f"clip.{suffix}", Track(tone(0.3), codec, 48_000))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)

    with suppress(MediaError):
        decode_mono_16k(path, max_duration_s=60)
