"""Publishing: a message is sent when the broker has acknowledged it, and not before."""

import asyncio
from dataclasses import dataclass
from typing import TypeVar

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from malmoi.contracts.messages import Message
from malmoi.contracts.topics import Topic
from malmoi.messaging.closing import close_quietly
from malmoi.messaging.cluster import ClusterWatch
from malmoi.observability.trace import KAFKA_HEADER
from malmoi.settings import KafkaSettings

M = TypeVar("M", bound=Message)
_ACKNOWLEDGED_WITHIN_S = 8.0
_RETRY_AFTER_S = 0.5

log = structlog.get_logger()


class BrokerAway(Exception):
    """The broker did not acknowledge; the message may or may not have been stored."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the broker stored a message."""

    cluster_id: str
    partition: int
    offset: int


class Publisher:
    """One producer, rebuilt when the cluster watch says so.

    Not idempotent: aiokafka's idempotent producer hangs while the broker is away, and every
    reader takes duplicates.
    """

    def __init__(self, settings: KafkaSettings, watch: ClusterWatch) -> None:
        self._settings = settings
        self._watch = watch
        self._producer: AIOKafkaProducer | None = None
        self._generation = -1
        self._building = asyncio.Lock()

    async def send(
        self, topic: str, *, key: str, value: bytes, trace_id: str, partition: int | None = None
    ) -> Placement:
        """Store one message, in the partition of its key unless another is named.

        Raises:
            BrokerAway: no acknowledgement in time; sending again is safe.

        """
        if not self._watch.present:
            await self.close()  # it would try to connect thousands of times a second
            raise BrokerAway("the broker is away")
        cluster_id = self._watch.cluster_id
        try:
            async with asyncio.timeout(_ACKNOWLEDGED_WITHIN_S):
                producer = await self._current()
                stored = await producer.send_and_wait(
                    topic,
                    value,
                    key=key.encode(),
                    partition=partition,
                    headers=[(KAFKA_HEADER, trace_id.encode())],
                )
        except (KafkaError, OSError, TimeoutError) as error:
            raise BrokerAway(repr(error)) from error
        return Placement(cluster_id, stored.partition, stored.offset)

    async def publish(self, topic: Topic[M], message: M, *, trace_id: str) -> Placement:
        """Store one message of a topic; raises as `send` does."""
        return await self.send(
            topic.name, key=topic.key(message), value=topic.encode(message), trace_id=trace_id
        )

    async def publish_surely(self, topic: Topic[M], message: M, *, trace_id: str) -> Placement:
        """Store one message, however long the broker stays away."""
        while True:
            try:
                return await self.publish(topic, message, trace_id=trace_id)
            except BrokerAway as error:
                log.warning("message.not_acknowledged", topic=topic.name, error=str(error))
                await asyncio.sleep(_RETRY_AFTER_S)

    async def close(self) -> None:
        """Disconnect; what was acknowledged stays."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await close_quietly(producer.stop())

    async def _current(self) -> AIOKafkaProducer:
        async with self._building:
            if self._producer is None or self._generation != self._watch.generation:
                await self.close()
                generation = self._watch.generation
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._settings.kafka_bootstrap_servers,
                    acks="all",
                    request_timeout_ms=int(_ACKNOWLEDGED_WITHIN_S * 1000),
                )
                self._producer = producer
                await producer.start()
                self._generation = generation
            return self._producer
