"""What PostgreSQL and the bucket say at the end, against what the clients know."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.chaos.receiver import Receiver
from benchmarks.chaos.senders import Senders, key_of
from benchmarks.recordings import text_of
from malmoi.contracts.callbacks import DeliveryState
from malmoi.object_store.keys import AUDIO_PREFIX
from malmoi.object_store.store import ObjectStore
from malmoi.persistence.counts import OPEN_JOBS
from malmoi.persistence.tables import CallbackDelivery, Job

Findings = Mapping[str, Sequence[str]]
"""Cases by what is wrong; nothing is where there are none."""

_WRONG: Final[Mapping[str, str]] = {
    "jobs that did not complete": """
        SELECT concat_ws(' ', id, state, error_code, error_detail) FROM jobs
        WHERE state <> 'completed'""",
    "completed without a result": """
        SELECT id::text FROM jobs WHERE state = 'completed' AND result IS NULL""",
    "not one acceptance and one end in the ledger": """
        SELECT job_id::text FROM ledger GROUP BY job_id
        HAVING count(*) FILTER (WHERE entry = 'accepted') <> 1 OR count(*) <> 2""",
    "not one `job.completed`": """
        SELECT jobs.id::text FROM jobs
        LEFT JOIN events ON stream = 'job:' || jobs.id AND type = 'job.completed'
        GROUP BY jobs.id HAVING count(seq) <> 1""",
    "events after the end": """
        SELECT last.stream FROM events AS last
        JOIN events AS done ON done.stream = last.stream AND done.type = 'job.completed'
        WHERE last.seq > done.seq""",
    "numbers of events with gaps": """
        SELECT stream FROM events GROUP BY stream HAVING max(seq) <> count(*)""",
    "open tasks": """
        SELECT concat_ws(' ', id, state) FROM tasks
        WHERE state IN ('waiting', 'dispatched', 'running')""",
    "unsent outbox rows": """
        SELECT concat_ws(' ', topic, key) FROM outbox WHERE sent_at IS NULL""",
    "dead letters": """
        SELECT concat_ws(' ', source_topic, job_id, reason) FROM dead_letters""",
    "not one delivered callback of a job with a receiver": """
        SELECT callbacks.job_id::text FROM callbacks
        LEFT JOIN callback_deliveries AS told
            ON told.job_id = callbacks.job_id AND told.state = 'delivered'
        GROUP BY callbacks.job_id HAVING count(told.id) <> 1""",
}
"""Each asks for the cases."""


async def open_jobs(session: AsyncSession) -> int:
    """Jobs that have not ended."""
    counted = select(func.count()).select_from(Job).where(Job.state.in_(OPEN_JOBS))
    return await session.scalar(counted) or 0


async def untold_callbacks(session: AsyncSession) -> int:
    """Events that their receivers are still to hear."""
    pending = CallbackDelivery.state == DeliveryState.PENDING
    return await session.scalar(select(func.count(CallbackDelivery.id)).where(pending)) or 0


async def wrong_rows(session: AsyncSession) -> Findings:
    """What contradicts itself in PostgreSQL."""
    return {name: (await session.scalars(text(query))).all() for name, query in _WRONG.items()}


async def wrong_jobs(session: AsyncSession, senders: Senders) -> Findings:
    """Every accepted recording is one job, and every job has the text of its own recording."""
    rows = await session.execute(
        select(Job.idempotency_key, Job.id, Job.result["transcript"]["text"].astext)
    )
    jobs: dict[str, list[tuple[str, str | None]]] = {}
    for key, job_id, said in rows:
        jobs.setdefault(str(key), []).append((str(job_id), said))
    known = {key_of(number): (job_id, number) for number, job_id in senders.accepted.items()}
    return {
        "accepted, and not there": [
            key for key, (job_id, _) in known.items() if job_id not in dict(jobs.get(key, []))
        ],
        "more than one job of a key": [key for key, those in jobs.items() if len(those) > 1],
        "jobs that nobody handed in": [key for key in jobs if key not in known],
        "the text of another recording": [
            key
            for key, (job_id, number) in known.items()
            if dict(jobs.get(key, [])).get(job_id) not in {None, text_of(number)}
        ],
    }


async def wrong_recordings(session: AsyncSession, store: ObjectStore) -> Findings:
    """Every job's recording lies in the bucket."""
    there = set(await store.keys_before(AUDIO_PREFIX, datetime.now(UTC)))
    named = await session.scalars(select(Job.audio_key))
    return {"recordings that are gone": [key for key in named if key not in there]}


def wrong_callbacks(senders: Senders, receiver: Receiver) -> Findings:
    """Whoever wanted to hear of a job has heard one event, however often it was sent."""
    wanted = {job_id for number, job_id in senders.accepted.items() if senders.has_receiver(number)}
    return {
        "callbacks never heard": sorted(wanted - receiver.events.keys()),
        "more than one event heard of a job": [
            job_id for job_id, ids in receiver.events.items() if len(ids) > 1
        ],
    }
