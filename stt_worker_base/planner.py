"""Planning a long recording, seen from the worker: its process cuts, we store the chunks."""

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from malmoi.contracts.messages import PlannedChunk, TaskRequested
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.object_store.keys import chunk_key
from malmoi.object_store.store import ObjectStore, StoreUnavailable
from stt_worker_base.child import InferenceChild
from stt_worker_base.child_protocol import FROM_PLANNER, Cut, PlanOrder, PlanReport
from stt_worker_base.outcome import Cancelled, Chunked, Detected, Failed, Progress
from stt_worker_base.settings import WorkerSettings

_LISTENED_AT = (0.1, 0.5, 0.9)
"""Where in the recording its language is detected: an introduction may be in another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Plans recordings, each in a process of its own, beside the one that recognises."""

    settings: WorkerSettings
    engine_path: str
    child: InferenceChild
    store: ObjectStore
    directory: Path

    async def plan(
        self, request: TaskRequested, path: Path, on_progress: Callable[[Progress], None]
    ) -> Chunked | Failed | Cancelled:
        """Cut the recording at `path` and store its chunks; cancelling the coroutine ends it.

        Raises:
            EngineUnavailable: the model is gone, which is needed to detect the language.

        """
        with tempfile.TemporaryDirectory(dir=self.directory) as folder:
            outcome = await self._cut(request, path, Path(folder), on_progress)
            if not isinstance(outcome, Chunked) or not self._detects(request):
                return outcome
            heard = await self._heard(outcome.chunks, Path(folder))
        if isinstance(heard, Failed | Cancelled):
            return heard
        return outcome.model_copy(update=heard)

    def _detects(self, request: TaskRequested) -> bool:
        return request.options.language is None and not request.options.language_per_chunk

    async def _cut(
        self,
        request: TaskRequested,
        path: Path,
        folder: Path,
        on_progress: Callable[[Progress], None],
    ) -> Chunked | Failed:
        order = PlanOrder(
            path=path,
            directory=folder,
            longest_s=self.settings.task_max_audio_s,
            max_audio_s=self.settings.recording_max_audio_s,
        )
        process = await self._spawn()
        chunks: list[PlannedChunk] = []
        try:
            async with asyncio.timeout(self.settings.plan_deadline_s):
                _send(process, order.model_dump_json())
                while isinstance(said := await _report(process), Cut):
                    chunks.append(await self._stored(request, len(chunks), said))
                    on_progress(Progress(stage="plan", fraction=min(said.fraction, 1.0)))
                    _send(process, "")
        except TimeoutError:
            return _failed("did not finish in time", TaskErrorCode.ENGINE_TIMEOUT)
        finally:
            await _end(process)
        if said is None:
            return _failed("ended in the middle of the recording", TaskErrorCode.ENGINE_CRASHED)
        return (
            said
            if isinstance(said, Failed)
            else Chunked(chunks=tuple(chunks), audio_s=said.audio_s)
        )

    async def _spawn(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "stt_worker_base.planning", self.engine_path),
            stdin=PIPE,
            stdout=PIPE,
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )

    async def _stored(self, request: TaskRequested, index: int, cut: Cut) -> PlannedChunk:
        key = chunk_key(request.job_id, request.attempt, index)
        await self.store.put_surely(key, cut.path.read_bytes(), content_type="audio/flac")
        cut.path.unlink()
        return PlannedChunk(
            start_s=cut.start_s, audio_s=cut.audio_s, audio_key=key, audio_bytes=cut.size
        )

    async def _heard(
        self, chunks: tuple[PlannedChunk, ...], folder: Path
    ) -> dict[str, object] | Failed | Cancelled:
        """The language with most evidence among a few chunks."""
        evidence: dict[str, list[float]] = {}
        for index in sorted({int(share * len(chunks)) for share in _LISTENED_AT}):
            detected = await self._language_of(chunks[index], folder / "listened")
            if not isinstance(detected, Detected):
                return detected
            if detected.language is not None:
                evidence.setdefault(detected.language, []).append(detected.probability or 0.0)
        if not evidence:
            return {}
        language, sure = max(evidence.items(), key=lambda each: sum(each[1]))
        return {"language": language, "language_probability": sum(sure) / len(sure)}

    async def _language_of(self, chunk: PlannedChunk, path: Path) -> Detected | Failed | Cancelled:
        try:
            await self.store.fetch_surely(chunk.audio_key, path, max_bytes=chunk.audio_bytes)
        except StoreUnavailable:
            return _failed("could not read its chunks", TaskErrorCode.ENGINE_FAILED)
        return await self.child.detect_language(path, max_audio_s=chunk.audio_s)


async def _report(process: Process) -> PlanReport | None:
    assert process.stdout is not None
    line = await process.stdout.readline()
    return FROM_PLANNER.validate_json(line) if line else None


def _send(process: Process, line: str) -> None:
    if process.stdin is not None and not process.stdin.is_closing():
        process.stdin.write(line.encode() + b"\n")


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


def _failed(what: str, code: TaskErrorCode) -> Failed:
    return Failed(
        code=code, detail=f"The planner {what}. Send the recording again.", retryable=True
    )
