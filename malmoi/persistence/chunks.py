"""The chunks of a planned recording: made in one step, put together again at the end.

Everything runs under the lock of the job's row, so whoever ends the last chunk knows it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Text, Update, bindparam, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.jobs import OPEN_TASKS, PLAN_PERCENT, Lane, TaskKind, TaskState
from malmoi.contracts.messages import PlannedChunk
from malmoi.contracts.transcripts import Transcript, space_of
from malmoi.persistence.database import Transaction
from malmoi.persistence.many import among
from malmoi.persistence.tables import Job, Task
from malmoi.persistence.tasks import UNSENT


async def add_chunks(transaction: Transaction, job: Job, chunks: Iterable[PlannedChunk]) -> None:
    """Tasks that wait for their turn. Whatever lane the recording came by, they are batch work."""
    rows = [
        {
            "id": uuid4(),
            "job_id": job.id,
            "kind": TaskKind.CHUNK,
            "index": index,
            "engine": job.engine,
            "lane": Lane.BATCH,
            "state": TaskState.WAITING,
            "audio_key": chunk.audio_key,
            "audio_bytes": chunk.audio_bytes,
            "start_s": chunk.start_s,
            "audio_s": chunk.audio_s,
        }
        for index, chunk in enumerate(chunks)
    ]
    await transaction.session.execute(insert(Task), rows)


def percent_of_tasks() -> ColumnElement[float]:
    """Over all tasks of a job: how much of its work is done."""
    of_chunks = func.avg(Task.percent).filter(Task.kind == TaskKind.CHUNK)
    planned = PLAN_PERCENT + of_chunks * (100 - PLAN_PERCENT) / 100
    return func.coalesce(planned, func.max(Task.percent), 0)


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a job is done."""

    percent: int
    """Of its work, the plan included."""
    chunks: int
    """0 for a recording that is short, or not cut yet."""
    open_chunks: int
    stage: str | None
    """What is being done; None while nobody does anything."""


async def share_done(session: AsyncSession, job_id: UUID) -> Share:
    """By all tasks of the job."""
    of_chunks = Task.kind == TaskKind.CHUNK
    asked = select(
        percent_of_tasks(),
        func.count().filter(of_chunks),
        func.count().filter(of_chunks, Task.state.in_(OPEN_TASKS)),
        func.max(Task.stage).filter(Task.state == TaskState.RUNNING),
    )
    percent, chunks, still_open, stage = (
        await session.execute(asked.where(Task.job_id == job_id))
    ).one()
    return Share(percent=int(percent), chunks=chunks, open_chunks=still_open, stage=stage)


async def drop_open_chunks(transaction: Transaction, job_id: UUID) -> None:
    """Nobody needs what is not done yet; what is done stays, for another try."""
    await transaction.session.flush()
    await transaction.session.execute(
        update(Task)
        .where(Task.job_id == job_id, Task.state.in_(OPEN_TASKS))
        .values(state=TaskState.CANCELLED, lease_until=None, finished_at=func.now())
        .execution_options(synchronize_session=False)
    )


