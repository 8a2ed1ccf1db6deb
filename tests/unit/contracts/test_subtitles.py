"""SubRip, WebVTT and the table, as players and spreadsheets read them."""

from malmoi.contracts.subtitles import Segment, srt, tsv, vtt

SEGMENTS = [
    Segment(start=0.0, end=1.5, text=" 안녕하세요. "),
    Segment(start=3661.0005, end=3662.9996, text="one -->\n\ntwo"),
]


def test_srt_numbers_its_cues_and_writes_a_comma() -> None:
    assert "".join(srt(SEGMENTS)) == (
        "1\n00:00:00,000 --> 00:00:01,500\n안녕하세요.\n\n"
        "2\n01:01:01,000 --> 01:01:03,000\none →\ntwo\n"
    )


def test_vtt_begins_with_its_name_and_writes_a_point() -> None:
    assert "".join(vtt(SEGMENTS)) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n안녕하세요.\n"
        "\n01:01:01.000 --> 01:01:03.000\none →\ntwo\n"
    )


def test_a_table_has_one_line_for_each_segment_and_milliseconds() -> None:
    assert list(tsv(SEGMENTS)) == [
        "start\tend\ttext\n",
        "0\t1500\t안녕하세요.\n",
        "3661000\t3663000\tone --> two\n",
    ]


def test_nothing_said_is_a_file_without_cues() -> None:
    assert [list(form([])) for form in (srt, vtt, tsv)] == [
        [],
        ["WEBVTT\n"],
        ["start\tend\ttext\n"],
    ]
