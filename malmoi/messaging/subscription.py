"""A group membership that survives brokers, and never drops what a poll returned."""

import asyncio
import math
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from malmoi.messaging.closing import close_quietly
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.share import Share, lag_of
from malmoi.observability.metrics import KAFKA_LAG_MESSAGES
from malmoi.observability.trace import KAFKA_HEADER
from malmoi.process import end_tasks
from malmoi.settings import KafkaSettings

_COMMITTED_WITHIN_S = 5.0
_LAG_EVERY_S = 5.0
_STUCK_AFTER_S = 30.0
_BACKOFF_S = 0.5
_JOINED_WITHIN = 4
"""Session timeouts: one for the members that died, one for those that live, and patience."""
_PATIENT_S = 2.0
_LONG_POLL_S = 0.1
"""A broker that answers a longer fetch at once when there is something costs little to ask."""
_REST_S = 0.25
_GLANCE_S = 0.02
"""Long enough for a fetch to come back."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Record:
    """A message as it was read."""

    topic: str
    partition: int
    offset: int
    value: bytes
    trace_id: str | None
    generation: int
    """Of the cluster it was read from; its offset means nothing to another."""


class Haste(Enum):
    """Whether somebody waits; Tansu has to be asked a hundred times a second, which is costly."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    """Looks four times a second, but without rest after `hurry`."""
    NEVER = "never"
    """Its fetches stay open long."""


class Subscription:
    """Reads topics as a member of a consumer group; one task uses it.

    Topics outside `accepting` are paused while it keeps polling, so that minutes of work neither
    meet the poll interval nor lose the partitions (ARCHITECTURE section 4.3).
    """

    def __init__(
        self,
        settings: KafkaSettings,
        watch: ClusterWatch,
        *,
        group: str,
        topics: Sequence[str],
        haste: Haste = Haste.ALWAYS,
    ) -> None:
        self._settings = settings
        self._session_s = settings.kafka_session_timeout_s
        least_s = _PATIENT_S if haste is Haste.NEVER else 0.0
        self._fetch_wait_s = max(settings.kafka_fetch_max_wait_s, least_s)
        self._rests = haste is Haste.SOMETIMES and self._fetch_wait_s < _LONG_POLL_S
        self._hurried_until = -math.inf
        self._had_nothing = False
        self._watch = watch
        self._group = group
        self.topics = tuple(topics)
        self._consumer: AIOKafkaConsumer | None = None
        self._joining: asyncio.Task[None]
        """Of the consumer, if there is one."""
        self._generation = -1
        self._kept: list[ConsumerRecord] = []
        self._fed_at = self._measured_at = time.monotonic()
        self.share_changed = asyncio.Event()
        """Set whenever the group has assigned partitions."""
        self._share = Share(self.share_changed)
        self.accepting: Collection[str] = self.topics
        """The topics of which more is wanted."""
        self._lag: dict[str, int] = {}

    @property
    def joined(self) -> bool:
        """Whether the group has told us our share, which may be empty."""
        return self._consumer is not None and self._share.told

    @property
    def lag(self) -> dict[str, int]:
        """Messages not yet read, by `topic/partition` of our share; 0 where not measured yet."""
        mine = self._consumer.assignment() if self._consumer is not None else ()
        names = sorted(f"{place.topic}/{place.partition}" for place in mine)
        return {name: self._lag.get(name, 0) for name in names}

    async def poll(self, *, max_records: int, wait_s: float) -> list[Record]:
        """Up to `max_records` messages in order of their partitions; [] when nothing came in time.

        The topics given first are served first.
        """
        try:
            consumer = await self._current(wait_s)
            if consumer is None:
                return []
            if self._rests and time.monotonic() > self._hurried_until:
                wait_s = min(wait_s, _GLANCE_S)
                await self._rest(consumer)
            self._apply_pause(consumer)
            records = await self._take(consumer, max_records, wait_s)
            self._had_nothing = not records
            await self._measure(consumer)
        except (KafkaError, OSError, TimeoutError) as error:
            log.warning("kafka.poll_failed", group=self._group, error=repr(error))
            await self.close()
            await asyncio.sleep(_BACKOFF_S)
            return []
        return [self._record(each) for each in records]

    def hurry(self, seconds: float) -> None:
        """Do not rest for so long: somebody waits for what comes."""
        self._hurried_until = max(self._hurried_until, time.monotonic() + seconds)

    async def commit(self, records: Sequence[Record]) -> None:
        """Never read these again. A commit that fails costs a duplicate, so it is only logged."""
        offsets: dict[TopicPartition, int] = {}
        for each in records:
            if each.generation == self._generation:
                place = TopicPartition(each.topic, each.partition)
                offsets[place] = max(offsets.get(place, 0), each.offset + 1)
        if not offsets or self._consumer is None or not self.joined:
            return
        try:
            async with asyncio.timeout(_COMMITTED_WITHIN_S):
                await self._consumer.commit(offsets)
        except (KafkaError, IllegalStateError, OSError, TimeoutError) as error:
            log.warning("kafka.commit_failed", group=self._group, error=repr(error))

    async def close(self) -> None:
        """Leave the group."""
        consumer, self._consumer = self._consumer, None
        self._kept.clear()
        self._lag = {}
        if consumer is not None:
            await end_tasks(self._joining)
            await close_quietly(consumer.stop())

    async def _current(self, wait_s: float) -> AIOKafkaConsumer | None:
        """The membership of this cluster's group; None while it joins, or the broker is away.

        Raises:
            TimeoutError: the group tells no share; another membership may have more luck.

        """
        current = self._generation == self._watch.generation and self._watch.present
        if self._consumer is None or not current:
            await self.close()
            if not self._watch.present:
                await asyncio.sleep(wait_s)
                return None
            self._join()
        if not self._joining.done():
            # The caller is asked in between whether it should stop, and the watch for the broker.
            await asyncio.wait([self._joining], timeout=wait_s)
        if not self._joining.done():
            if time.monotonic() - self._fed_at > _JOINED_WITHIN * self._session_s:
                raise TimeoutError("the group tells no share")
            return None
        self._joining.result()
        return self._consumer

    def _join(self) -> None:
        self._generation = self._watch.generation
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
        self._consumer.subscribe(list(self.topics), listener=self._share)
        self._joining = asyncio.create_task(self._consumer.start())
        self._fed_at = time.monotonic()

    async def _rest(self, consumer: AIOKafkaConsumer) -> None:
        """Leave the broker in peace, unless it has just had something and may have more."""
        if self._had_nothing:
            consumer.pause(*consumer.assignment())
            await asyncio.sleep(_REST_S)

    def _apply_pause(self, consumer: AIOKafkaConsumer) -> None:
        # Anew at every poll: a rebalance forgets what was paused.
        open_places = self._open_places(consumer)
        consumer.resume(*(consumer.paused() & open_places))
        consumer.pause(*(consumer.assignment() - open_places))

    def _open_places(self, consumer: AIOKafkaConsumer) -> set[TopicPartition]:
        return {each for each in consumer.assignment() if each.topic in self.accepting}

    async def _take(
        self, consumer: AIOKafkaConsumer, max_records: int, wait_s: float
    ) -> list[ConsumerRecord]:
        open_places = self._open_places(consumer)
        if not open_places:
            self._kept += await self._fetch(consumer, (), wait_s, None)
            return []
        if taken := self._take_kept(consumer, open_places, max_records):
            return taken
        for topic in self.topics[:-1]:
            first = [each for each in open_places if each.topic == topic]
            if first and (found := await self._fetch(consumer, first, 0, max_records)):
                return found
        return await self._fetch(consumer, tuple(open_places), wait_s, max_records)

    def _take_kept(
        self, consumer: AIOKafkaConsumer, open_places: set[TopicPartition], most: int
    ) -> list[ConsumerRecord]:
        """Of what came while it was not wanted; what now belongs to others, they read."""
        mine = consumer.assignment()
        kept = [(TopicPartition(each.topic, each.partition), each) for each in self._kept]
        taken = [each for place, each in kept if place in open_places][:most]
        self._kept = [each for place, each in kept if place in mine and each not in taken]
        return taken

    async def _fetch(
        self,
        consumer: AIOKafkaConsumer,
        partitions: Sequence[TopicPartition],
        wait_s: float,
        max_records: int | None,
    ) -> list[ConsumerRecord]:
        found = await consumer.getmany(
            *partitions, timeout_ms=int(wait_s * 1000), max_records=max_records
        )
        return [record for records in found.values() for record in records]

    def _record(self, raw: ConsumerRecord) -> Record:
        self._fed_at = time.monotonic()
        headers = dict(raw.headers)
        trace_id = headers.get(KAFKA_HEADER)
        return Record(
            topic=raw.topic,
            partition=raw.partition,
            offset=raw.offset,
            value=raw.value or b"",
            trace_id=trace_id.decode(errors="replace") if trace_id else None,
            generation=self._generation,
        )

    async def _measure(self, consumer: AIOKafkaConsumer) -> None:
        now = time.monotonic()
        if now - self._measured_at < _LAG_EVERY_S or not consumer.assignment():
            return
        self._measured_at = now
        async with asyncio.timeout(_COMMITTED_WITHIN_S):
            lag = await lag_of(consumer)
        self._lag = {f"{place.topic}/{place.partition}": behind for place, behind in lag.items()}
        for topic in self.topics:
            messages = sum(behind for place, behind in lag.items() if place.topic == topic)
            KAFKA_LAG_MESSAGES.labels(self._group, topic).set(messages)
        wanted = any(behind for place, behind in lag.items() if place.topic in self.accepting)
        if wanted and now - self._fed_at > _STUCK_AFTER_S:
            # Consumers were seen to hang after broker restarts; a new membership heals them.
            raise TimeoutError("messages wait, but none comes")
