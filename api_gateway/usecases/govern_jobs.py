"""Somebody who may cancels a job, has it done again, or deletes it."""

import contextlib
from dataclasses import dataclass
from uuid import UUID

from api_gateway.adapters.cancel_flags import CancelFlags
from api_gateway.errors import AudioExpired, WrongState
from api_gateway.usecases.mind_quotas import Quotas, takes_turns
from malmoi.contracts.jobs import JobState
from malmoi.contracts.problems import NotFound
from malmoi.live.cancel_flags import Attempt
from malmoi.object_store.keys import transcripts_of
from malmoi.object_store.store import ObjectMissing, ObjectStore
from malmoi.persistence.chunks import chunk_keys
from malmoi.persistence.database import Database, Transaction
from malmoi.persistence.job_ends import (
    cancel,
    delete_rows,
    do_again,
    lock_tasks_of,
    retried_as,
    shares_recording,
)
from malmoi.persistence.jobs import lock_job
from malmoi.persistence.room_messages import find_job
from malmoi.persistence.tables import Job

BY_OPERATOR = "An operator has cancelled the recognition of this recording."
BY_OWNER = "Whoever sent this recording has cancelled its recognition."
_RETRYABLE = frozenset({JobState.FAILED, JobState.CANCELLED})


@dataclass(frozen=True, slots=True)
class JobOffice:
    """Moves jobs from outside the pipeline, by its own rules: locks, legal moves, ledger."""

    database: Database
    store: ObjectStore
    flags: CancelFlags

    async def cancel(self, job_id: UUID, *, detail: str = BY_OPERATOR) -> None:
        """End an open job; a cancelled one stays as it is.

        Raises:
            NotFound: there is no such job.
            WrongState: it has ended otherwise.

        """
        async with self.database.transaction() as transaction:
            held = await lock_tasks_of(transaction, job_id)
            if not held:
                raise _no_such(job_id)
            state = JobState(held[0].job.state)
            if state is JobState.CANCELLED:
                return
            if state.is_final:
                raise WrongState(f"the job is {state} already")
            unwanted = [Attempt(each.task.id, each.task.attempt) for each in held if each.is_open]
            await cancel(transaction, held, detail=detail)
        await self.flags.raise_for(unwanted)

    async def retry(
        self, job_id: UUID, *, whole: bool = False, within: Quotas | None = None
    ) -> Job:
        """Accept a new job for the recording of a failed or cancelled one.

        What was recognised of a long recording stays so, unless `whole`.

        `within` counts it as handed in by its owner, who then may have used up their quota.

        Raises:
            NotFound: there is no such job.
            WrongState: it is open, completed, or was tried again before; or the recording is gone.
            QuotaExceeded: not `within` it.

        """
        await self._require_recording(job_id)
        async with self.database.transaction() as transaction:
            held = await lock_job(transaction, job_id, with_text=False)
            ended = await _require_retryable(transaction, job_id, held)
            # Of an erased text nothing is left that could stay.
            whole = whole or ended.text_expired_at is not None
            if within is None:
                turns = ended.room_id is None and await takes_turns(
                    transaction, ended.owner_user_id
                )
            else:
                # What is cut already was counted, and is mostly recognised.
                counted = ended.audio_bytes if whole or ended.plan is None else 0
                turns = await within.take(transaction, ended.owner_user_id, counted)
            now = await transaction.now()
            return await do_again(transaction, ended, now=now, whole=whole, takes_turns=turns)

    async def delete(self, job_id: UUID) -> None:
        """Forget a job and its recording; an open one is cancelled first.

        Its message stays: what was said belongs to the room.

        Raises:
            NotFound: there is no such job.

        """
        with contextlib.suppress(WrongState):  # it has ended, which is all that is needed
            await self.cancel(job_id)
        async with self.database.transaction() as transaction:
            job = await lock_job(transaction, job_id, with_text=False)
            if job is None:
                raise _no_such(job_id)
            recording = None if await shares_recording(transaction, job) else job.audio_key
            chunks = await chunk_keys(transaction.session, job_id)
            await delete_rows(transaction, job)
        # After the rows: what a failure leaves behind here, the hourly sweep finds.
        if recording is not None:
            await self.store.delete(recording)
        await self.store.delete_many(chunks)
        await self.store.delete_all(transcripts_of(job_id))

    async def _require_recording(self, job_id: UUID) -> None:
        """Before the promise, as at every hand-in: the recording is there."""
        async with self.database.transaction() as transaction:
            job = await find_job(transaction.session, job_id, with_text=False)
            job = await _require_retryable(transaction, job_id, job)
        try:
            await self.store.stat(job.audio_key)
        except ObjectMissing as error:
            raise WrongState("the recording is not kept any more") from error


async def _require_retryable(transaction: Transaction, job_id: UUID, job: Job | None) -> Job:
    if job is None:
        raise _no_such(job_id)
    if JobState(job.state) not in _RETRYABLE:
        raise WrongState(f"the job is {job.state}; only failed and cancelled ones are tried again")
    if job.audio_expired_at is not None:
        raise AudioExpired("the recording was erased because its time was over")
    again = await retried_as(transaction.session, job_id)
    if again is not None:
        raise WrongState(f"it was tried again as job {again}")
    return job


def _no_such(job_id: UUID) -> NotFound:
    return NotFound(f"there is no job {job_id}")
