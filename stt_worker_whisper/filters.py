"""What Whisper wrote though nobody said it. Pure rules, in the order in which they are asked.

Whisper is certain that there is text: given noise, music or silence it invents some. Each rule
below asks for evidence that somebody spoke. The thresholds lie between what was measured on real
speech (Korean and English, lectures to telephone: no-speech probability at most 0.38, average log
probability at least -0.95, always decoded at temperature 0) and on noise and music (0.58 to 0.80,
or decoded at the last temperature below -1.0).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import compress

from malmoi.contracts.transcripts import Segment
from stt_worker_base.pauses import Span
from stt_worker_whisper.phantoms import is_known_phantom, letters

_SLACK_S = 0.5
"""Whisper's times run early and late by as much."""

_SHORTEST_WORD_S = 0.1

_UNLIKELY_SPEECH, _POOR = 0.5, -0.7
_UNUSABLE = -1.0
_UNSURE_SPEECH, _UNSURE = 0.2, -0.6
_LOOP_RATIO = 2.4
_LOOP_LENGTH = 3
_STUCK_LETTERS = 5
"""So often people do not say one letter; Whisper writes `ㄷㄷㄷㄷㄷ`."""

_SYLLABLE_S, _LETTER_S = 1 / 12, 1 / 30
"""The fastest anybody speaks: per syllable (Hangul, kana, Han), per Latin letter."""

_BRACKETS = {("[", "]"), ("(", ")"), ("*", "*"), ("♪", "♪")}


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One segment as Whisper wrote it."""

    segment: Segment
    gave_up: bool = False
    """Decoded at the last temperature: no earlier one was good enough."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the rules compare a hypothesis with."""

    spans: Sequence[Span]
    """Where the voice activity detection hears speech."""
    prompt: str = ""
    """Terms the caller expects; Whisper repeats them when it hears nothing."""

    def speech_s(self, segment: Segment) -> float:
        """Seconds of speech at the time of `segment`."""
        start_s, end_s = segment.start_s - _SLACK_S, segment.end_s + _SLACK_S
        return sum(span.overlap_s(start_s, end_s) for span in self.spans)


def is_spoken(hypothesis: Hypothesis, context: Context, *, before: Sequence[str] = ()) -> bool:
    """Whether somebody said it. `before`: the texts just before it, latest last."""
    segment = hypothesis.segment
    return not (
        is_annotation(segment.text)
        or is_over_silence(segment, context)
        or is_unheard(hypothesis)
        or is_loop(segment, context, before)
        or is_phantom(segment, context)
    )


def is_annotation(text: str) -> bool:
    """Marks without a word (`...`, `♪`), or a note about the sound: `[음악]`, `(applause)`."""
    bare = text.strip().rstrip(".")
    return not letters(text) or (bare[0], bare[-1]) in _BRACKETS


def is_over_silence(segment: Segment, context: Context) -> bool:
    """At its time nobody speaks for as long as the shortest word takes."""
    return context.speech_s(segment) < _SHORTEST_WORD_S


def is_unheard(hypothesis: Hypothesis) -> bool:
    """Whisper itself doubts that it heard speech, or could not settle on what it heard."""
    no_speech = hypothesis.segment.no_speech_probability
    certainty = hypothesis.segment.average_log_probability
    doubtful = no_speech > _UNLIKELY_SPEECH and certainty < _POOR
    return doubtful or (hypothesis.gave_up and certainty < _UNUSABLE)


def is_loop(segment: Segment, context: Context, before: Sequence[str]) -> bool:
    """A text that compresses as only repetition does.

    On weak evidence also one letter again and again, or the fourth equal text. People do repeat a
    sentence; Whisper that is caught in one has no speech for it, or doubts.
    """
    raw = segment.text.encode()
    again = list(before[-_LOOP_LENGTH:]) == [segment.text] * _LOOP_LENGTH
    repeats = again or _is_stuck(letters(segment.text))
    return len(raw) > _LOOP_RATIO * len(compress(raw)) or (repeats and _is_weak(segment, context))


def _is_stuck(said: str) -> bool:
    return len(said) >= _STUCK_LETTERS and len(set(said)) == 1


def is_phantom(segment: Segment, context: Context) -> bool:
    """A sentence known from subtitles, or the prompt, as the whole segment, on weak evidence.

    Somebody who really says "감사합니다" leaves better evidence.
    """
    expected = letters(segment.text) in letters(context.prompt)
    return (is_known_phantom(segment.text) or expected) and _is_weak(segment, context)


def _is_weak(segment: Segment, context: Context) -> bool:
    """Whisper is unsure that somebody spoke, or there is too little speech for so many letters."""
    unsure = (
        segment.no_speech_probability > _UNSURE_SPEECH or segment.average_log_probability < _UNSURE
    )
    return unsure or context.speech_s(segment) < _least_seconds(letters(segment.text))


def _least_seconds(said: str) -> float:
    return sum(_LETTER_S if character.isascii() else _SYLLABLE_S for character in said)
