"""Peak memory for minutes and for hours."""

import asyncio
from collections import defaultdict

from benchmarks.long.jobs import begin, client_of, completed, text_of, until
from benchmarks.long.material import Made, Material
from benchmarks.people import sign_up
from benchmarks.running_cluster import RunningCluster, cluster

_LOOK_EVERY_S = 0.2


async def measure(material: Material, minutes: float) -> None:
    """Print the peaks by program, for ten minutes and for `minutes`."""
    peaks = []
    for length in (10.0, minutes):
        made = material.recording(length)
        # An engine of a hundred times real time: what is measured is everything around it.
        with cluster(ENGINE="benchmarks.long.talking:TalkingEngine") as running:
            peaks.append(await _peaks(running, made))
    print(f"| program | 10 min, MB | {minutes:g} min, MB | ratio |\n|---|--:|--:|--:|")
    for program, short in sorted(peaks[0].items()):
        long = peaks[1].get(program, 0.0)
        print(f"| {program} | {short:.0f} | {long:.0f} | {long / short:.2f} |")


async def _peaks(running: RunningCluster, made: Made) -> dict[str, float]:
    peaks: dict[str, float] = defaultdict(float)
    watching = asyncio.create_task(_watch(running, peaks))
    async with client_of(running.url) as client:
        person = await sign_up(client)
        job_id = await begin(person, made)
        await until(person, job_id, completed)
        await text_of(person, job_id)
    watching.cancel()
    return peaks


async def _watch(running: RunningCluster, peaks: dict[str, float]) -> None:
    while True:
        for program, used in (await asyncio.to_thread(running.memory_mb)).items():
            peaks[program] = max(peaks[program], used)
        await asyncio.sleep(_LOOK_EVERY_S)
