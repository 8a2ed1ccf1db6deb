"""Subtitles that can be read: short lines, two at most, long enough on the screen.

The figures are those that broadcasters publish for subtitles of adult programmes; lines in
characters, reading speed in characters a second.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import Final

from malmoi.contracts.subtitles import Segment as Cue
from malmoi.contracts.transcripts import Segment

_LONGEST_S: Final = 7.0
_SHORTEST_S: Final = 5 / 6
_PAUSE_S: Final = 1.0
"""After such a silence nobody waits for the rest of a line."""
_BETWEEN_S: Final = 1 / 12
"""Two pictures, so that the eye sees one cue follow another."""
_LINES: Final = 2
_SENTENCE_END = re.compile(r"[.?!。？！…]['\")\]」』]?$")  # noqa: RUF001 - as CJK ends one
_ABBREVIATED = re.compile(r"(?:^|\s)(?:\w|Dr|Mr|Mrs|Ms|St|vs)\.$")


@dataclass(frozen=True, slots=True)
class Legibility:
    """What readers of a language manage."""

    line_chars: int
    chars_per_s: float
    spaced: bool = True
    """Whether words are written apart."""


_OF_LANGUAGE: Final = {
    "ko": Legibility(16, 12),
    "ja": Legibility(13, 7, spaced=False),
    "zh": Legibility(16, 9, spaced=False),
}
_OTHERWISE: Final = Legibility(42, 17)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word with whatever stands between it and the next one."""

    text: str
    start_s: float
    end_s: float


def cues(segments: Iterable[Segment], language: str | None) -> Iterator[Cue]:
    """The transcript as subtitle cues, in order and without overlaps; lines are parted by newlines.

    By the times of the words where there are any; otherwise a segment's time is shared out by
    characters.
    """
    rules = _OF_LANGUAGE.get(language or "", _OTHERWISE)
    pieces = (piece for segment in segments for piece in _pieces(segment, rules))
    return _held((_cue(group, rules) for group in _grouped(pieces, rules)), rules)


def _pieces(segment: Segment, rules: Legibility) -> list[_Piece]:
    pieces = _by_words(segment) or _by_characters(segment, rules)
    if pieces and rules.spaced:
        pieces[-1] = replace(pieces[-1], text=f"{pieces[-1].text} ")
    return pieces


def _by_words(segment: Segment) -> list[_Piece]:
    """The segment's text cut where its words begin; [] when they are not all in it."""
    begins: list[int] = []
    past = 0
    for word in segment.words:
        at = segment.text.find(word.text, past)
        if at < 0:
            return []
        begins.append(at)
        past = at + len(word.text)
    if not begins:
        return []
    begins[0] = 0
    ends = [*begins[1:], len(segment.text)]
    return [
        _Piece(segment.text[begin:end], word.start_s, word.end_s)
        for word, begin, end in zip(segment.words, begins, ends, strict=True)
    ]


def _by_characters(segment: Segment, rules: Legibility) -> list[_Piece]:
    parts = re.findall(r"\S+\s*" if rules.spaced else r"\S\s*", segment.text)
    a_character_s = (segment.end_s - segment.start_s) / max(sum(map(len, parts)), 1)
    pieces = []
    begun_s = segment.start_s
    for part in parts:
        ended_s = begun_s + a_character_s * len(part)
        pieces.append(_Piece(part, begun_s, ended_s))
        begun_s = ended_s
    return pieces


def _grouped(pieces: Iterable[_Piece], rules: Legibility) -> Iterator[list[_Piece]]:
    group: list[_Piece] = []
    for piece in pieces:
        if group and _begins_anew(group, piece, rules):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _begins_anew(group: Sequence[_Piece], piece: _Piece, rules: Legibility) -> bool:
    said = _text(group)
    return (
        piece.start_s - group[-1].end_s >= _PAUSE_S
        or piece.end_s - group[0].start_s > _LONGEST_S
        or (_SENTENCE_END.search(said) is not None and _ABBREVIATED.search(said) is None)
        or len(_wrapped(_text([*group, piece]), rules.line_chars)) > _LINES
    )


def _text(group: Sequence[_Piece]) -> str:
    return " ".join("".join(each.text for each in group).split())


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _cue(group: Sequence[_Piece], rules: Legibility) -> Cue:
    text = _text(group)
    whole = _wrapped(text, rules.line_chars)
    # The narrowest lines that are not more in number: none hangs over by a word.
    widths = range(1, rules.line_chars + 1)
    even = next(w for w in widths if len(_wrapped(text, w)) <= len(whole))
    return Cue(start=group[0].start_s, end=group[-1].end_s, text="\n".join(_wrapped(text, even)))


def _held(shown: Iterable[Cue], rules: Legibility) -> Iterator[Cue]:
    """Each cue on the screen until it can be read, or the next one comes."""
    for cue, following in pairwise(chain(shown, [None])):
        assert cue is not None
        readable_s = max(_SHORTEST_S, len(cue["text"]) / rules.chars_per_s)
        end = max(cue["end"], cue["start"] + min(readable_s, _LONGEST_S))
        if following is not None:
            latest = following["start"] - _BETWEEN_S
            end = min(end, latest if latest > cue["start"] else following["start"])
        yield Cue(start=cue["start"], end=max(end, cue["start"]), text=cue["text"])
