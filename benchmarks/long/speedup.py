"""Two workers against one, and the cluster against the bare engine."""

import asyncio
import time

from benchmarks.long.jobs import client_of, recognised_s
from benchmarks.long.material import Made, Material
from benchmarks.people import sign_up
from benchmarks.running_cluster import cluster
from malmoi.contracts.decoding import DecodeOptions
from malmoi.media.decode import decode_mono_16k
from stt_worker_whisper.faster_whisper_engine import FasterWhisperEngine


async def measure(material: Material, minutes: float) -> None:
    """Print the ratios."""
    made = material.recording(minutes)
    one_s = await _through_cluster(made, workers=1)
    two_s = await _through_cluster(made, workers=2)
    bare_s = await asyncio.to_thread(_bare, made)
    print(f"{made.audio_s / 60:.1f} minutes of sound")
    print(f"| one worker | {one_s:.1f} s | {made.audio_s / one_s:.1f} x real time |")
    print(f"| two workers | {two_s:.1f} s | {made.audio_s / two_s:.1f} x real time |")
    print(f"| bare engine, one thread | {bare_s:.1f} s | {made.audio_s / bare_s:.1f} x real time |")
    print(f"two workers against one: {one_s / two_s:.2f}")
    print(f"one worker against the bare engine: {bare_s / one_s:.2f}")


async def _through_cluster(made: Made, *, workers: int) -> float:
    with cluster("--workers", f"whisper={workers}") as running:
        async with client_of(running.url) as client:
            return await recognised_s(await sign_up(client), made)


def _bare(made: Made) -> float:
    """The same engine and settings over the whole file, the model loaded before."""
    engine = FasterWhisperEngine.load()
    begun = time.perf_counter()
    audio = decode_mono_16k(made.path, max_duration_s=made.audio_s + 60)
    recognition = engine.transcribe(audio.samples, DecodeOptions(language=made.language))
    for _ in recognition.segments:
        pass
    return time.perf_counter() - begun
