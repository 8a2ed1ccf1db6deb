"""Every topic, typed: what it carries and by which key (ARCHITECTURE section 6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar

from pydantic import TypeAdapter

from malmoi.contracts.jobs import Engine, Lane
from malmoi.contracts.messages import (
    PROGRESS,
    RESULT,
    DeadLetter,
    Message,
    TaskFailed,
    TaskProgress,
    TaskRequested,
    TaskResult,
)
from malmoi.contracts.sign import SIGN_RESULT, SignRequested, SignResult, SignServiceSeen
from malmoi.contracts.workers import WorkerSeen

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Topic(Generic[M]):
    """A Kafka topic. Messages of one key share a partition; nobody relies on their order."""

    name: str
    adapter: TypeAdapter[M]
    key: Callable[[M], str]
    retention: timedelta = timedelta(days=7)

    def encode(self, message: M) -> bytes:
        """The JSON bytes that go on the wire."""
        return self.adapter.dump_json(message)

    def decode(self, raw: bytes) -> M:
        """Read any version still on the wire.

        Raises:
            pydantic.ValidationError: it is no message of this topic.

        """
        return self.adapter.validate_json(raw)


def _job_key(message: TaskProgress | TaskResult | TaskFailed) -> str:
    return str(message.job_id)


def _requests(engine: Engine, lane: Lane) -> Topic[TaskRequested]:
    name = f"stt.requests.{engine}.{lane}"
    return Topic(name, TypeAdapter(TaskRequested), key=lambda m: str(m.task_id))


REQUESTS: Final = {(engine, lane): _requests(engine, lane) for engine in Engine for lane in Lane}
"""Where the workers of an engine take their tasks from, by lane."""

TASK_PROGRESS: Final[Topic[TaskProgress]] = Topic("stt.progress", PROGRESS, key=_job_key)
TASK_RESULTS: Final[Topic[TaskResult]] = Topic("stt.results", RESULT, key=_job_key)
TASK_ERRORS: Final = Topic("stt.errors", TypeAdapter(TaskFailed), key=_job_key)

WORKERS_SEEN: Final = Topic(
    "stt.workers",
    TypeAdapter(WorkerSeen),
    key=lambda m: m.worker_id,
    retention=timedelta(hours=1),
)
"""A topic of its own: nobody's lease waits for it, and older readers never meet it."""

SIGN_REQUESTS: Final = Topic(
    "sign.requests", TypeAdapter(SignRequested), key=lambda m: str(m.message_id)
)
SIGN_RESULTS: Final[Topic[SignResult]] = Topic(
    "sign.results", SIGN_RESULT, key=lambda m: str(m.message_id)
)

SIGN_SERVICES_SEEN: Final = Topic(
    "sign.services",
    TypeAdapter(SignServiceSeen),
    key=lambda m: m.worker_id,
    retention=timedelta(hours=1),
)

REPORTS: Final[tuple[str, ...]] = (TASK_PROGRESS.name, TASK_RESULTS.name, TASK_ERRORS.name)
"""What the result handler reads; a lease is judged only after all three were read to their end."""


READ_WITHOUT_DATABASE: Final[tuple[str, ...]] = (
    *(topic.name for topic in REQUESTS.values()),
    SIGN_REQUESTS.name,
)
"""Whoever reads these can park a message on its dead-letter topic only."""


def dead_letters_of(topic_name: str) -> Topic[DeadLetter]:
    """Where messages of a topic go that nobody could handle."""
    return Topic(
        f"{topic_name}.dlq",
        TypeAdapter(DeadLetter),
        key=lambda m: str(m.task_id or ""),
        retention=timedelta(days=30),
    )


def all_topics() -> tuple[Topic[Any], ...]:
    """Every topic that must exist before a service starts."""
    speech: tuple[Topic[Any], ...] = (*REQUESTS.values(), TASK_PROGRESS, TASK_RESULTS, TASK_ERRORS)
    live = (*speech, WORKERS_SEEN, SIGN_REQUESTS, SIGN_RESULTS, SIGN_SERVICES_SEEN)
    return (*live, *(dead_letters_of(topic.name) for topic in live))
