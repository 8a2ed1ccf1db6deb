"""The life of a job, move by move."""

from itertools import product

import pytest

from malmoi.contracts.jobs import JobState, TaskState, judge
from malmoi.contracts.task_errors import TaskErrorCode

QUEUED, RUNNING = JobState.QUEUED, JobState.RUNNING
COMPLETED, FAILED, CANCELLED = JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED
FINAL = [COMPLETED, FAILED, CANCELLED]
LEGAL = {
    (QUEUED, RUNNING),
    (QUEUED, COMPLETED),
    (QUEUED, FAILED),
    (QUEUED, CANCELLED),
    (RUNNING, COMPLETED),
    (RUNNING, FAILED),
    (RUNNING, CANCELLED),
}


@pytest.mark.parametrize(("current", "target"), list(product(JobState, JobState)))
def test_only_the_legal_moves_apply(current: JobState, target: JobState) -> None:
    assert (judge(current, target) == "apply") == ((current, target) in LEGAL)


def test_a_repeated_state_is_a_duplicate() -> None:
    assert [judge(state, state) for state in JobState] == ["duplicate"] * 5


@pytest.mark.parametrize(("current", "target"), list(product(FINAL, [QUEUED, RUNNING])))
def test_what_comes_after_the_end_is_stale(current: JobState, target: JobState) -> None:
    assert judge(current, target) == "stale"


def test_final_states_are_these_three() -> None:
    assert [state for state in JobState if state.is_final] == FINAL


def test_a_task_is_open_until_it_is_closed() -> None:
    assert [state for state in TaskState if state.is_open] == ["waiting", "dispatched", "running"]


def test_the_sender_can_act_on_faults_of_the_recording_only() -> None:
    ours = {code for code in TaskErrorCode if not code.sender_can_act}

    assert ours == {
        "AUDIO_MISSING",
        "ENGINE_FAILED",
        "ENGINE_CRASHED",
        "ENGINE_TIMEOUT",
        "ENGINE_OUT_OF_MEMORY",
        "WORKER_LOST",
    }
