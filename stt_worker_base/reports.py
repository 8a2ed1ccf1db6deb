"""What a worker says about an attempt, as messages and as metrics."""

from datetime import UTC, datetime
from typing import Any

from malmoi.contracts.messages import TaskFailed, TaskPlanned, TaskRequested, TaskSucceeded
from malmoi.contracts.transcripts import Transcript
from malmoi.object_store.keys import transcript_key
from malmoi.object_store.store import ObjectStore
from malmoi.observability import metrics
from stt_worker_base.outcome import Chunked, Failed, Transcribed

_INLINE_BYTES = 64 * 1024
"""A larger transcript becomes an object: messages stay far below the broker's limit."""


Identity = dict[str, Any]
"""Of the attempt, as `Assignment.identity` gives it."""


async def success(
    request: TaskRequested, outcome: Transcribed, identity: Identity, *, store: ObjectStore
) -> TaskSucceeded:
    """The report of a finished recognition; stores the transcript first if it is large."""
    key = await _store_if_large(request, outcome.transcript, store)
    return TaskSucceeded(
        **identity,
        audio_s=outcome.audio_s,
        model=outcome.model,
        fallbacks=outcome.fallbacks,
        timings=outcome.timings,
        transcript=outcome.transcript if key is None else None,
        transcript_key=key,
    )


def plan(outcome: Chunked, identity: Identity) -> TaskPlanned:
    """The report of a recording that was cut into chunks."""
    return TaskPlanned(**identity, **outcome.model_dump(exclude={"kind"}))


def failure(outcome: Failed, identity: Identity) -> TaskFailed:
    """The report of an attempt that came to nothing."""
    return TaskFailed(
        **identity,
        code=outcome.code,
        detail=outcome.detail,
        retryable=outcome.retryable,
    )


def observe_dispatch(request: TaskRequested) -> None:
    """Note how long the task was on its way; of two machines' clocks, for operators only."""
    waited_s = (datetime.now(UTC) - request.accepted_at).total_seconds()
    metrics.HOP_SECONDS.labels("dispatch").observe(max(0.0, waited_s))


def observe_end(request: TaskRequested, ended_as: str) -> None:
    """Count an attempt by its outcome."""
    metrics.TASKS_ENDED_TOTAL.labels(request.engine, ended_as).inc()


def observe_success(request: TaskRequested, outcome: Transcribed) -> None:
    """Note the audio and where the seconds went."""
    metrics.AUDIO_SECONDS_TOTAL.labels(request.engine).inc(outcome.audio_s)
    for hop in ("fetch", "decode", "vad", "inference"):
        metrics.HOP_SECONDS.labels(hop).observe(getattr(outcome.timings, f"{hop}_s"))
    if outcome.audio_s > 0:
        ratio = outcome.timings.engine_s / outcome.audio_s
        metrics.REAL_TIME_FACTOR_RATIO.labels(request.engine).observe(ratio)


async def _store_if_large(
    request: TaskRequested, transcript: Transcript, store: ObjectStore
) -> str | None:
    content = transcript.model_dump_json().encode()
    if len(content) <= _INLINE_BYTES:
        return None
    key = transcript_key(request.job_id, request.task_id, request.attempt)
    await store.put_surely(key, content, content_type="application/json")
    return key
