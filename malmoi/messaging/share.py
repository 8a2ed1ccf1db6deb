"""The partitions that a group has given to one of its members, and what waits in them."""

import asyncio

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition


class Share(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Notes that the group has assigned partitions."""

    def __init__(self, changed: asyncio.Event) -> None:
        self.told = False
        self._changed = changed

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Nothing to do: what was polled and not committed comes again elsewhere."""

    async def on_partitions_assigned(self, _: set[TopicPartition]) -> None:
        """The group is complete, whatever our share of it is."""
        self.told = True
        self._changed.set()


async def lag_of(consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
    """Messages of each partition that the consumer has not read yet; raises KafkaError."""
    ends = await consumer.end_offsets(consumer.assignment())
    lag: dict[TopicPartition, int] = {}
    for place, listed in ends.items():
        # Tansu lists the beginning of the last batch; what was fetched knows its end.
        end = max(listed, consumer.highwater(place) or 0)
        lag[place] = max(0, end - await consumer.position(place))
    return lag