_ASSEMBLE = text(
    """
    UPDATE jobs SET result = jsonb_build_object(
        'transcript', jsonb_build_object(
            'text', coalesce(whole.text, ''),
            'language', coalesce(:language, whole.language),
            'language_probability', CAST(:probability AS float),
            'duration_s', jobs.audio_s,
            'segments', coalesce(whole.segments, '[]')
        ),
        'model', whole.model,
        'fallbacks', whole.fallbacks,
        'timings', whole.timings,
        'attempt', 1,
        'worker_id', NULL,
        'chunks', whole.chunks
    )
    FROM (
        SELECT
            string_agg(nullif(result -> 'transcript' ->> 'text', ''), :space ORDER BY index)
                AS text,
            mode() WITHIN GROUP (ORDER BY result -> 'transcript' ->> 'language') AS language,
            (
                SELECT jsonb_agg(segment.value ORDER BY chunk.index, segment.ordinality)
                FROM tasks AS chunk,
                    jsonb_array_elements(chunk.result -> 'transcript' -> 'segments')
                    WITH ORDINALITY AS segment
                WHERE chunk.job_id = :job_id AND chunk.kind = 'chunk'
            ) AS segments,
            max(result ->> 'model') AS model,
            (
                SELECT coalesce(jsonb_agg(DISTINCT fallback.value), '[]')
                FROM tasks AS chunk,
                    jsonb_array_elements(chunk.result -> 'fallbacks') AS fallback
                WHERE chunk.job_id = :job_id AND chunk.kind = 'chunk'
            ) AS fallbacks,
            jsonb_build_object(
                'fetch_s', sum((result -> 'timings' ->> 'fetch_s')::float),
                'decode_s', sum((result -> 'timings' ->> 'decode_s')::float),
                'vad_s', sum((result -> 'timings' ->> 'vad_s')::float),
                'inference_s', sum((result -> 'timings' ->> 'inference_s')::float)
            ) AS timings,
            count(*) AS chunks
        FROM tasks WHERE job_id = :job_id AND kind = 'chunk'
    ) AS whole
    WHERE jobs.id = :job_id
    RETURNING result -> 'transcript' ->> 'text', result -> 'transcript' ->> 'language',
        result ->> 'model', result -> 'fallbacks'
    """
).bindparams(bindparam("language", type_=Text))
"""In PostgreSQL, because a transcript of many hours is larger than a process should hold."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """What has become of the chunks."""

    transcript: Transcript
    """Without its segments, which stay in PostgreSQL."""
    model: str
    fallbacks: list[str]
    """What workers had to take for want of memory, in alphabetical order."""
    unneeded: Sequence[str]
    """Keys of the chunks' objects, which nobody names any more."""


async def assemble(transaction: Transaction, job: Job) -> Assembled:
    """Make the result of a job from the results of its chunks, which are forgotten."""
    plan = job.plan or {}
    language = job.options.get("language") or plan.get("language")
    await transaction.session.flush()
    found = await transaction.session.execute(
        _ASSEMBLE,
        {
            "job_id": job.id,
            "language": language,
            "probability": plan.get("language_probability"),
            "space": space_of(language),
        },
    )
    said, spoken, model, fallbacks = found.one()
    unneeded = await chunk_keys(transaction.session, job.id)
    await transaction.session.execute(
        update(Task)
        .where(Task.job_id == job.id, Task.kind == TaskKind.CHUNK)
        .values(result=None, audio_key=None)
        .execution_options(synchronize_session=False)
    )
    whole = Transcript(
        text=said,
        language=spoken,
        language_probability=plan.get("language_probability"),
        duration_s=job.audio_s or 0.0,
    )
    return Assembled(whole, model, fallbacks, unneeded)


async def chunk_keys(session: AsyncSession, job_id: UUID) -> Sequence[str]:
    """Where the chunks of a job lie."""
    found = await session.scalars(
        select(Task.audio_key).where(Task.job_id == job_id, Task.audio_key.is_not(None))
    )
    return [key for key in found if key is not None]


async def has_chunks(session: AsyncSession, job_id: UUID) -> bool:
    """Whether they are still the job's: another try takes them over, and may have been deleted."""
    asked = select(Task.id).where(Task.job_id == job_id, Task.kind == TaskKind.CHUNK).limit(1)
    return await session.scalar(asked) is not None


async def take_over_chunks(transaction: Transaction, ended: Job, job: Job) -> None:
    """Let `job` go on where `ended` came to nothing: what is recognised stays so."""
    chunks = (Task.job_id == ended.id, Task.kind == TaskKind.CHUNK)
    anew = {"state": TaskState.WAITING, "percent": 0, "failures": 0, "losses": 0, **UNSENT}
    again = update(Task).where(*chunks, Task.state != TaskState.SUCCEEDED)
    handed_over = update(Task).where(*chunks).values(job_id=job.id)
    await _execute(transaction, again.values(attempt=Task.attempt + 1, **anew))
    await _execute(transaction, handed_over)


async def _execute(transaction: Transaction, step: Update) -> None:
    """Nobody has these rows in hand."""
    await transaction.session.execute(step.execution_options(synchronize_session=False))


async def chunks_of_nobody(session: AsyncSession, keys: Sequence[str]) -> list[str]:
    """Those of the keys under which no task has its chunk."""
    known = set(await session.scalars(select(Task.audio_key).where(among(Task.audio_key, keys))))
    return [each for each in keys if each not in known]
