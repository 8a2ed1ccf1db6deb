"""What is on the wire is written down: a changed message fails here, not in production."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from malmoi.contracts.topics import (
    REQUESTS,
    SIGN_REQUESTS,
    SIGN_RESULTS,
    SIGN_SERVICES_SEEN,
    TASK_ERRORS,
    TASK_PROGRESS,
    TASK_RESULTS,
    WORKERS_SEEN,
    Topic,
    all_topics,
    dead_letters_of,
)

GOLDEN = Path(__file__).parents[3] / "malmoi/contracts/golden"
TOPIC_OF = {
    "task_requested": next(iter(REQUESTS.values())),
    "task_started": TASK_PROGRESS,
    "task_heartbeat": TASK_PROGRESS,
    "task_released": TASK_PROGRESS,
    "task_planned": TASK_RESULTS,
    "task_succeeded": TASK_RESULTS,
    "task_failed": TASK_ERRORS,
    "worker_seen": WORKERS_SEEN,
    "sign_requested": SIGN_REQUESTS,
    "sign_service_seen": SIGN_SERVICES_SEEN,
    "sign_ready": SIGN_RESULTS,
    "sign_failed": SIGN_RESULTS,
    "dead_letter": dead_letters_of("stt.results"),
}


def test_every_golden_file_has_its_topic() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(TOPIC_OF)


@pytest.mark.parametrize(("name", "topic"), TOPIC_OF.items())
def test_a_golden_message_is_read_and_written_unchanged(name: str, topic: Topic) -> None:
    golden = (GOLDEN / f"{name}.json").read_bytes()

    written = topic.encode(topic.decode(golden))

    assert json.loads(written) == json.loads(golden)


@pytest.mark.parametrize(("name", "topic"), TOPIC_OF.items())
def test_a_field_of_a_newer_version_is_ignored(name: str, topic: Topic) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_bytes())

    newer = json.dumps({**golden, "added_later": True}).encode()

    assert topic.decode(newer) == topic.decode(json.dumps(golden).encode())


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b'{"schema_version": 99}'])
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    for topic in all_topics():
        if topic.name != dead_letters_of("x").name:
            with pytest.raises(ValidationError):
                topic.decode(raw)


def test_the_topics_are_those_of_the_architecture() -> None:
    live = {topic.name for topic in all_topics() if not topic.name.endswith(".dlq")}

    assert live == {
        "stt.requests.whisper.interactive",
        "stt.requests.whisper.batch",
        "stt.progress",
        "stt.results",
        "stt.errors",
        "stt.workers",
        "sign.requests",
        "sign.results",
        "sign.services",
    }
    assert {f"{name}.dlq" for name in live} <= {topic.name for topic in all_topics()}
