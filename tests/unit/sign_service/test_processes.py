"""What reads videos of strangers is bounded, knows no secret, and can be ended at any time."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from malmoi.contracts.sign import SignErrorCode
from sign_service.errors import TryFailed, VideoRefused
from sign_service.limits import Limits
from sign_service.processes import Overdue, bare_environment, run_module
from sign_service.transcoder import make_playable
from tests.fixtures.sign_videos import video


async def test_a_video_is_made_playable_in_a_process_of_its_own(
    tmp_path: Path, limits: Limits
) -> None:
    made, playable, poster = await make_playable(video(tmp_path / "v.mp4"), tmp_path, limits)

    assert (made.width, made.height) == (320, 240)
    assert playable.stat().st_size > 0
    assert poster.stat().st_size > 0


async def test_a_verdict_comes_through_the_pipe(tmp_path: Path, limits: Limits) -> None:
    source = tmp_path / "v.mp4"
    source.touch()

    with pytest.raises(VideoRefused) as refused:
        await make_playable(source, tmp_path, limits)

    assert refused.value.code is SignErrorCode.VIDEO_EMPTY


async def test_what_takes_too_long_is_ended_at_its_deadline(tmp_path: Path, limits: Limits) -> None:
    hasty = limits.model_copy(update={"deadline_s": 0.05})

    with pytest.raises(TryFailed) as failed:
        await make_playable(video(tmp_path / "v.mp4"), tmp_path, hasty)

    assert failed.value.code is SignErrorCode.TRANSCODE_TIMEOUT


async def test_what_takes_too_much_memory_costs_one_try(tmp_path: Path, limits: Limits) -> None:
    source = video(tmp_path / "v.mp4", size=(1920, 1080), seconds=0.2)
    narrow = limits.model_copy(update={"memory_bytes": 180 * 1024**2})

    with pytest.raises(TryFailed) as failed:
        await make_playable(source, tmp_path, narrow)

    assert failed.value.code in {
        SignErrorCode.TRANSCODE_OUT_OF_MEMORY,
        SignErrorCode.TRANSCODE_CRASHED,
    }


async def test_a_process_that_dies_costs_one_try(
    tmp_path: Path, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "av.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(TryFailed, match="SIGSEGV") as failed:
        await make_playable(video(tmp_path / "v.mp4"), tmp_path, limits)

    assert failed.value.code is SignErrorCode.TRANSCODE_CRASHED


async def test_nothing_of_it_outlives_its_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "slow_one.py"
    noted = tmp_path / "pid"
    module.write_text(
        "import subprocess, sys\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        f"open({str(noted)!r}, 'w').write(str(child.pid))\n"
        "child.wait()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(Overdue):
        await run_module(["slow_one"], within_s=2, env=dict(os.environ))

    await asyncio.sleep(0.1)
    assert not _runs(int(noted.read_text()))


async def test_cancelling_ends_it_at_once(tmp_path: Path, limits: Limits) -> None:
    source = video(tmp_path / "v.mp4", seconds=30, size=(640, 480))
    begun = time.monotonic()
    work = asyncio.create_task(make_playable(source, tmp_path, limits))
    await asyncio.sleep(0.3)
    work.cancel()
    await asyncio.wait([work])

    assert work.cancelled()
    assert time.monotonic() - begun < 5


def test_no_secret_of_ours_is_handed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIO_SECRET_KEY", "secret")

    assert "MINIO_SECRET_KEY" not in bare_environment()


def _runs(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "zombie" not in status.read_text()
