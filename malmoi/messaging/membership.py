"""Belonging to a consumer group of whatever cluster the watch sees."""

import asyncio
import time
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from malmoi.messaging.absent_leader import unseat_absent_leader
from malmoi.messaging.closing import close_quietly
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.share import Share
from malmoi.process import end_tasks
from malmoi.settings import KafkaSettings

_LED_WITHIN = 2
"""Session timeouts: one for the members that died, one for those that live."""
_JOINED_WITHIN = 4

log = structlog.get_logger()


class Membership:
    """Joins beside everything else, and anew when the cluster is another one."""

    def __init__(
        self,
        settings: KafkaSettings,
        watch: ClusterWatch,
        *,
        group: str,
        topics: Sequence[str],
        fetch_wait_s: float,
    ) -> None:
        self._settings = settings
        self._watch = watch
        self._group = group
        self._topics = topics
        self._session_s = settings.kafka_session_timeout_s
        self._fetch_wait_s = fetch_wait_s
        self._consumer: AIOKafkaConsumer | None = None
        self._joining: asyncio.Task[None]
        """Of the consumer, if there is one."""
        self.generation = -1
        """Of the cluster whose group it is."""
        self.began_at = time.monotonic()
        self._looks_for_leader = True
        self.share_changed = asyncio.Event()
        self._share = Share(self.share_changed)

    @property
    def joined(self) -> bool:
        """Whether the group has told us our share, which may be empty."""
        return self._consumer is not None and self._share.told

    @property
    def outlived(self) -> bool:
        """Whether the cluster is away, or another one than it was."""
        return self.generation != self._watch.generation or not self._watch.present

    def assignment(self) -> frozenset[TopicPartition]:
        """Our share."""
        return frozenset(self._consumer.assignment() if self._consumer is not None else ())

    async def consumer(self, wait_s: float) -> AIOKafkaConsumer | None:
        """The member's consumer; None while it joins, or the broker is away.

        Raises:
            TimeoutError: the group tells no share; another membership may have more luck.
            KafkaError: it cannot be joined.

        """
        if self._consumer is None:
            if not self._watch.present:
                await asyncio.sleep(wait_s)
                return None
            self._join()
        if not self._joining.done():
            # The caller is asked in between whether it should stop, and the watch for the broker.
            await asyncio.wait([self._joining], timeout=wait_s)
        if not self._joining.done():
            await self._mind_the_group()
            return None
        self._joining.result()
        return self._consumer

    async def _mind_the_group(self) -> None:
        waited = (time.monotonic() - self.began_at) / self._session_s
        if waited > _JOINED_WITHIN:
            raise TimeoutError("the group tells no share")
        if waited > _LED_WITHIN and self._looks_for_leader:
            self._looks_for_leader = False
            if await unseat_absent_leader(self._settings, self._group):
                log.warning("kafka.absent_leader_unseated", group=self._group)
                self.began_at = time.monotonic()

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        """Store the group's positions, unless nobody has told us yet which are ours.

        Raises:
            KafkaError, IllegalStateError: they are not stored, or no longer ours.

        """
        if self._consumer is not None and self.joined:
            await self._consumer.commit(offsets)

    async def leave(self) -> None:
        """Give the share back."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await end_tasks(self._joining)
            await close_quietly(consumer.stop())

    def _join(self) -> None:
        self.generation = self._watch.generation
        self.began_at = time.monotonic()
        self._looks_for_leader = True
        self._share = Share(self.share_changed)
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._settings.kafka_bootstrap_servers,
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=int(self._session_s * 1000),
            heartbeat_interval_ms=int(self._session_s * 1000 / 4),
            fetch_max_wait_ms=int(self._fetch_wait_s * 1000),
        )
        self._consumer.subscribe(list(self._topics), listener=self._share)
        self._joining = asyncio.create_task(self._consumer.start())
