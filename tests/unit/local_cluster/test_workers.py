"""What `--workers` takes."""

import pytest

from local_cluster.errors import BadReplicas
from local_cluster.plan import Plan
from local_cluster.services import parse_workers


@pytest.mark.parametrize(
    "words",
    [["whisper=2"], ["whisper=1", "whisper=2"], ["whisper=1,whisper=2"], [" whisper=2 "]],
)
def test_workers_are_counted_by_engine_and_the_last_word_counts(words: list[str]) -> None:
    assert parse_workers(words) == {"stt_worker_whisper": 2}


def test_no_word_changes_nothing() -> None:
    assert parse_workers([]) == {}


@pytest.mark.parametrize(
    "word", ["whisper", "whisper=", "whisper=-1", "whisper=two", "whisper=65", "whisper=²", "=2"]
)
def test_what_is_no_number_of_workers_is_refused(word: str) -> None:
    with pytest.raises(BadReplicas):
        parse_workers([word])


def test_an_engine_without_a_worker_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(BadReplicas, match=r"no worker for 'siri'; there is: whisper"):
        parse_workers(["siri=1"])


def test_a_plan_numbers_its_replicas_and_keeps_the_defaults_of_the_rest() -> None:
    plan = Plan(replicas={"api_gateway": 2, "stt_worker_whisper": 0})

    assert [(service.name, number) for service, number in plan.processes()] == [
        ("api_gateway", 1),
        ("api_gateway", 2),
        ("result_handler", 1),
        ("sign_service", 1),
    ]
