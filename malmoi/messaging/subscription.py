"""Reading topics through whatever happens to brokers, and never dropping what a poll returned."""

import asyncio
import math
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.membership import Membership
from malmoi.messaging.share import lag_of
from malmoi.observability.metrics import KAFKA_LAG_MESSAGES
from malmoi.observability.trace import KAFKA_HEADER
from malmoi.settings import KafkaSettings

_COMMITTED_WITHIN_S = 5.0
_LAG_EVERY_S = 5.0
_STUCK_AFTER_S = 30.0
_BACKOFF_S = 0.5
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
        least_s = _PATIENT_S if haste is Haste.NEVER else 0.0
        fetch_wait_s = max(settings.kafka_fetch_max_wait_s, least_s)
        self._rests = haste is Haste.SOMETIMES and fetch_wait_s < _LONG_POLL_S
        self._hurried_until = -math.inf
        self._had_nothing = False
        self._group = group
        self.topics = tuple(topics)
        self._membership = Membership(
            settings, watch, group=group, topics=self.topics, fetch_wait_s=fetch_wait_s
        )
        self._kept: list[ConsumerRecord] = []
        self._fed_at = self._measured_at = time.monotonic()
        self.accepting: Collection[str] = self.topics
        """The topics of which more is wanted."""
        self._lag: dict[str, int] = {}

    @property
    def joined(self) -> bool:
        """Whether the group has told us our share, which may be empty."""
        return self._membership.joined

    @property
    def share_changed(self) -> asyncio.Event:
        """Set whenever the group has assigned partitions."""
        return self._membership.share_changed

    @property
    def lag(self) -> dict[str, int]:
        """Messages not yet read, by `topic/partition` of our share; 0 where not measured yet."""
        mine = self._membership.assignment()
        names = sorted(f"{place.topic}/{place.partition}" for place in mine)
        return {name: self._lag.get(name, 0) for name in names}

    async def poll(self, *, max_records: int, wait_s: float) -> list[Record]:
        """Up to `max_records` messages in order of their partitions; [] when nothing came in time.

        The topics given first are served first.
        """
        try:
            if self._membership.outlived:
                await self.close()
            consumer = await self._membership.consumer(wait_s)
            if consumer is None:
                return []
            if self._rests and time.monotonic() > self._hurried_until:
                wait_s = min(wait_s, _GLANCE_S)
                await self._rest(consumer)
            self._apply_pause(consumer)
            records = await self._take(consumer, max_records, wait_s)
            self._had_nothing = not records
            await self._measure(consumer, fed=bool(records))
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
            if each.generation == self._membership.generation:
                place = TopicPartition(each.topic, each.partition)
                offsets[place] = max(offsets.get(place, 0), each.offset + 1)
        if not offsets:
            return
        try:
            async with asyncio.timeout(_COMMITTED_WITHIN_S):
                await self._membership.commit(offsets)
        except (KafkaError, IllegalStateError, OSError, TimeoutError) as error:
            log.warning("kafka.commit_failed", group=self._group, error=repr(error))

    async def close(self) -> None:
        """Leave the group."""
        self._kept.clear()
        self._lag = {}
        await self._membership.leave()

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
            generation=self._membership.generation,
        )

    async def _measure(self, consumer: AIOKafkaConsumer, *, fed: bool) -> None:
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
        if fed or not wanted:
            self._fed_at = now
        elif now - max(self._fed_at, self._membership.began_at) > _STUCK_AFTER_S:
            # Consumers were seen to hang after broker restarts; a new membership heals them.
            raise TimeoutError("messages wait, but none comes")
