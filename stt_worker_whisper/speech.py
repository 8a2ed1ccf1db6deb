"""Where somebody speaks: silero's voice activity detection, and the windows worth decoding."""

from faster_whisper.vad import VadOptions, get_speech_timestamps

from malmoi.media.decode import SAMPLE_RATE_HZ, Samples
from stt_worker_base.pauses import Span

_VAD = VadOptions(
    threshold=0.5,
    min_speech_duration_ms=100,  # shorter than the shortest word: a click
    min_silence_duration_ms=300,
    speech_pad_ms=0,
)

_LONGEST_PAUSE_S = 5.0
"""Whisper hears a shorter pause better than a cut: cutting at every pause of 1 s raised the CER of
a Korean talk from 0.07 to 0.10. In a longer one it invents text."""

_MARGIN_S = 0.5
"""Kept before and after speech; without it first consonants are lost."""

_WORTH_ANOTHER_S = 1.0
"""Speech without text that is worth another decoding; word times are wrong by less."""


def speech_spans(samples: Samples) -> tuple[Span, ...]:
    """Where somebody speaks, in time order; empty for silence, noise and most music."""
    found = get_speech_timestamps(samples, _VAD, SAMPLE_RATE_HZ) if samples.size else []
    return tuple(
        Span(float(part["start"]) / SAMPLE_RATE_HZ, float(part["end"]) / SAMPLE_RATE_HZ)
        for part in found
    )


def decoding_windows(spans: tuple[Span, ...], duration_s: float) -> tuple[Span, ...]:
    """The stretches to decode: speech with its short pauses, without the long silences between."""
    merged: list[Span] = []
    for span in spans:
        if merged and span.start_s - merged[-1].end_s < _LONGEST_PAUSE_S:
            merged[-1] = Span(merged[-1].start_s, span.end_s)
        else:
            merged.append(span)
    return tuple(
        Span(max(0.0, span.start_s - _MARGIN_S), min(duration_s, span.end_s + _MARGIN_S))
        for span in merged
    )


def missed_speech(spans: tuple[Span, ...], gap: Span) -> Span | None:
    """The stretch of `gap` to decode once more; None when hardly anybody speaks in it."""
    inside = [
        Span(max(span.start_s, gap.start_s), min(span.end_s, gap.end_s))
        for span in spans
        if span.overlap_s(gap.start_s, gap.end_s) > 0
    ]
    if sum(span.end_s - span.start_s for span in inside) < _WORTH_ANOTHER_S:
        return None
    return Span(
        max(gap.start_s, inside[0].start_s - _MARGIN_S),
        min(gap.end_s, inside[-1].end_s + _MARGIN_S),
    )


def cut(samples: Samples, window: Span) -> Samples:
    """The samples of `window`, without copying them."""
    return samples[int(window.start_s * SAMPLE_RATE_HZ) : int(window.end_s * SAMPLE_RATE_HZ)]
