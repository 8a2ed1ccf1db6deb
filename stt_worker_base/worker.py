"""Takes tasks while a slot is free, answers for them, drains when asked to stop.

Offsets are committed when a task is taken, after its `started` is stored; from then on heartbeats
answer for it (ARCHITECTURE section 4.3).
"""

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import Callable, Mapping
from uuid import UUID

import structlog
from pydantic import ValidationError
from structlog.contextvars import bound_contextvars

from malmoi.contracts.jobs import Lane
from malmoi.contracts.messages import TaskRequested
from malmoi.contracts.topics import Topic
from malmoi.live.cancel_flags import Attempt
from malmoi.messaging.dead_letters import park_on_topic
from malmoi.messaging.subscription import Record, Subscription
from malmoi.observability.trace import new_trace_id
from malmoi.process import end_tasks
from stt_worker_base.assignment import Assignment
from stt_worker_base.settings import ServiceSettings
from stt_worker_base.tasks import TaskRunner

_POLL_S = 0.5
_BUSY_REST_S = 0.25
"""While one lane is full the other is looked into so often: what is urgent waits for the engine
anyway, which needs the processor more than the broker's answers do."""
_BUSY_POLL_S = 0.02
"""Long enough for a fetch to come back; a freed slot waits for it."""
_RELEASED_WITHIN_S = 5.0

log = structlog.get_logger()


class Worker:
    """Takes tasks from its subscription, of each lane at most as many as it has `slots` then."""

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        subscription: Subscription,
        runner: TaskRunner,
        slots: Callable[[], int],
        topics: Mapping[Lane, Topic[TaskRequested]],
    ) -> None:
        self._settings = settings
        self._subscription = subscription
        self._runner = runner
        self._slots = slots
        self._topics = topics
        self._by_name = {topic.name: topic for topic in topics.values()}
        self._in_hand: dict[Attempt, asyncio.Task[None]] = {}
        self._assignments: dict[Attempt, Assignment] = {}
        self._freed = asyncio.Event()

    def in_hand(self) -> list[UUID]:
        """The tasks it answers for now."""
        return [attempt.task_id for attempt, task in self._in_hand.items() if not task.done()]

    async def run(self, stop: asyncio.Event) -> None:
        """Take tasks until `stop`, then drain."""
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                await self._take(stopping)
                self._raise_what_ended_a_task()
        finally:
            stopping.cancel()
            await self._drain()

    async def _take(self, stopping: asyncio.Task[bool]) -> None:
        free = {lane: self._free(lane) for lane in self._topics}
        open_lanes = [lane for lane in free if free[lane] > 0]
        busy = len(open_lanes) < len(free)
        if busy and (await self._slot_freed(stopping) or not open_lanes):
            return
        self._subscription.accepting = frozenset(self._topics[lane].name for lane in open_lanes)
        records = await self._subscription.poll(
            max_records=min(free[lane] for lane in open_lanes),
            wait_s=_BUSY_POLL_S if busy else _POLL_S,
        )
        if records:
            await asyncio.gather(*map(self._accept, records))
            await self._subscription.commit(records)

    async def _slot_freed(self, stopping: asyncio.Task[bool]) -> bool:
        """Take nothing for a moment; whether a slot became free in it, or the end has come."""
        self._subscription.accepting = ()
        await self._subscription.poll(max_records=1, wait_s=0)  # keeps the membership alive
        freed = asyncio.create_task(self._freed.wait())
        done, _ = await asyncio.wait(
            [freed, stopping], timeout=_BUSY_REST_S, return_when=FIRST_COMPLETED
        )
        freed.cancel()
        self._freed.clear()
        return bool(done)

    def _free(self, lane: Lane) -> int:
        taken = sum(each.request.lane is lane for each in self._assignments.values())
        return self._slots() - taken

    async def _accept(self, record: Record) -> None:
        trace_id = record.trace_id or new_trace_id()
        try:
            request = self._by_name[record.topic].decode(record.value)
        except ValidationError as error:
            # The reconciler sees a request that was passed without `started`, and sends it anew.
            await park_on_topic(
                self._runner.publisher, record, f"unreadable: {error}", trace_id=trace_id
            )
            return
        assignment = Assignment(request, trace_id)
        if assignment.attempt in self._in_hand:
            return
        with bound_contextvars(trace_id=trace_id, task_id=str(request.task_id)):
            # Fetching begins while `started` is on its way.
            task = asyncio.create_task(self._runner.run(assignment))
        self._in_hand[assignment.attempt] = task
        self._assignments[assignment.attempt] = assignment
        task.add_done_callback(lambda _: self._freed.set())
        await self._runner.started(assignment)

    def _raise_what_ended_a_task(self) -> None:
        """Free the slots of ended tasks; an error in one of them ends the worker."""
        for attempt, task in list(self._in_hand.items()):
            if task.done():
                del self._in_hand[attempt]
                task.result()
                del self._assignments[attempt]

    async def _drain(self) -> None:
        """Finish what can be finished in time, hand back the rest, leave the group."""
        if self._in_hand:
            await asyncio.wait(self._in_hand.values(), timeout=self._settings.drain_s)
        await end_tasks(*self._in_hand.values())
        unfinished = [
            self._runner.released(assignment)
            for attempt, assignment in self._assignments.items()
            if attempt not in self._in_hand or self._in_hand[attempt].cancelled()
        ]
        try:
            async with asyncio.timeout(_RELEASED_WITHIN_S):
                await asyncio.gather(*unfinished)
        except TimeoutError:
            log.warning("tasks.not_released", count=len(unfinished))
        await self._subscription.close()
