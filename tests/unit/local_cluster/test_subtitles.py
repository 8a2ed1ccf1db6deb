"""SubRip and WebVTT."""

from local_cluster.cli.transcribe import rendered
from malmoi.contracts.subtitles import Segment

SEGMENTS = [
    Segment(start=0.0, end=1.5, text=" 안녕하세요. "),
    Segment(start=3661.0005, end=3662.9996, text="one -->\ntwo"),
]
ANSWER = {"text": "안녕하세요. one two", "segments": SEGMENTS}


def test_srt_numbers_its_cues_and_writes_a_comma() -> None:
    assert rendered(ANSWER, "srt") == (
        "1\n00:00:00,000 --> 00:00:01,500\n안녕하세요.\n\n"
        "2\n01:01:01,000 --> 01:01:03,000\none →\ntwo\n"
    )


def test_vtt_begins_with_its_name_and_writes_a_point() -> None:
    assert rendered(ANSWER, "vtt") == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n안녕하세요.\n"
        "\n01:01:01.000 --> 01:01:03.000\none →\ntwo\n"
    )


def test_nothing_said_is_a_file_without_cues() -> None:
    assert rendered({"text": "", "segments": []}, "vtt") == "WEBVTT\n"
    assert rendered({"text": "", "segments": []}, "srt") == ""


def test_json_keeps_korean_readable() -> None:
    assert '"text": "안녕하세요. one two"' in rendered(ANSWER, "json")
