"""What proves that a report cannot still be on its way (ARCHITECTURE section 4.4)."""

import asyncio
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from malmoi.messaging.closing import close_quietly
from malmoi.settings import KafkaSettings

Offsets = Mapping[str, int]
"""Offsets by `topic/partition`."""

_ANSWER_WITHIN_S = 10.0


class EvidenceUnavailable(Exception):
    """The broker did not answer; nothing is proven."""


class Evidence:
    """End offsets and what a group has read; connects anew for every look, which is rare."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._servers = settings.kafka_bootstrap_servers
        self._partitions = settings.kafka_topic_partitions

    async def end_offsets(self, topics: Sequence[str]) -> dict[str, int]:
        """Where the next message of each partition would be stored; raises EvidenceUnavailable."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._servers, fetch_max_wait_ms=100)
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                await consumer.start()
                if not await consumer.topics() >= set(topics):
                    # Tansu never serves a partition that was asked for before it was created.
                    raise EvidenceUnavailable("the broker was emptied and has no topics yet")
                ends = await _high_watermarks(
                    consumer, await consumer.end_offsets(self._places(topics))
                )
        except (KafkaError, OSError, TimeoutError) as error:
            raise EvidenceUnavailable(repr(error)) from error
        finally:
            await close_quietly(consumer.stop())
        return {_name(place): offset for place, offset in ends.items()}

    async def committed(self, group: str, topics: Sequence[str]) -> dict[str, int]:
        """The next offset that the group would read; 0 where it never committed."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._servers)
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                await admin.start()
                found = await admin.list_consumer_group_offsets(
                    group, partitions=self._places(topics)
                )
        except (KafkaError, OSError, TimeoutError) as error:
            raise EvidenceUnavailable(repr(error)) from error
        finally:
            await close_quietly(admin.close())
        return {_name(place): max(0, stored.offset) for place, stored in found.items()}

    def _places(self, topics: Sequence[str]) -> list[TopicPartition]:
        return [
            TopicPartition(topic, number) for topic in topics for number in range(self._partitions)
        ]


async def _high_watermarks(
    consumer: AIOKafkaConsumer, listed: Mapping[TopicPartition, int]
) -> Mapping[TopicPartition, int]:
    """The true ends: Tansu lists the beginning of the last batch, but fetches tell its end."""
    filled = {place: end for place, end in listed.items() if end > 0}
    if not filled:
        return listed
    consumer.assign(list(filled))
    for place, end in filled.items():
        consumer.seek(place, end - 1)
    while any(consumer.highwater(place) is None for place in filled):
        await consumer.getmany(timeout_ms=100)
    return {**listed, **{place: max(filled[place], consumer.highwater(place)) for place in filled}}


def has_read(committed: Offsets, ends: Offsets) -> bool:
    """Whether everything before `ends` was read."""
    return all(committed.get(place, 0) >= end for place, end in ends.items())


def _name(place: TopicPartition) -> str:
    return f"{place.topic}/{place.partition}"
