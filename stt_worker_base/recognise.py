"""One task from the file to its outcome, inside the inference process."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from malmoi.contracts.messages import Timings
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.contracts.transcripts import Segment, Transcript
from malmoi.media.decode import DecodedAudio, decode_mono_16k
from malmoi.media.errors import MediaError
from stt_worker_base.child_protocol import Task
from stt_worker_base.engine import Engine, Recognition
from stt_worker_base.errors import AudioRejected, EngineError, EngineOutOfMemory
from stt_worker_base.outcome import Failed, Progress, Transcribed

PROGRESS_INTERVAL_S = 0.5

_UNSPACED_LANGUAGES = frozenset({"ja", "zh", "yue", "th", "lo", "my", "km"})
"""Written without spaces between words."""


def recognise(
    engine: Engine, task: Task, *, report: Callable[[Progress], None]
) -> Transcribed | Failed:
    """Decode and recognise one recording; a bad recording and a failed engine are outcomes."""
    try:
        return _recognised(engine, task, report)
    except (MediaError, AudioRejected) as error:
        return Failed(code=error.code, detail=str(error), retryable=False)
    except (MemoryError, EngineOutOfMemory):
        detail = "The recogniser ran out of memory. Send the recording again, or a shorter one."
        return Failed(code=TaskErrorCode.ENGINE_OUT_OF_MEMORY, detail=detail, retryable=True)
    except EngineError as error:
        detail = f"The recogniser failed ({error}). Send the recording again."
        return Failed(code=TaskErrorCode.ENGINE_FAILED, detail=detail, retryable=True)


def _recognised(engine: Engine, task: Task, report: Callable[[Progress], None]) -> Transcribed:
    started = time.perf_counter()
    report(Progress(stage="decode", fraction=0))
    audio = decode_mono_16k(task.path, max_duration_s=task.max_audio_s)
    decoded = time.perf_counter()
    report(Progress(stage="transcribe", fraction=0, audio_s=audio.duration_s))
    recognition = engine.transcribe(audio.samples, task.options)
    segments = tuple(_Watched(audio.duration_s, report).over(recognition.segments))
    inference_s = time.perf_counter() - decoded - recognition.vad_s
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
    """Passes segments through and reports how far they reach, not too often."""

    audio_s: float
    report: Callable[[Progress], None]
    reported_at: float = 0.0

    def over(self, segments: Iterator[Segment]) -> Iterator[Segment]:
        for segment in segments:
            now = time.monotonic()
            if now - self.reported_at >= PROGRESS_INTERVAL_S:
                self.reported_at = now
                fraction = min(segment.end_s / self.audio_s, 1.0)
                self.report(Progress(stage="transcribe", fraction=fraction, audio_s=self.audio_s))
            yield segment


def _transcript(
    audio: DecodedAudio, recognition: Recognition, segments: tuple[Segment, ...]
) -> Transcript:
    space = "" if recognition.language in _UNSPACED_LANGUAGES else " "
    return Transcript(
        text=space.join(segment.text for segment in segments),
        language=recognition.language,
        language_probability=recognition.language_probability,
        duration_s=audio.duration_s,
        segments=segments,
    )
