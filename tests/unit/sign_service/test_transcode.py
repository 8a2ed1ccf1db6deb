"""Every accepted video becomes what every browser plays; everything else is refused by name."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from malmoi.contracts.sign import SignErrorCode
from sign_service.child_protocol import Made, Work
from sign_service.errors import VideoRefused
from sign_service.limits import Limits
from sign_service.transcode import transcode
from tests.fixtures.sign_videos import (
    claiming_size,
    playlist,
    sound_only,
    video,
    with_huge_pictures,
)


def made_of(source: Path, limits: Limits) -> tuple[Made, Path, Path]:
    folder = source.parent
    work = Work(
        source=source, playable=folder / "out.mp4", poster=folder / "out.jpg", limits=limits
    )
    return transcode(work), work.playable, work.poster


def refusal_of(source: Path, limits: Limits) -> SignErrorCode:
    with pytest.raises(VideoRefused) as refused:
        made_of(source, limits)
    assert refused.value.detail.endswith(".")
    return refused.value.code


def with_claim(path: Path, table: bytes, offset: int, claim: int) -> Path:
    """A video whose index says something else, so many bytes after the name of a table."""
    video(path, seconds=0.5, size=(64, 48))
    content = bytearray(path.read_bytes())
    at = content.index(table) + offset
    content[at : at + 4] = claim.to_bytes(4)
    path.write_bytes(content)
    return path


def frames_of(path: Path) -> list[av.VideoFrame]:
    with av.open(path) as container:
        return list(container.decode(video=0))


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("phone.mp4", {"sound": True}),
        ("phone.mov", {}),
        ("browser.webm", {"codec": "libvpx"}),
        ("camera.avi", {"codec": "mpeg4"}),
    ],
)
def test_what_phones_and_browsers_record_becomes_playable(
    tmp_path: Path, limits: Limits, name: str, how: dict[str, Any]
) -> None:
    made, playable, poster = made_of(video(tmp_path / name, **how), limits)

    assert (made.width, made.height) == (320, 240)
    assert made.duration_s == pytest.approx(1.0, abs=0.1)
    with av.open(playable) as container:
        [stream] = container.streams
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert len(list(container.decode(video=0))) == 15
    content = playable.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    [shown] = frames_of(poster)
    assert (poster.read_bytes()[:3], shown.width) == (b"\xff\xd8\xff", 320)


@pytest.mark.parametrize(
    ("rotation", "red_corner"), [(90, (-1, 0)), (-90, (0, -1)), (180, (-1, -1))]
)
def test_a_phone_held_otherwise_is_shown_upright(
    tmp_path: Path, limits: Limits, rotation: int, red_corner: tuple[int, int]
) -> None:
    made, playable, _ = made_of(video(tmp_path / "v.mp4", rotation=rotation), limits)

    upright = (320, 240) if rotation == 180 else (240, 320)
    assert (made.width, made.height) == upright
    pixels = frames_of(playable)[0].to_ndarray(format="rgb24")
    corners = {(y, x): pixels[y * 20 or 20, x * 20 or 20] for y in (0, -1) for x in (0, -1)}
    assert {at for at, colour in corners.items() if colour[0] > 150 > colour[1]} == {red_corner}


def test_a_large_video_is_made_smaller_and_keeps_its_shape(tmp_path: Path, limits: Limits) -> None:
    made, *_ = made_of(video(tmp_path / "v.mp4", size=(1922, 1082), seconds=0.4), limits)

    assert (made.width, made.height) == (1280, 720)


def test_many_pictures_a_second_become_fewer_in_the_same_time(
    tmp_path: Path, limits: Limits
) -> None:
    made, playable, _ = made_of(video(tmp_path / "v.mp4", fps=60), limits)

    assert made.duration_s == pytest.approx(1.0, abs=0.05)
    assert 28 <= len(frames_of(playable)) <= 31


def test_the_name_of_a_file_says_nothing(tmp_path: Path, limits: Limits) -> None:
    source = video(tmp_path / "report.txt", container="mp4")

    made, *_ = made_of(source, limits)

    assert made.width == 320


def test_a_header_that_boasts_is_not_believed(tmp_path: Path, limits: Limits) -> None:
    source = video(tmp_path / "v.mp4")
    source.write_bytes(claiming_size(source.read_bytes(), 65_535, 65_535))

    made, *_ = made_of(source, limits)

    assert made.height == 240
    assert made.width <= limits.side_px


def test_a_browsers_recording_that_was_cut_off_shows_what_is_there(
    tmp_path: Path, limits: Limits
) -> None:
    source = video(tmp_path / "v.webm", codec="libvpx", seconds=3)
    source.write_bytes(source.read_bytes()[: source.stat().st_size * 2 // 3])

    made, *_ = made_of(source, limits)

    assert 0.5 < made.duration_s < 3


def a_playlist(path: Path) -> None:
    secret = video(path.parent / "secret.ts", container="mpegts")
    path.write_bytes(playlist(secret))


def a_cut_phone_video(path: Path) -> None:
    content = video(path).read_bytes()
    path.write_bytes(content[: content.index(b"moov") - 4])


def huge_pictures(path: Path) -> None:
    content = video(path, codec="libvpx", container="webm").read_bytes()
    path.write_bytes(with_huge_pictures(content))


GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;"
)
HOSTILE: dict[SignErrorCode, list[Callable[[Path], Any]]] = {
    SignErrorCode.VIDEO_EMPTY: [Path.touch],
    SignErrorCode.VIDEO_FORMAT_REFUSED: [
        a_playlist,
        lambda path: path.write_bytes(b"ffconcat version 1.0\nfile /etc/passwd\n"),
        lambda path: video(path, tracks=9, seconds=0.2, size=(32, 32)),
        lambda path: video(path, codec="ffv1", container="matroska"),
        lambda path: path.write_bytes(GIF),
    ],
    SignErrorCode.VIDEO_UNREADABLE: [
        a_cut_phone_video,
        huge_pictures,
        lambda path: path.write_bytes(b"<!doctype html><html><body>404</body></html>"),
    ],
    SignErrorCode.NO_VIDEO_TRACK: [sound_only],
    SignErrorCode.VIDEO_TOO_LARGE: [
        lambda path: video(path, size=(4098, 2400), seconds=0.2, codec="mpeg4"),
        lambda path: video(path, fps=1000, size=(32, 32), seconds=1),
    ],
    SignErrorCode.VIDEO_TOO_LONG: [lambda path: video(path, seconds=123, fps=2, size=(32, 32))],
}


@pytest.mark.parametrize(
    ("code", "make"), [(code, make) for code, makers in HOSTILE.items() for make in makers]
)
def test_what_is_no_fit_video_is_refused_by_name(
    tmp_path: Path, limits: Limits, code: SignErrorCode, make: Callable[[Path], Any]
) -> None:
    path = tmp_path / "video.mp4"
    make(path)

    assert refusal_of(path, limits) is code


def test_a_recording_without_a_declared_length_is_measured(tmp_path: Path, limits: Limits) -> None:
    """As MediaRecorder writes it: nothing in the header says how long it goes on."""
    source = tmp_path / "v.mkv"
    video(source, seconds=4, codec="libvpx")
    content = source.read_bytes().replace(b"\x44\x89\x88", b"\xec\x81\x00", 1)
    source.write_bytes(content)
    short = limits.model_copy(update={"max_duration_s": 1.0})

    assert refusal_of(source, short) is SignErrorCode.VIDEO_TOO_LONG


def test_pictures_whose_clock_stands_still_are_shown_once(tmp_path: Path, limits: Limits) -> None:
    source = with_claim(tmp_path / "v.mp4", b"stts", 16, 0)  # how long each of them is shown

    _, playable, _ = made_of(source, limits)

    assert len(frames_of(playable)) < 3


def test_a_table_that_claims_more_entries_than_memory_holds_is_damage(
    tmp_path: Path, limits: Limits
) -> None:
    source = with_claim(tmp_path / "v.mp4", b"stts", 8, 0x10000001)  # how many entries

    assert refusal_of(source, limits) is SignErrorCode.VIDEO_UNREADABLE


def test_a_picture_that_claims_to_be_larger_than_memory_leaves_those_before_it(
    tmp_path: Path, limits: Limits
) -> None:
    source = with_claim(tmp_path / "v.mp4", b"stsz", 24, 0x32000000)  # bytes of the third picture

    _, playable, _ = made_of(source, limits)

    assert frames_of(playable)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damage_anywhere_is_refused_or_survived(
    tmp_path: Path, limits: Limits, data: st.DataObject
) -> None:
    source = tmp_path / "v.mp4"
    if not source.exists():
        video(source, seconds=0.5, size=(64, 48))
    content = bytearray(source.read_bytes())
    for _ in range(8):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(content)

    with suppress(VideoRefused):
        made_of(damaged, limits)
