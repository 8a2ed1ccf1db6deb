"""Subtitle cues: what fits, what is readable, and nothing lost."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from malmoi.contracts.cues import cues
from malmoi.contracts.transcripts import Segment, Word

LETTERS = st.text("abcdefghij가나다라마", min_size=1, max_size=12)


def spoken(text: str, *, a_word_s: float = 0.4, start_s: float = 0.0) -> Segment:
    """A segment whose words follow each other without a pause."""
    words = tuple(
        Word(
            text=each,
            start_s=start_s + number * a_word_s,
            end_s=start_s + (number + 1) * a_word_s,
            probability=1.0,
        )
        for number, each in enumerate(text.split())
    )
    return Segment(text=text, start_s=start_s, end_s=words[-1].end_s, words=words)


def texts(segment: Segment, language: str) -> list[str]:
    return [each["text"] for each in cues([segment], language)]


def test_a_short_sentence_is_one_line() -> None:
    [cue] = cues([spoken("안녕하세요 반갑습니다.")], "ko")
    assert cue["text"] == "안녕하세요 반갑습니다."
    assert cue["start"] == 0


def test_a_long_one_takes_two_lines_of_about_the_same_length() -> None:
    said = "Thank you for calling, please leave your name and number"
    assert texts(spoken(said), "en") == [
        "Thank you for calling, please\nleave your name and number"
    ]


def test_a_sentence_begins_a_cue() -> None:
    assert texts(spoken("It is late. Let us go."), "en") == ["It is late.", "Let us go."]
    assert texts(spoken("늦었어요. 갑시다."), "ko") == ["늦었어요.", "갑시다."]


def test_an_abbreviation_ends_no_sentence() -> None:
    assert texts(spoken("I met Dr. Kim and J. Lee."), "en") == ["I met Dr. Kim and J. Lee."]


def test_a_silence_parts_two_cues() -> None:
    said = spoken("one two three four")
    late = said.words[2:]
    moved = tuple(
        each.model_copy(update={"start_s": each.start_s + 3, "end_s": each.end_s + 3})
        for each in late
    )
    segment = said.model_copy(update={"words": (*said.words[:2], *moved)})
    assert texts(segment, "en") == ["one two", "three four"]


def test_a_short_cue_stays_until_it_can_be_read() -> None:
    [cue] = cues([spoken("정말 그렇게 생각하세요?", a_word_s=0.1)], "ko")
    assert cue["end"] == pytest.approx(13 / 12)


def test_but_not_into_the_next_one() -> None:
    first, second = cues([spoken("그래요? 네.", a_word_s=0.2)], "ko")
    assert first["end"] == pytest.approx(0.2 - 1 / 12)
    assert second["start"] == pytest.approx(0.2)


def test_without_words_the_time_is_shared_out_by_characters() -> None:
    segment = Segment(text="가" * 10 + ". " + "나" * 10 + ".", start_s=10, end_s=20)
    first, second = cues([segment], "ko")
    assert second["start"] == pytest.approx(10 + 10 * 12 / 23)
    assert second["end"] == pytest.approx(20)
    assert first["end"] < second["start"]


def test_japanese_is_cut_between_characters_and_keeps_its_latin_words() -> None:
    segment = Segment(text="今日はとても良い天気ですね、GPT の話をしましょう", start_s=0, end_s=5)
    for text in texts(segment, "ja"):
        assert all(len(line) <= 13 for line in text.split("\n"))
    assert "".join(texts(segment, "ja")).replace("\n", "").replace(" ", "") == segment.text.replace(
        " ", ""
    )


def test_words_that_are_not_in_the_text_do_not_cut_it() -> None:
    said = spoken("one two three")
    changed = said.model_copy(update={"text": "eins zwei drei"})
    assert texts(changed, "en") == ["eins zwei drei"]


@given(
    st.lists(st.lists(LETTERS, min_size=1, max_size=30), min_size=1, max_size=6),
    st.sampled_from(["ko", "en", "ja", None]),
    st.floats(0.05, 2.0),
)
def test_nothing_is_lost_doubled_out_of_order_or_too_long_for_the_screen(
    talk: list[list[str]], language: str | None, a_word_s: float
) -> None:
    segments, start_s = [], 0.0
    for words in talk:
        segments.append(spoken(" ".join(words), a_word_s=a_word_s, start_s=start_s))
        start_s = segments[-1].end_s
    found = list(cues(segments, language))

    assert "".join("".join(each["text"].split()) for each in found) == "".join(
        word for words in talk for word in words
    )
    longest = {"ko": 16, "ja": 13}.get(language or "", 42)
    for each in found:
        lines = each["text"].split("\n")
        assert len(lines) <= 2
        assert all(len(line) <= longest for line in lines)
        assert 0 <= each["end"] - each["start"] <= 7.001
    for one, following in pairwise(found):
        assert one["end"] <= following["start"]
