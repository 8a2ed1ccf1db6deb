"""Word times, corrected by the voice activity detection."""

from collections.abc import Sequence

from stt_worker_base.pauses import Span


def start_at_speech(start_s: float, end_s: float, spans: Sequence[Span]) -> float:
    """A start within silence moves to the onset of the speech that follows before `end_s`.

    Whisper stretches the first word after a pause over the pause: to 0.0 at the beginning.
    """
    for span in spans:
        if span.start_s <= start_s < span.end_s:
            return start_s
        if start_s < span.start_s < end_s:
            return span.start_s
    return start_s
