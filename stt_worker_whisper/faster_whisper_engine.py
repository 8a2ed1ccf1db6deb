"""Whisper by CTranslate2: the default engine.

A recording is decoded window by window: batches of its own windows lose text. It is not conditioned
on earlier text, because a loop would spread. Both were measured (docs/decisions). What shares a
batch are windows of different recordings.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Self, TypeVar

import ctranslate2
import numpy as np
from ctranslate2.models import Whisper
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment as WhisperSegment
from numpy.typing import NDArray

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.transcripts import Segment, Word
from malmoi.media.decode import Samples
from stt_worker_base.engine import Recognition
from stt_worker_base.errors import EngineError, EngineOutOfMemory
from stt_worker_base.outcome import Capabilities
from stt_worker_whisper.batching import Batches
from stt_worker_whisper.compute import (
    ComputePlan,
    cannot_load,
    compute_plan,
    fallback,
    is_out_of_memory,
)
from stt_worker_whisper.filters import Hypothesis
from stt_worker_whisper.model import CTRANSLATE2_WEIGHTS, model_folder
from stt_worker_whisper.settings import ModelSettings
from stt_worker_whisper.shared_model import SharedModel
from stt_worker_whisper.whisper_engine import (
    TEMPERATURES,
    WhisperEngine,
    WindowDecoding,
    most_tokens,
)

T = TypeVar("T")

_MOST_TOKENS = 200
"""Whisper's context of 448 tokens, less the longest prompt; a higher bound is an error."""


_LEAST_FRAMES = 1500
"""15 s of features. On much shorter windows Whisper, trained on 30 s, repeats itself."""


class _ShortWindowModel(WhisperModel):  # type: ignore[misc]  # it ships no types
    """Encodes a short recording without the padding that fills Whisper's 30 s.

    The encoder's time grows faster than its window, so a clip of a few seconds costs a third.
    Threads that decode at the same time share its calls.
    """

    def __init__(self, folder: str, plan: ComputePlan) -> None:
        super().__init__(
            folder,
            device=plan.device,
            compute_type=plan.compute_type,
            # Two windows of one thread each are done sooner than two, one after the other, by both.
            cpu_threads=1,
            num_workers=plan.side_by_side,
            local_files_only=True,
        )
        own: Whisper = self.model
        self._batches = Batches(own, places=plan.side_by_side, batch_size=plan.batch_size)
        self.model: Any = SharedModel(own, self._batches)

    def encode(self, features: NDArray[np.float32]) -> Any:
        return super().encode(_without_padding(features))

    def in_a_hurry(self) -> AbstractContextManager[None]:
        """While this thread decodes what is urgent."""
        return self._batches.in_a_hurry()

    def beside_others(self, segments: Iterator[T]) -> Iterator[T]:
        """The same segments, of a recording whose windows may come along with those of others."""
        with self._batches.recording():
            yield from segments


def _without_padding(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """The features up to the last frame that is not padding (exactly zero), but 15 s at least."""
    sounding = np.flatnonzero(np.any(features != 0, axis=tuple(range(features.ndim - 1))))
    last = int(sounding[-1]) + 1 if sounding.size else 0
    frames = max(_LEAST_FRAMES, last + last % 2)  # the encoder halves their number
    return np.ascontiguousarray(features[..., :frames])


class FasterWhisperEngine(WhisperEngine):
    """One loaded model; nothing of it changes between recordings."""

    lets_others_in = True

    def __init__(
        self, model: _ShortWindowModel, settings: ModelSettings, plan: ComputePlan
    ) -> None:
        self._model = model
        self._beam_size = settings.beam_size
        self.capabilities = Capabilities(
            engine="faster_whisper",
            model=settings.model_name,
            device=plan.device,
            at_once=plan.at_once,
            word_timestamps=True,
            translation=model.model.is_multilingual,
            languages=tuple(model.supported_languages),
            fallback=fallback(settings, device=plan.device, batch_size=plan.batch_size),
        )

    @classmethod
    def load(cls) -> Self:
        settings = ModelSettings()
        folder = model_folder(settings, CTRANSLATE2_WEIGHTS)
        plan = compute_plan(settings, gpus=ctranslate2.get_cuda_device_count())
        try:
            model = _ShortWindowModel(str(folder), plan)
        except (RuntimeError, ValueError) as error:
            raise cannot_load(folder, error, settings, device=plan.device) from error
        return cls(model, settings, plan)

    def transcribe(self, samples: Samples, options: DecodeOptions) -> Recognition:
        recognition = super().transcribe(samples, options)
        return replace(recognition, segments=self._model.beside_others(recognition.segments))

    def in_a_hurry(self) -> AbstractContextManager[None]:
        return self._model.in_a_hurry()

    def decode(self, samples: Samples, options: DecodeOptions) -> WindowDecoding:
        most = most_tokens(samples)
        try:
            segments, info = self._model.transcribe(
                samples,
                max_new_tokens=most if most < _MOST_TOKENS else None,
                **self._arguments(options),
            )
        except RuntimeError as error:
            raise _engine_error(error) from error
        probability = None if options.language else info.language_probability
        return WindowDecoding(info.language, probability, _hypotheses(segments))

    def _arguments(self, options: DecodeOptions) -> dict[str, Any]:
        ladder = TEMPERATURES if options.temperature is None else (options.temperature,)
        return {
            "language": options.language,
            "task": options.task,
            "beam_size": self._beam_size,
            "temperature": ladder,
            "condition_on_previous_text": False,
            # Unlike an initial prompt, hotwords stand before every window, not only the first.
            "hotwords": options.prompt,
            "word_timestamps": options.word_timestamps,
        }


def _hypotheses(segments: Iterator[WhisperSegment]) -> Iterator[Hypothesis]:
    try:
        for segment in segments:
            yield _hypothesis(segment)
    except RuntimeError as error:
        raise _engine_error(error) from error


def _hypothesis(found: WhisperSegment) -> Hypothesis:
    segment = Segment(
        text=found.text.strip(),
        start_s=found.start,
        end_s=found.end,
        words=tuple(
            Word(
                text=word.word.strip(),
                start_s=word.start,
                end_s=word.end,
                probability=word.probability,
            )
            for word in found.words or ()
        ),
        no_speech_probability=found.no_speech_prob,
        average_log_probability=found.avg_logprob,
    )
    return Hypothesis(segment, gave_up=found.temperature == TEMPERATURES[-1])


def _engine_error(error: RuntimeError) -> EngineError:
    return EngineOutOfMemory(str(error)) if is_out_of_memory(error) else EngineError(str(error))
