"""Readers without a database park what they cannot read on its topic, and count it."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from prometheus_client import REGISTRY

from malmoi.contracts.jobs import Engine, Lane
from malmoi.contracts.messages import DeadLetter
from malmoi.contracts.topics import REQUESTS, SIGN_REQUESTS, Topic
from malmoi.messaging.subscription import Record
from sign_service.run import SignService
from stt_worker_base.worker import Worker

_TASKS = REQUESTS[Engine.WHISPER, Lane.BATCH]


@dataclass
class Published:
    """Stands for the broker."""

    letters: list[tuple[str, DeadLetter, str]] = field(default_factory=list)

    async def publish_surely(
        self, topic: Topic[DeadLetter], message: DeadLetter, *, trace_id: str
    ) -> None:
        self.letters.append((topic.name, message, trace_id))


@dataclass
class Feed:
    """Hands out one record, notes that it is committed, then asks its reader to stop."""

    record: Record
    stop: asyncio.Event
    topics: tuple[str, ...] = ()
    accepting: object = ()
    committed: list[Record] = field(default_factory=list)
    read: bool = False

    async def poll(self, *, max_records: int, wait_s: float) -> list[Record]:
        if self.read:
            await asyncio.sleep(0)
            return []
        self.read = True
        return [self.record]

    async def commit(self, records: list[Record]) -> None:
        self.committed += records
        self.stop.set()

    async def close(self) -> None:
        """Nothing to leave."""


def unreadable(topic: str) -> tuple[Feed, asyncio.Event]:
    stop = asyncio.Event()
    return Feed(Record(topic, 2, 7, b'{"half": "a\0 r\xff', "t" * 8, 1), stop), stop


def dead(topic: str) -> float:
    labels = {"topic": topic, "effect": "dead"}
    return REGISTRY.get_sample_value("malmoi_messages_handled_total", labels) or 0.0


def require_parked(published: Published, feed: Feed) -> None:
    [(name, letter, trace_id)] = published.letters
    assert (name, trace_id) == (f"{feed.record.topic}.dlq", "t" * 8)
    assert letter.source_topic == feed.record.topic
    assert letter.payload == '{"half": "a\\0 r\ufffd'
    assert letter.reason.startswith("unreadable")
    assert feed.committed == [feed.record]


async def test_a_worker_that_cannot_read_a_request() -> None:
    published, before = Published(), dead(_TASKS.name)
    feed, stop = unreadable(_TASKS.name)
    worker = Worker(
        cast(Any, SimpleNamespace(drain_s=1)),
        subscription=cast(Any, feed),
        runner=cast(Any, SimpleNamespace(publisher=published)),
        slots=lambda: 1,
        topics={Lane.BATCH: _TASKS},
    )

    await worker.run(stop)

    require_parked(published, feed)
    assert dead(_TASKS.name) == before + 1


async def test_a_sign_service_that_cannot_read_a_request() -> None:
    published, before = Published(), dead(SIGN_REQUESTS.name)
    feed, stop = unreadable(SIGN_REQUESTS.name)
    settings = SimpleNamespace(sign_drain_s=1)
    service = SignService(cast(Any, settings), *cast(Any, (feed, published, None)))

    await service.run(stop)

    require_parked(published, feed)
    assert dead(SIGN_REQUESTS.name) == before + 1
