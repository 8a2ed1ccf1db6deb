"""Pieces of a text that come in any order are told in their own, and nothing twice."""

import itertools

import pytest

from api_gateway.live.deltas import Pieces

PIECES = ("one", " two ", "three")


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_whatever_the_order_of_coming_the_order_of_telling_is_the_same(
    order: tuple[int, ...],
) -> None:
    pieces = Pieces()
    told = "".join(pieces.add(index, PIECES[index], language="en") for index in order)
    assert told == pieces.told == "one two three"
    assert pieces.rest_of("one two three four") == " four"


def test_a_piece_that_comes_twice_is_told_once() -> None:
    pieces = Pieces()
    assert [pieces.add(0, "one", language="en") for _ in range(2)] == ["one", ""]


def test_silent_pieces_leave_no_spaces() -> None:
    pieces = Pieces()
    for index, text in enumerate(("", "one", "", "two", "")):
        pieces.add(index, text, language=None)
    assert pieces.told == "one two"


def test_words_that_are_written_together_stay_so() -> None:
    pieces = Pieces()
    told = [pieces.add(index, text, language="ja") for index, text in enumerate(("今日は", "晴れ"))]
    assert told == ["今日は", "晴れ"]


def test_what_was_put_together_otherwise_has_no_rest() -> None:
    pieces = Pieces()
    pieces.add(0, "One.", language="en")
    assert pieces.rest_of("one, two") == ""
    assert Pieces().rest_of("all of it") == "all of it"
