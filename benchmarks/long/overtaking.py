"""A clip in a room while hours of speech are recognised on the only worker."""

import asyncio
import statistics
import time

from sqlalchemy import select
from websockets.asyncio.client import ClientConnection

from benchmarks.long.jobs import begin, client_of, until
from benchmarks.long.material import Material
from benchmarks.people import CLIPS, Person, room_of, sign_up
from benchmarks.running_cluster import RunningCluster, cluster
from malmoi.contracts.jobs import TaskKind
from malmoi.contracts.messages import Timings
from malmoi.persistence.database import open_database
from malmoi.persistence.tables import Task
from malmoi.settings import DatabaseSettings

_CLIPS = 30
_WINDOW_S = 30


async def measure(material: Material, minutes: float) -> None:
    """Print how long clips take alone and beside the recording."""
    made = material.recording(minutes)
    with cluster() as running:
        async with client_of(running.url) as client:
            speaker, owner = await sign_up(client), await sign_up(client)
            room_id = await room_of(speaker)
            async with speaker.listening(room_id) as socket:
                present = asyncio.create_task(_read(socket))
                alone = await _clips(speaker, room_id)
                job_id = await begin(owner, made)
                await until(owner, job_id, lambda told: bool(told["chunks_done"]))
                window_s = await _window_s(running, job_id)
                beside = await _clips(speaker, room_id)
                present.cancel()
    waits = [each - statistics.median(alone) for each in beside]
    print(f"{_CLIPS} clips beside {made.audio_s / 60:.0f} minutes of speech on one worker,")
    print(f"which takes {window_s:.2f} s for {_WINDOW_S} s of it\n")
    print("| | p50 s | p95 s | max s |\n|---|--:|--:|--:|")
    for name, values in (("alone", alone), ("beside", beside), ("waiting", waits)):
        p95 = statistics.quantiles(values, n=20)[-1]
        print(f"| {name} | {statistics.median(values):.2f} | {p95:.2f} | {max(values):.2f} |")


async def _window_s(running: RunningCluster, job_id: str) -> float:
    """How long the engine takes for a decoding window, by the first chunk, beside no clip."""
    settings = DatabaseSettings(database_url=running.database)
    async with open_database(settings) as database, database.reading() as session:
        chunks = select(Task.result, Task.audio_s).where(Task.job_id == job_id)
        done = chunks.where(Task.kind == TaskKind.CHUNK, Task.result.is_not(None))
        result, audio_s = (await session.execute(done.limit(1))).one()
    return float(_WINDOW_S * Timings.model_validate(result["timings"]).engine_s / audio_s)


async def _read(socket: ClientConnection) -> None:
    """Whoever is not there loses the seat, and whoever does not read the socket."""
    async for _ in socket:
        pass


async def _clips(speaker: Person, room_id: str) -> list[float]:
    content = (CLIPS / "ko.flac").read_bytes()
    spent = []
    for _ in range(_CLIPS):
        await speaker.post(f"/rooms/{room_id}/speaker/acquire")
        begun = time.perf_counter()
        await speaker.post(f"/rooms/{room_id}/stt", files={"audio_file": content})
        spent.append(time.perf_counter() - begun)
        await speaker.post(f"/rooms/{room_id}/speaker/release")
        await asyncio.sleep(0.37)  # not in step with the windows
    return spent
