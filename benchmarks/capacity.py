"""What one and two workers can do, and what they need: `python -m benchmarks.capacity`.

Through the whole cluster: clips as people in rooms send them, several at once, and recordings of
ten minutes, two for each worker. Prints the table of docs/capacity.md.
"""

import argparse
import asyncio
import io
import time
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np

from benchmarks.people import CLIPS, Person, sign_up
from benchmarks.running_cluster import RunningCluster, cluster
from malmoi.media.decode import SAMPLE_RATE_HZ, decode_mono_16k

SPEECH = Path(__file__).parents[1] / "tests/fixtures/speech/ko_long.flac"
CLIP = CLIPS / "ko.flac"
CLIPS_AT_ONCE = 4
"""For each worker: it never waits for the next one."""
LOOK_EVERY_S = 0.5
HEAD = """\
| workers | clips a second | hours of recordings an hour | the same for each core | MB a worker |
|--:|--:|--:|--:|--:|"""


@dataclass
class Memory:
    """The most that all processes of the workers had at the same time."""

    running: RunningCluster
    peak_mb: float = field(default=0.0)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Look again and again while the block runs."""
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def _watch(self) -> None:
        while True:
            by_program = await asyncio.to_thread(self.running.memory_mb)
            used = (mb for name, mb in by_program.items() if name.startswith("stt_worker"))
            self.peak_mb = max(self.peak_mb, sum(used))
            await asyncio.sleep(LOOK_EVERY_S)


def recording(minutes: float) -> bytes:
    """Speech, over and over, as a WAV file."""
    samples = decode_mono_16k(SPEECH, max_duration_s=60).samples
    repeated = np.resize(samples, round(minutes * 60 * SAMPLE_RATE_HZ))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE_HZ)
        out.writeframes((repeated * 32767).astype("<i2").tobytes())
    return file.getvalue()


async def clips_a_second(people: list[Person], seconds: float) -> float:
    """Each person sends the next clip when the text of the last one is there."""
    content = CLIP.read_bytes()
    begun = time.perf_counter()

    async def talk(person: Person) -> int:
        said = 0
        while time.perf_counter() - begun < seconds:
            form = {"model": "whisper-1", "language": "ko"}
            await person.post("/v1/audio/transcriptions", files={"file": content}, data=form)
            said += 1
        return said

    said = await asyncio.gather(*map(talk, people))
    return sum(said) / (time.perf_counter() - begun)


async def recordings_s(people: list[Person], content: bytes, count: int) -> float:
    """Seconds from handing in the first of `count` recordings until the last one is text."""
    begun = time.perf_counter()
    jobs = [
        (person, (await _hand_in(person, content))["job_id"])
        for person, _ in zip(people * count, range(count), strict=False)
    ]
    await asyncio.gather(*(_until_completed(person, job_id) for person, job_id in jobs))
    return time.perf_counter() - begun


async def _hand_in(person: Person, content: bytes) -> dict[str, str]:
    file = {"file": ("recording.wav", content)}
    return await person.post("/jobs", files=file, data={"language": "ko"})


async def _until_completed(person: Person, job_id: str) -> None:
    headers = {"Authorization": f"Bearer {person.token}"}
    while True:
        job = (await person.client.get(f"/jobs/{job_id}", headers=headers)).json()
        if job["state"] not in {"queued", "running"}:
            assert job["state"] == "completed", job
            return
        await asyncio.sleep(LOOK_EVERY_S)


async def measure(running: RunningCluster, workers: int, *, minutes: float, seconds: float) -> str:
    """Return the row of the table for so many workers."""
    memory = Memory(running)
    count = 2 * workers
    async with httpx.AsyncClient(base_url=running.url, timeout=600) as client, memory.watched():
        people = [await sign_up(client) for _ in range(CLIPS_AT_ONCE * workers)]
        await clips_a_second(people, seconds=1)  # models and caches are warm after it
        clips = await clips_a_second(people, seconds)
        taken_s = await recordings_s(people, recording(minutes), count)
    hours = count * minutes * 60 / taken_s
    a_worker_mb = memory.peak_mb / workers
    return f"| {workers} | {clips:.1f} | {hours:.1f} | {hours / workers:.1f} | {a_worker_mb:.0f} |"


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--minutes", type=float, default=10.0, help="length of a recording")
    parser.add_argument("--seconds", type=float, default=60.0, help="of sending clips")
    arguments = parser.parse_args()
    rows = []
    for workers in arguments.workers:
        # One thread each: a worker is a core.
        with cluster("--workers", f"whisper={workers}", CPU_THREADS="1") as running:
            work = measure(running, workers, minutes=arguments.minutes, seconds=arguments.seconds)
            rows.append(asyncio.run(work))
    print("\n".join([HEAD, *rows]))


if __name__ == "__main__":
    main()
