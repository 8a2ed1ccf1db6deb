"""One task from the file to its outcome, inside the inference process."""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from malmoi.contracts.messages import Timings
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.contracts.transcripts import Segment, Transcript, space_of
from malmoi.media.decode import DecodedAudio, decode_mono_16k
from malmoi.media.errors import MediaError
from stt_worker_base.child_protocol import Detect, Task
from stt_worker_base.engine import Engine, Recognition
from stt_worker_base.errors import AudioRejected, EngineError, EngineOutOfMemory
from stt_worker_base.outcome import Detected, Failed, Progress, Transcribed

PROGRESS_INTERVAL_S = 0.5

Turn = Callable[[], AbstractContextManager[None]]
"""Waits for the model and has it until it is left."""


def recognise(
    engine: Engine,
    task: Task,
    *,
    report: Callable[[Progress], None],
    turn: Turn,
) -> Transcribed | Failed:
    """Decode and recognise one recording; whatever goes wrong is an outcome.

    The model is used within `turn` only, for one decoding each time; what is urgent keeps it to its
    end.
    """
    try:
        return _recognised(engine, task, report, turn)
    except Exception as error:  # noqa: BLE001 - the worker waits for an answer, whatever happens
        return _failed(error)


def detect(engine: Engine, order: Detect, *, turn: Turn) -> Detected | Failed:
    """In which language somebody speaks."""
    try:
        audio = decode_mono_16k(order.path, max_duration_s=order.max_audio_s)
        with turn():
            language, probability = engine.detect_language(audio.samples) or (None, None)
        return Detected(language=language, probability=probability)
    except Exception as error:  # noqa: BLE001 - as above
        return _failed(error)


def _failed(error: Exception) -> Failed:
    match error:
        case MediaError() | AudioRejected():
            return Failed(code=error.code, detail=str(error), retryable=False)
        case MemoryError() | EngineOutOfMemory():
            detail = "The recogniser ran out of memory. Send the recording again, or a shorter one."
            return Failed(code=TaskErrorCode.ENGINE_OUT_OF_MEMORY, detail=detail, retryable=True)
        case EngineError():
            return _engine_failed(str(error))
        case _:  # a mistake of ours, or of a library: its text is for operators
            traceback.print_exception(error)
            return _engine_failed(type(error).__name__)


def _engine_failed(why: str) -> Failed:
    detail = f"The recogniser failed ({why}). Send the recording again."
    return Failed(code=TaskErrorCode.ENGINE_FAILED, detail=detail, retryable=True)


def _recognised(
    engine: Engine, task: Task, report: Callable[[Progress], None], turn: Turn
) -> Transcribed:
    started = time.perf_counter()
    report(Progress(stage="decode", fraction=0))
    audio = decode_mono_16k(task.path, max_duration_s=task.max_audio_s)
    decoded = time.perf_counter()
    report(Progress(stage="transcribe", fraction=0, audio_s=audio.duration_s))
    whole, each = (turn, nullcontext) if task.urgent else (nullcontext, turn)
    watched = _Watched(audio.duration_s, report, each)
    with watched.taking(whole):
        recognition = watched.begun(lambda: engine.transcribe(audio.samples, task.options))
        segments = tuple(watched.over(recognition.segments))
    inference_s = time.perf_counter() - decoded - recognition.vad_s - watched.waited_s
    return Transcribed(
        transcript=_transcript(audio, recognition, segments),
        audio_s=audio.duration_s,
        model=engine.capabilities.model,
        timings=Timings(
            decode_s=decoded - started, vad_s=recognition.vad_s, inference_s=inference_s
        ),
    )


@dataclass(slots=True)
class _Watched:
    """Passes segments through in turns at the model, and reports how far they reach."""

    audio_s: float
    report: Callable[[Progress], None]
    turn: Turn
    reported_at: float = 0.0
    waited_s: float = 0.0
    """Seconds in which others had the model."""

    def begun(self, begin: Callable[[], Recognition]) -> Recognition:
        with self.taking(self.turn):
            return begin()

    def over(self, segments: Iterator[Segment | None]) -> Iterator[Segment]:
        ended = object()
        while True:
            with self.taking(self.turn):
                segment = next(segments, ended)
            if segment is ended:
                return
            if isinstance(segment, Segment):
                self._tell(segment)
                yield segment

    @contextmanager
    def taking(self, turn: Turn) -> Iterator[None]:
        asked_at = time.perf_counter()
        with turn():
            self.waited_s += time.perf_counter() - asked_at
            yield

    def _tell(self, segment: Segment) -> None:
        now = time.monotonic()
        if now - self.reported_at >= PROGRESS_INTERVAL_S:
            self.reported_at = now
            fraction = min(segment.end_s / self.audio_s, 1.0)
            self.report(Progress(stage="transcribe", fraction=fraction, audio_s=self.audio_s))


def _transcript(
    audio: DecodedAudio, recognition: Recognition, segments: tuple[Segment, ...]
) -> Transcript:
    return Transcript(
        text=space_of(recognition.language).join(segment.text for segment in segments),
        language=recognition.language,
        language_probability=recognition.language_probability,
        duration_s=audio.duration_s,
        segments=segments,
    )
