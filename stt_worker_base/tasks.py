"""One task from its message to its report: fetch, recognise, tell."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from malmoi.contracts.jobs import PLAN_PERCENT, Lane, TaskKind
from malmoi.contracts.messages import TaskHeartbeat, TaskReleased, TaskRequested, TaskStarted
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.contracts.topics import TASK_ERRORS, TASK_PROGRESS, TASK_RESULTS
from malmoi.live.cancel_flags import Attempt, is_cancelled
from malmoi.live.clips import take_clip
from malmoi.messaging.publisher import BrokerAway, Publisher
from malmoi.object_store.store import (
    ObjectMissing,
    ObjectStore,
    ObjectTooLarge,
    StoreUnavailable,
)
from malmoi.observability import metrics
from malmoi.process import end_tasks
from stt_worker_base import reports
from stt_worker_base.assignment import Assignment
from stt_worker_base.child import InferenceChild
from stt_worker_base.outcome import Cancelled, Chunked, Failed, Outcome, Progress, Transcribed
from stt_worker_base.planner import Planner
from stt_worker_base.presence import Pace
from stt_worker_base.settings import WorkerSettings

_CANCELLED_WITHIN_S = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRunner:
    """Runs tasks on one inference process."""

    settings: WorkerSettings
    child: InferenceChild
    planner: Planner
    publisher: Publisher
    store: ObjectStore
    redis: Redis
    directory: Path
    """Where recordings lie while they are worked on."""
    pace: Pace = field(default_factory=Pace)

    async def started(self, task: Assignment) -> None:
        """Say that we answer for the task from now on; returns once the broker has stored it."""
        message = TaskStarted(**task.identity(self.settings.worker_id))
        await self.publisher.publish_surely(TASK_PROGRESS, message, trace_id=task.trace_id)

    async def released(self, task: Assignment) -> None:
        """Hand the task back; another worker gets it at once."""
        message = TaskReleased(**task.identity(self.settings.worker_id))
        await self.publisher.publish_surely(TASK_PROGRESS, message, trace_id=task.trace_id)

    async def run(self, task: Assignment) -> None:
        """Answer for the task until its report is stored by the broker."""
        request = task.request
        reports.observe_dispatch(request)
        path = self.directory / f"{request.task_id}.{request.attempt}"
        beat = _Beat()
        work = asyncio.create_task(self._recognise(task, path, beat))
        beating = asyncio.create_task(self._keep_beating(task, beat, work))
        try:
            with metrics.TASKS_RUNNING.labels(request.engine).track_inprogress():
                await asyncio.wait([work])
                await self._report(task, Cancelled() if work.cancelled() else work.result())
        finally:
            await end_tasks(work, beating)
            path.unlink(missing_ok=True)

    async def _recognise(self, task: Assignment, path: Path, beat: "_Beat") -> Outcome:
        request, begun = task.request, time.monotonic()
        unwanted, failure = await asyncio.gather(
            self._is_unwanted(task.attempt), self._fetch(request, path)
        )
        fetch_s = time.monotonic() - begun
        if unwanted:
            return Cancelled()
        if failure is not None:
            return failure
        outcome = await self._work_on(request, path, beat)
        if not isinstance(outcome, Transcribed):
            return outcome
        timings = outcome.timings.model_copy(update={"fetch_s": fetch_s})
        transcript = outcome.transcript.later_by(request.start_s)
        return outcome.model_copy(update={"timings": timings, "transcript": transcript})

    async def _work_on(self, request: TaskRequested, path: Path, beat: "_Beat") -> Outcome:
        """Recognise the recording, or plan one that is too long for a single task."""
        outcome = await self.child.transcribe(
            path,
            request.options,
            max_audio_s=self.settings.task_max_audio_s,
            urgent=request.lane is Lane.INTERACTIVE,
            on_progress=beat.note,
        )
        if request.kind is not TaskKind.UTTERANCE or not _is_too_long(outcome):
            return outcome
        return await self.planner.plan(request, path, beat.note)

    async def _fetch(self, request: TaskRequested, path: Path) -> Failed | None:
        clip = await take_clip(self.redis, request.audio_key)
        if clip is not None and len(clip) == request.audio_bytes:
            await asyncio.to_thread(path.write_bytes, clip)
            return None
        try:
            await self.store.fetch_surely(request.audio_key, path, max_bytes=request.audio_bytes)
        except ObjectMissing:
            detail = "The recording is no longer in the store. Send it again."
            return Failed(code=TaskErrorCode.AUDIO_MISSING, detail=detail, retryable=False)
        except ObjectTooLarge:
            detail = "The stored recording is larger than what was accepted."
            return Failed(code=TaskErrorCode.AUDIO_TOO_LARGE, detail=detail, retryable=False)
        except StoreUnavailable as error:
            log.warning("audio.fetch_failed", error=str(error))
            detail = "The recording could not be read from the store."
            return Failed(code=TaskErrorCode.ENGINE_FAILED, detail=detail, retryable=True)
        return None

    async def _is_unwanted(self, attempt: Attempt) -> bool:
        try:
            return await is_cancelled(self.redis, attempt)
        except (RedisError, OSError):
            return False  # Redis only saves work; without it the result is dropped as stale

    async def _keep_beating(
        self, task: Assignment, beat: "_Beat", work: asyncio.Task[Outcome]
    ) -> None:
        told_at = time.monotonic()
        while not work.done():
            await asyncio.sleep(min(_CANCELLED_WITHIN_S, self.settings.heartbeat_s))
            if await self._is_unwanted(task.attempt):
                work.cancel()  # and not the child: it may be busy with another task
            if time.monotonic() - told_at >= self.settings.heartbeat_s:
                told_at = time.monotonic()
                await self._beat(task, beat)

    async def _beat(self, task: Assignment, beat: "_Beat") -> None:
        mine = task.identity(self.settings.worker_id)
        sign = TaskHeartbeat(**mine, percent=beat.percent, stage=beat.stage)
        try:
            await self.publisher.publish(TASK_PROGRESS, sign, trace_id=task.trace_id)
        except BrokerAway as error:
            log.warning("heartbeat.not_acknowledged", error=str(error))

    async def _report(self, task: Assignment, outcome: Outcome) -> None:
        request, mine = task.request, task.identity(self.settings.worker_id)
        match outcome:
            case Transcribed():
                reports.observe_end(request, "succeeded")
                reports.observe_success(request, outcome)
                self.pace.note(outcome.timings.engine_s, of_audio_s=outcome.audio_s)
                success = await reports.success(request, outcome, mine, store=self.store)
                await self.publisher.publish_surely(TASK_RESULTS, success, trace_id=task.trace_id)
            case Chunked():
                reports.observe_end(request, "planned")
                plan = reports.plan(outcome, mine)
                await self.publisher.publish_surely(TASK_RESULTS, plan, trace_id=task.trace_id)
            case Failed():
                reports.observe_end(request, outcome.code)
                failure = reports.failure(outcome, mine)
                await self.publisher.publish_surely(TASK_ERRORS, failure, trace_id=task.trace_id)
            case Cancelled():
                reports.observe_end(request, "cancelled")
            case _:
                assert_never(outcome)
        log.info("task.ended", job_id=str(request.job_id), **_told(outcome))


def _told(outcome: Outcome) -> dict[str, str]:
    if isinstance(outcome, Failed):
        return {"outcome": outcome.kind, "code": outcome.code, "detail": outcome.detail}
    return {"outcome": outcome.kind}


def _is_too_long(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) and outcome.code is TaskErrorCode.AUDIO_TOO_LONG


class _Beat:
    """How far the task is, for its next heartbeat."""

    percent = 0
    stage = "fetch"

    def note(self, progress: Progress) -> None:
        whole = PLAN_PERCENT if progress.stage == "plan" else 100
        self.percent = int(progress.fraction * whole)
        self.stage = progress.stage
