"""What the cluster costs beside the bare engine: `python -m benchmarks.overhead`.

Ten minutes of speech, once through the cluster with one worker, once by the bare engine called
in a loop with the same settings, those of its memory too; ratios of throughput, in turns, so that
a machine that changes its speed hurts both.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import httpx

from benchmarks.people import sign_up
from benchmarks.running_cluster import RunningCluster, cluster
from stt_worker_base.child_process import ALLOCATION

CLIP = Path(__file__).parents[1] / "tests/fixtures/speech/ko_long.flac"
CLIP_S = 17.7
_BARE = """
import sys, time
from contextlib import nullcontext
from pathlib import Path
from malmoi.contracts.decoding import DecodeOptions
from stt_worker_base.child_protocol import Task
from stt_worker_base.recognise import recognise
from stt_worker_whisper.faster_whisper_engine import FasterWhisperEngine
engine = FasterWhisperEngine.load()
options = DecodeOptions(language="ko")
task = Task(number=1, path=Path(sys.argv[1]), options=options, max_audio_s=900, urgent=False)
def once():
    recognise(engine, task, report=lambda _: None, turn=nullcontext)
once()
begun = time.perf_counter()
for _ in range(int(sys.argv[2])):
    once()
print(time.perf_counter() - begun)
"""


def bare_s(count: int) -> float:
    """Seconds for `count` clips in a loop, the model loaded before."""
    run = [sys.executable, "-c", _BARE, str(CLIP), str(count)]
    environment = ALLOCATION | os.environ
    done = subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return float(done.stdout)


async def through_cluster_s(running: RunningCluster, count: int) -> float:
    """Seconds from the first upload to the last text; uploads overlap, as those of many users."""
    async with httpx.AsyncClient(base_url=running.url, timeout=600) as client:
        person = await sign_up(client)
        content = CLIP.read_bytes()

        async def transcribe() -> None:
            form = {"model": "whisper-1", "language": "ko"}
            await person.post("/v1/audio/transcriptions", files={"file": content}, data=form)

        await transcribe()
        begun = time.perf_counter()
        await asyncio.gather(*(transcribe() for _ in range(count)))
        return time.perf_counter() - begun


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="of speech in a round")
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    count = round(arguments.minutes * 60 / CLIP_S)
    ratios = []
    for number in range(1, arguments.rounds + 1):
        with cluster() as running:
            cluster_s = asyncio.run(through_cluster_s(running, count))
        loop_s = bare_s(count)
        ratios.append(loop_s / cluster_s)
        print(f"| {number} | cluster {cluster_s:.1f} s | bare {loop_s:.1f} s | {ratios[-1]:.3f} |")
    print(f"throughput of the cluster / bare engine: median {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()
