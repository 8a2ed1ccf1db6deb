"""What the Whisper engines share: find the speech, decode it window by window, drop phantoms."""

import time
from abc import abstractmethod
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.contracts.transcripts import Segment, Word
from malmoi.media.decode import SAMPLE_RATE_HZ, Samples
from stt_worker_base.engine import Engine, Recognition
from stt_worker_base.errors import AudioRejected
from stt_worker_base.outcome import Capabilities
from stt_worker_base.pauses import Span
from stt_worker_whisper.filters import Context, Hypothesis, is_spoken
from stt_worker_whisper.speech import cut, decoding_windows, missed_speech, speech_spans
from stt_worker_whisper.word_times import start_at_speech

TEMPERATURES = (0.0, 0.2, 0.4)
"""Tried in turn until a decoding is good enough. Higher ones only dress noise up as words."""

_LEAST_TOKENS, _TOKENS_PER_S = 20, 25


@dataclass(frozen=True, slots=True)
class WindowDecoding:
    """The decoding of one window that is under way."""

    language: str
    probability: float | None
    """Of `language`; None when it was asked for."""
    hypotheses: Iterator[Hypothesis]
    """Decoded as they are read; times from the start of the window."""


class WhisperEngine(Engine):
    """A Whisper model with any library that runs it."""

    @abstractmethod
    def decode(self, samples: Samples, options: DecodeOptions) -> WindowDecoding:
        """Begin to decode one window, of any length, in which somebody speaks."""

    def transcribe(self, samples: Samples, options: DecodeOptions) -> Recognition:
        _refuse_unsupported(options, self.capabilities)
        started = time.perf_counter()
        spans = speech_spans(samples)
        vad_s = time.perf_counter() - started
        if not spans:
            return Recognition(options.language, None, iter(()), vad_s)
        windows = decoding_windows(spans, samples.size / SAMPLE_RATE_HZ)
        # Starting the first window detects the language, from the first speech.
        first = self.decode(cut(samples, windows[0]), options)
        detected = options.model_copy(update={"language": first.language})
        hypotheses = _Listening(self, samples, spans, detected).over(windows, first)
        segments = _spoken(hypotheses, Context(spans, options.prompt or ""))
        return Recognition(first.language, first.probability, segments, vad_s)

    @staticmethod
    def speech(samples: Samples) -> tuple[Span, ...]:
        return speech_spans(samples)

    def detect_language(self, samples: Samples) -> tuple[str, float] | None:
        spans = speech_spans(samples)
        if not spans:
            return None
        window = decoding_windows(spans, samples.size / SAMPLE_RATE_HZ)[0]
        # Nothing of it is decoded: hypotheses come when they are read.
        begun = self.decode(cut(samples, window), DecodeOptions(language=None))
        return begun.language, begun.probability or 0.0


def most_tokens(samples: Samples) -> int:
    """More than anybody says in this time: it ends a loop on a short noise early."""
    return _LEAST_TOKENS + int(_TOKENS_PER_S * samples.size / SAMPLE_RATE_HZ)


def _refuse_unsupported(options: DecodeOptions, capabilities: Capabilities) -> None:
    languages = capabilities.languages
    if options.language is not None and languages and options.language not in languages:
        detail = (
            f"The model {capabilities.model} does not know the language {options.language!r}. "
            f"It knows: {', '.join(languages)}."
        )
        raise AudioRejected(TaskErrorCode.LANGUAGE_UNSUPPORTED, detail)
    if options.task == "translate" and not capabilities.translation:
        detail = f"The model {capabilities.model} cannot translate. Ask for a transcription."
        raise AudioRejected(TaskErrorCode.LANGUAGE_UNSUPPORTED, detail)


@dataclass(frozen=True, slots=True)
class _Listening:
    """Decodes window after window, and again what a decoding passed over.

    Whisper skips speech that does not fit what it is writing, above all a change of language: it
    ends the window early. What the voice activity detection heard there gets a second chance, in
    the language that is spoken there.
    """

    engine: WhisperEngine
    samples: Samples
    spans: tuple[Span, ...]
    options: DecodeOptions

    def over(self, windows: tuple[Span, ...], first: WindowDecoding) -> Iterator[Hypothesis | None]:
        """None before every decoding but the first: there, others may have the model."""
        yield from self._with_missed(windows[0], first)
        for window in windows[1:]:
            yield None
            yield from self._with_missed(window, self._decode(window, self.options))

    def _decode(self, window: Span, options: DecodeOptions) -> WindowDecoding:
        return self.engine.decode(cut(self.samples, window), options)

    def _with_missed(self, window: Span, decoding: WindowDecoding) -> Iterator[Hypothesis | None]:
        heard_until_s = window.start_s
        for hypothesis in _on_the_clock(window, decoding):
            yield from self._missed(Span(heard_until_s, hypothesis.segment.start_s))
            yield hypothesis
            heard_until_s = max(heard_until_s, hypothesis.segment.end_s)
        yield from self._missed(Span(heard_until_s, window.end_s))

    def _missed(self, gap: Span) -> Iterator[Hypothesis | None]:
        window = missed_speech(self.spans, gap)
        if window is not None:
            yield None
            undecided = self.options.model_copy(update={"language": None})
            yield from _on_the_clock(window, self._decode(window, undecided))


def _on_the_clock(window: Span, decoding: WindowDecoding) -> Iterator[Hypothesis]:
    """Times from the start of the recording."""
    for hypothesis in decoding.hypotheses:
        yield Hypothesis(_placed(hypothesis.segment, window), hypothesis.gave_up)


def _placed(segment: Segment, window: Span) -> Segment:
    """The segment within its window; Whisper's times may run past the end."""

    def at(time_s: float) -> float:
        return round(min(window.start_s + time_s, window.end_s), 3)

    words = tuple(
        word.model_copy(update={"start_s": at(word.start_s), "end_s": at(word.end_s)})
        for word in segment.words
    )
    update = {"start_s": at(segment.start_s), "end_s": at(segment.end_s), "words": words}
    return segment.model_copy(update=update)


def _spoken(hypotheses: Iterator[Hypothesis | None], context: Context) -> Iterator[Segment | None]:
    before: deque[str] = deque(maxlen=3)
    for hypothesis in hypotheses:
        if hypothesis is None:
            yield None
            continue
        spoken = is_spoken(hypothesis, context, before=tuple(before))
        yield _starting_with_speech(hypothesis.segment, context) if spoken else None
        before.append(hypothesis.segment.text)


def _starting_with_speech(segment: Segment, context: Context) -> Segment:
    def start_s(part: Segment | Word) -> float:
        return start_at_speech(part.start_s, part.end_s, context.spans)

    words = tuple(word.model_copy(update={"start_s": start_s(word)}) for word in segment.words)
    return segment.model_copy(update={"start_s": start_s(segment), "words": words})
