"""Who the broker is, asked once a second: clients are rebuilt when it was away or is another.

A broker that lost its memory comes back with a new cluster id (the embedded one always does);
offsets and group memberships of the old one mean nothing to it, and aiokafka does not notice.
"""

import asyncio
import time

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from malmoi.contracts.topics import all_topics
from malmoi.messaging.closing import close_quietly
from malmoi.observability.metrics import KAFKA_SESSIONS_TOTAL
from malmoi.settings import KafkaSettings

_ASK_EVERY_S = 1.0
_ASK_AGAIN_AFTER_S = 0.25
_ANSWER_WITHIN_S = 5.0
_MISSES_ALLOWED = 2

log = structlog.get_logger()


class ClusterWatch:
    """Knows the cluster id, how long the broker has been there, and when to rebuild clients."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._admin: AIOKafkaAdminClient | None = None
        self._misses = 0
        self._present = asyncio.Event()
        self._back_at = 0.0
        self.cluster_id = ""
        self.generation = 0
        """Grows with every first or regained contact and with every change of the cluster id."""

    @property
    def present(self) -> bool:
        """Whether the broker answered lately."""
        return self._present.is_set()

    def present_for_s(self) -> float:
        """Seconds since contact was last gained; 0 while the broker is away."""
        return time.monotonic() - self._back_at if self.present else 0.0

    async def wait_until_present(self) -> None:
        """Return once the broker answers and its topics exist."""
        await self._present.wait()

    async def run(self) -> None:
        """Ask until cancelled."""
        try:
            while True:
                await self._ask()
                await asyncio.sleep(_ASK_AGAIN_AFTER_S if self._misses else _ASK_EVERY_S)
        finally:
            await self._forget_admin()

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                cluster_id = await self._describe()
                if cluster_id != self.cluster_id or not self.present:
                    await self._welcome(cluster_id)
        except (KafkaError, OSError, TimeoutError) as error:
            await self._miss(error)
        else:
            self._misses = 0

    async def _describe(self) -> str:
        if self._admin is None:
            admin = AIOKafkaAdminClient(
                bootstrap_servers=self._settings.kafka_bootstrap_servers,
                request_timeout_ms=int(_ANSWER_WITHIN_S * 1000),
            )
            self._admin = admin
            await admin.start()
        described = await self._admin.describe_cluster()
        return str(described["cluster_id"])

    async def _welcome(self, cluster_id: str) -> None:
        assert self._admin is not None
        await _ensure_topics(self._admin, self._settings)
        self.cluster_id = cluster_id
        self.generation += 1
        self._back_at = time.monotonic()
        self._present.set()
        KAFKA_SESSIONS_TOTAL.inc()
        log.info("kafka.present", cluster_id=cluster_id, generation=self.generation)

    async def _miss(self, error: Exception) -> None:
        await self._forget_admin()
        self._misses += 1
        if self._misses > _MISSES_ALLOWED and self.present:
            self._present.clear()
            log.warning("kafka.away", error=repr(error))

    async def _forget_admin(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            await close_quietly(admin.close())


async def _ensure_topics(admin: AIOKafkaAdminClient, settings: KafkaSettings) -> None:
    existing = set(await admin.list_topics())
    missing = [
        NewTopic(
            topic.name,
            settings.kafka_topic_partitions,
            settings.kafka_replication_factor,
            topic_configs={"retention.ms": str(int(topic.retention.total_seconds() * 1000))},
        )
        for topic in all_topics()
        if topic.name not in existing
    ]
    if missing:
        # Several processes may create them at once: "already exists" is in the answer, not raised.
        await admin.create_topics(missing)
