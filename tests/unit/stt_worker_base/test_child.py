"""Whatever happens to the inference process, the worker gets a typed outcome and goes on."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.task_errors import TaskErrorCode
from stt_worker_base.child import InferenceChild
from stt_worker_base.errors import EngineUnavailable
from stt_worker_base.outcome import Cancelled, Detected, Failed, Outcome, Progress, Transcribed
from stt_worker_base.settings import WorkerSettings
from tests.unit.stt_worker_base.conftest import AT_ONCE, FAULTY, HUNGRY, TOO_LARGE, StartChild


async def recognise(child: InferenceChild, clip: Path, fault: str | None = None) -> Outcome:
    options = DecodeOptions(language="ko", prompt=fault)
    return await child.transcribe(clip, options, max_audio_s=60)


async def test_a_recording_is_recognised(start_child: StartChild, clip: Path) -> None:
    child = await start_child()

    outcome = await recognise(child, clip)

    assert isinstance(outcome, Transcribed)
    assert outcome.transcript.text == "fault-free"
    assert outcome.transcript.language == "ko"
    assert outcome.model == "fault"
    assert outcome.audio_s == outcome.transcript.duration_s == pytest.approx(2)
    assert outcome.timings.decode_s > 0


async def test_the_capabilities_are_the_loaded_engines(start_child: StartChild) -> None:
    assert (await start_child()).capabilities.word_timestamps is True


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("fault:crash", TaskErrorCode.ENGINE_CRASHED),
        ("fault:raise", TaskErrorCode.ENGINE_FAILED),
        ("fault:memory", TaskErrorCode.ENGINE_OUT_OF_MEMORY),
        ("fault:hang", TaskErrorCode.ENGINE_TIMEOUT),
    ],
)
async def test_a_failed_engine_is_a_retryable_outcome_and_the_next_task_succeeds(
    start_child: StartChild, clip: Path, fault: str, code: TaskErrorCode
) -> None:
    child = await start_child(task_min_deadline_s=1, task_deadline_factor=0.1)

    failed = await recognise(child, clip, fault)
    following = await recognise(child, clip)

    assert isinstance(failed, Failed)
    assert (failed.code, failed.retryable) == (code, True)
    assert isinstance(following, Transcribed)


async def test_a_mistake_of_ours_costs_the_attempt_and_nobody_waits_for_it(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child(task_min_deadline_s=60)

    async with asyncio.timeout(10):
        failed = await recognise(child, clip, "fault:mistake")

    assert isinstance(failed, Failed)
    assert (failed.code, failed.retryable) == (TaskErrorCode.ENGINE_FAILED, True)
    assert child.ready


async def test_a_verdict_about_the_recording_is_not_retryable_and_costs_no_process(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child()

    rejected = await recognise(child, clip, "fault:reject")

    assert isinstance(rejected, Failed)
    assert (rejected.code, rejected.retryable) == (TaskErrorCode.LANGUAGE_UNSUPPORTED, False)
    assert child.ready


async def test_an_unreadable_recording_is_not_retryable(
    start_child: StartChild, tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp3"
    path.write_text("<html>")

    failed = await recognise(await start_child(), path)

    assert isinstance(failed, Failed)
    assert (failed.code, failed.retryable) == (TaskErrorCode.AUDIO_UNREADABLE, False)
    assert "Export it again" in failed.detail


async def test_a_longer_recording_than_allowed_is_refused(
    start_child: StartChild, clip: Path
) -> None:
    outcome = await (await start_child()).transcribe(clip, DecodeOptions(), max_audio_s=0.5)

    assert isinstance(outcome, Failed)
    assert outcome.code is TaskErrorCode.AUDIO_TOO_LONG


async def test_the_deadline_grows_with_the_audio(start_child: StartChild, clip: Path) -> None:
    child = await start_child(task_min_deadline_s=0.5, task_deadline_factor=2)

    assert isinstance(await recognise(child, clip, "fault:sleep=1.5"), Transcribed)


async def test_a_stopped_process_is_as_good_as_a_hung_one(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child(task_min_deadline_s=1, task_deadline_factor=0.1)
    os.kill(_pid(child), signal.SIGSTOP)

    outcome = await recognise(child, clip)

    assert isinstance(outcome, Failed)
    assert outcome.code is TaskErrorCode.ENGINE_TIMEOUT


async def begun(child: InferenceChild, clip: Path, fault: str) -> asyncio.Task[Outcome]:
    """A batch task that the process has begun."""
    started = asyncio.Event()
    options = DecodeOptions(prompt=fault)
    task = asyncio.create_task(
        child.transcribe(clip, options, max_audio_s=60, on_progress=lambda _: started.set())
    )
    await started.wait()
    return task


async def urgently(child: InferenceChild, clip: Path, fault: str | None = None) -> Outcome:
    options = DecodeOptions(prompt=fault)
    return await child.transcribe(clip, options, max_audio_s=60, urgent=True)


async def test_an_urgent_clip_is_served_amid_a_batch_task(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child()
    batch = await begun(child, clip, "fault:windows=40")

    assert isinstance(await urgently(child, clip), Transcribed)

    assert not batch.done()
    assert isinstance(await batch, Transcribed)


async def test_the_time_of_an_urgent_clip_is_not_taken_from_a_batch_task(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child(task_min_deadline_s=3, task_deadline_factor=0.1)
    first = _pid(child)
    batch = await begun(child, clip, "fault:windows=40")
    await asyncio.sleep(1.2)

    urgent = await urgently(child, clip, "fault:windows=44")  # longer than the batch task has left

    assert isinstance(urgent, Transcribed)
    assert isinstance(await batch, Transcribed)
    assert _pid(child) == first


async def test_the_language_is_detected_amid_a_batch_task(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child()
    batch = await begun(child, clip, "fault:windows=40")

    detected = await child.detect_language(clip, max_audio_s=60)

    assert isinstance(detected, Detected)
    assert (detected.language, detected.probability) == ("ko", 0.9)
    assert not batch.done()
    assert isinstance(await batch, Transcribed)


@pytest.mark.parametrize("fault", ["fault:crash", "fault:hang", "fault:memory"])
async def test_an_urgent_clip_that_ends_the_process_costs_the_batch_task_no_attempt(
    start_child: StartChild, clip: Path, fault: str
) -> None:
    child = await start_child(task_min_deadline_s=3, task_deadline_factor=0.1)
    batch = await begun(child, clip, "fault:windows=20")

    assert isinstance(await urgently(child, clip, fault), Failed)

    assert isinstance(await batch, Transcribed)


async def test_a_batch_task_that_ends_the_process_costs_a_waiting_clip_no_attempt(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child(task_min_deadline_s=2, task_deadline_factor=0.1)
    batch = await begun(child, clip, "fault:hang")

    assert isinstance(await urgently(child, clip), Transcribed)

    failed = await batch
    assert isinstance(failed, Failed)
    assert failed.code is TaskErrorCode.ENGINE_TIMEOUT


async def test_an_abandoned_clip_costs_the_batch_task_no_attempt(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child()
    batch = await begun(child, clip, "fault:windows=20")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(urgently(child, clip, "fault:hang"), 1)

    assert isinstance(await batch, Transcribed)


async def test_time_that_an_urgent_clip_takes_does_not_count_against_the_batch_task(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child(task_min_deadline_s=2, task_deadline_factor=0.1)
    batch = await begun(child, clip, "fault:windows=20")

    for _ in range(2):
        assert isinstance(await urgently(child, clip, "fault:sleep=1.2"), Transcribed)

    assert isinstance(await batch, Transcribed)


async def test_an_abandoned_task_does_not_keep_the_process_busy(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(recognise(child, clip, "fault:hang"), 0.5)

    assert isinstance(await asyncio.wait_for(recognise(child, clip), 5), Transcribed)


async def test_stopping_ends_a_task_in_hand(start_child: StartChild, clip: Path) -> None:
    child = await start_child()
    hanging = asyncio.create_task(recognise(child, clip, "fault:hang"))
    await asyncio.sleep(0.3)
    pid = _pid(child)

    await child.stop()

    assert isinstance(await hanging, Cancelled)
    assert not child.ready
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(EngineUnavailable):
        await recognise(child, clip)


async def test_an_idle_process_that_dies_is_replaced_unasked(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child()
    first = _pid(child)
    os.kill(first, signal.SIGKILL)

    async with asyncio.timeout(5):
        while not child.ready or _pid(child) == first:
            await asyncio.sleep(0.02)

    assert isinstance(await recognise(child, clip), Transcribed)


async def test_tasks_take_turns(start_child: StartChild, clip: Path) -> None:
    child = await start_child()

    outcomes = await asyncio.gather(*(recognise(child, clip) for _ in range(3)))

    assert [outcome.kind for outcome in outcomes] == ["transcribed"] * 3


async def test_an_engine_for_two_recordings_recognises_them_side_by_side(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child(AT_ONCE)
    first = await begun(child, clip, "fault:windows=40")

    assert isinstance(await recognise(child, clip), Transcribed)

    assert not first.done()
    assert isinstance(await first, Transcribed)


@pytest.mark.parametrize("fault", ["fault:crash", "fault:hang", "fault:memory"])
async def test_of_recordings_side_by_side_only_the_one_to_blame_fails(
    start_child: StartChild, clip: Path, fault: str
) -> None:
    child = await start_child(AT_ONCE, task_min_deadline_s=3, task_deadline_factor=0.1)
    innocent = await begun(child, clip, "fault:windows=20")

    outcomes = await asyncio.gather(
        recognise(child, clip, fault), urgently(child, clip, "fault:windows=20"), innocent
    )

    assert [outcome.kind for outcome in outcomes] == ["failed", "transcribed", "transcribed"]
    assert isinstance(await recognise(child, clip), Transcribed)


async def test_an_engine_whose_memory_ends_is_started_smaller_until_it_fits(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child(HUNGRY)

    outcomes = await asyncio.gather(*(recognise(child, clip) for _ in range(4)))
    following = await recognise(child, clip)

    for outcome in [*outcomes, following]:
        assert isinstance(outcome, Transcribed)
        assert outcome.fallbacks == ("batch size 2", "batch size 1")
    assert isinstance(await recognise(child, clip, "fault:memory"), Failed)


def hung_processes() -> float:
    counted = REGISTRY.get_sample_value("malmoi_child_restarts_total", {"cause": "died"})
    return counted or 0.0


async def test_recordings_wait_outside_a_process_that_has_become_smaller(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child(HUNGRY, task_min_deadline_s=1, task_deadline_factor=0.1)
    before = hung_processes()

    # Four at once, then one: inside, the time of the others would count against the last one.
    outcomes = await asyncio.gather(*(recognise(child, clip, "fault:sleep=0.6") for _ in range(4)))

    assert all(isinstance(each, Transcribed) for each in outcomes)
    assert hung_processes() == before


async def test_a_model_too_large_to_be_loaded_is_replaced_by_what_fits(
    start_child: StartChild, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MODEL_NAME", raising=False)
    monkeypatch.delenv("DEVICE", raising=False)
    child = await start_child(TOO_LARGE)

    outcome = await recognise(child, clip)

    assert isinstance(outcome, Transcribed)
    assert outcome.fallbacks == ("model small", "cpu")


async def test_a_process_that_grew_beyond_the_watermark_is_replaced_before_the_next_task(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child(memory_watermark=300 * 1024**2)
    first = _pid(child)

    assert isinstance(await recognise(child, clip), Transcribed)
    assert isinstance(await recognise(child, clip, f"fault:leak={400 * 1024**2}"), Transcribed)
    assert _pid(child) == first
    assert isinstance(await recognise(child, clip), Transcribed)
    assert _pid(child) != first


async def test_what_is_in_hand_is_finished_before_a_process_is_replaced(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child(AT_ONCE, memory_watermark=300 * 1024**2)
    first = _pid(child)
    in_hand = await begun(child, clip, "fault:windows=20")
    await recognise(child, clip, f"fault:leak={400 * 1024**2}")

    following = asyncio.create_task(recognise(child, clip))

    assert isinstance(await in_hand, Transcribed)
    assert isinstance(await following, Transcribed)
    assert _pid(child) != first


async def test_progress_names_the_stage_and_the_share_of_the_audio(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child()
    seen: list[Progress] = []

    await child.transcribe(clip, DecodeOptions(), max_audio_s=60, on_progress=seen.append)

    assert [(progress.stage, progress.fraction) for progress in seen] == [
        ("decode", 0),
        ("transcribe", 0),
        ("transcribe", 0.5),
    ]
    assert seen[-1].audio_s == pytest.approx(2)


async def test_a_library_that_prints_does_not_disturb_the_conversation(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child()

    assert isinstance(await recognise(child, clip, "fault:print"), Transcribed)


@pytest.mark.parametrize(
    ("engine", "reason"),
    [
        ("stt_worker_base.nowhere:Engine", "cannot be imported"),
        ("stt_worker_base.noop:Engines", "names no Engine"),
        ("stt_worker_base.noop", "module:Class"),
    ],
)
async def test_an_engine_that_does_not_exist_refuses_the_start(
    start_child: StartChild, engine: str, reason: str
) -> None:
    with pytest.raises(EngineUnavailable, match=reason):
        await start_child(engine)


async def test_the_child_is_out_of_reach_of_the_terminals_signals(
    start_child: StartChild, clip: Path
) -> None:
    child = await start_child()

    assert os.getsid(_pid(child)) != os.getsid(0)
    os.kill(_pid(child), signal.SIGTERM)
    os.kill(_pid(child), signal.SIGINT)

    assert isinstance(await recognise(child, clip), Transcribed)


async def test_the_child_inherits_nothing_but_its_pipes(start_child: StartChild) -> None:
    with Path("/dev/null").open() as ours:
        os.set_inheritable(ours.fileno(), True)
        child = await start_child()

        files = [str(file.readlink()) for file in Path(f"/proc/{_pid(child)}/fd").iterdir()]

    assert [name for name in files if name.startswith("socket:")] == []
    assert len([name for name in files if name == "/dev/null"]) == 0


def test_the_child_dies_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import asyncio\n"
        "from stt_worker_base.child import InferenceChild\n"
        "from stt_worker_base.settings import WorkerSettings\n"
        "async def main():\n"
        f"    child = InferenceChild({FAULTY!r}, WorkerSettings(engine='x'))\n"
        "    await child.start()\n"
        "    print((await child._supervisor.process()).pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()

    assert _ends_within(pid, 3)


def test_the_worker_itself_loads_nothing_heavy() -> None:
    code = (
        "import sys, stt_worker_base.child, stt_worker_whisper.settings;"
        "print([m for m in ('numpy', 'av', 'ctranslate2', 'torch') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )

    assert ran.stdout.strip() == "[]"


async def test_a_start_needs_no_more_settings_than_a_workers() -> None:
    child = InferenceChild(FAULTY, WorkerSettings(engine=FAULTY))

    assert not child.ready


def _pid(child: InferenceChild) -> int:
    loaded = child._supervisor._loaded
    assert loaded is not None
    return loaded.result().pid


def _ends_within(pid: int, seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if not _runs(pid):
            return True
        time.sleep(0.02)
    return False


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
