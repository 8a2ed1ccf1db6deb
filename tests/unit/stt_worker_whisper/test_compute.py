"""What is computed on, and what is given up first when the memory ends."""

from pathlib import Path

import pytest

from stt_worker_base.outcome import Fallback
from stt_worker_whisper.compute import cannot_load, compute_plan, fallback
from stt_worker_whisper.settings import ModelSettings


def settings(**changes: object) -> ModelSettings:
    return ModelSettings(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "gpus", "device", "compute_type", "at_once"),
    [
        ({}, 0, "cpu", "int8", 1),
        ({"cpu_threads": 2}, 0, "cpu", "int8", 4),
        ({"cpu_threads": 2, "batch_size": 1}, 0, "cpu", "int8", 2),
        ({"cpu_threads": 4}, 1, "cuda", "float16", 8),
        ({"batch_size": 16, "compute_type": "int8_float16"}, 1, "cuda", "int8_float16", 16),
        ({"device": "cpu"}, 1, "cpu", "int8", 1),
        ({"device": "cuda"}, 0, "cuda", "float16", 8),
    ],
)
def test_what_is_not_said_is_chosen_by_the_machine(
    changes: dict[str, object], gpus: int, device: str, compute_type: str, at_once: int
) -> None:
    plan = compute_plan(settings(**changes), gpus=gpus)

    assert (plan.device, plan.compute_type, plan.at_once) == (device, compute_type, at_once)


def test_the_batch_is_halved_then_the_model_smaller_then_the_processor_has_to_do() -> None:
    said = settings(device="cuda", fallback_model_name="tiny")
    names = []

    while (smaller := _fallback(said)) is not None:
        names.append(smaller.name)
        said = settings(**said.model_dump() | _lower(smaller.environment))

    assert names == ["batch size 4", "batch size 2", "batch size 1", "model tiny", "cpu"]


def _fallback(said: ModelSettings) -> Fallback | None:
    plan = compute_plan(said, gpus=1)
    return fallback(said, device=plan.device, batch_size=plan.batch_size)


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (RuntimeError("CUDA failed with error out of memory"), "model tiny"),
        (RuntimeError("Unable to open file 'model.bin'"), None),
    ],
)
def test_only_want_of_memory_is_a_reason_to_load_another_model(
    error: RuntimeError, name: str | None
) -> None:
    said = settings(fallback_model_name="tiny")

    refused = cannot_load(Path("large"), error, said, device="cuda")

    assert (refused.fallback.name if refused.fallback else None) == name
    assert "large" in str(refused)


def _lower(environment: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in environment.items()}
