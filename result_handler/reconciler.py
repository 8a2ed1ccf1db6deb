"""Looks for silent tasks, and at the broker only when there are some."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog

from malmoi.contracts.jobs import Engine, Lane
from malmoi.contracts.topics import REPORTS, REQUESTS
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.evidence import Evidence, EvidenceUnavailable
from malmoi.messaging.groups import REPORT_HANDLERS, workers_of
from malmoi.persistence.database import Database
from malmoi.persistence.faults import DATABASE_AWAY
from malmoi.persistence.tasks import silent_tasks, tasks_of_other_clusters
from result_handler.settings import Settings
from result_handler.usecases.reconcile import Sight, reconcile_task

_BATCH = 500
_AWAY: Final[tuple[type[Exception], ...]] = (EvidenceUnavailable, *DATABASE_AWAY)

log = structlog.get_logger()


@dataclass
class Reconciler:
    """Safe to run in every replica: each step is taken under the task's row lock."""

    settings: Settings
    database: Database
    watch: ClusterWatch
    evidence: Evidence
    started_at: float = field(default_factory=time.monotonic)

    async def run(self) -> None:
        """Look every RECONCILE_INTERVAL_S until cancelled."""
        while True:
            await asyncio.sleep(self.settings.reconcile_interval_s)
            try:
                await self.look()
            except _AWAY as error:
                log.warning("reconcile.postponed", error=repr(error))

    async def look(self) -> int:
        """Reconcile what is silent now; returns how many tasks were dispatched anew."""
        if not self.watch.present:
            return 0
        cluster_id = self.watch.cluster_id
        async with self.database.reading() as session:
            stranded = await tasks_of_other_clusters(session, cluster_id, limit=_BATCH)
            silent = await silent_tasks(session, lease=self.settings.lease, limit=_BATCH)
        if not stranded and not silent:
            return 0
        sight = await self._sight(cluster_id) if silent else Sight(cluster_id=cluster_id)
        return await self._reconcile([*stranded, *silent], sight)

    async def _reconcile(self, task_ids: Sequence[UUID], sight: Sight) -> int:
        count = 0
        for task_id in task_ids:
            async with self.database.transaction() as transaction:
                again = await reconcile_task(
                    transaction, task_id, sight, max_losses=self.settings.max_losses
                )
            if again:
                count += 1
                log.warning("task.dispatched_anew", task_id=str(task_id))
        return count

    async def _sight(self, cluster_id: str) -> Sight:
        # In this order: what was read is looked up after the ends that it is compared with.
        ends = await self.evidence.end_offsets(REPORTS)
        read = await self.evidence.committed(REPORT_HANDLERS, REPORTS)
        taken: dict[str, int] = {}
        for engine in Engine:
            topics = [REQUESTS[engine, lane].name for lane in Lane]
            taken |= await self.evidence.committed(workers_of(engine), topics)
        return Sight(
            cluster_id=cluster_id, ends=ends, read=read, taken=taken, trusted=self._trusted()
        )

    def _trusted(self) -> bool:
        """Whether workers could have reported, and we could have read it, for a full lease."""
        here_for_s = min(self.watch.present_for_s(), time.monotonic() - self.started_at)
        return here_for_s >= self.settings.lease_s
