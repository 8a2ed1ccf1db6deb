"""Two workers against one, and one with two threads against the bare engine at its best."""

import asyncio
import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from faster_whisper import BatchedInferencePipeline, WhisperModel

from benchmarks.long.jobs import client_of, recognised_s
from benchmarks.long.material import Made, Material
from benchmarks.people import sign_up
from benchmarks.running_cluster import cluster
from malmoi.media.decode import decode_mono_16k
from stt_worker_base.child_process import ALLOCATION
from stt_worker_whisper.model import CTRANSLATE2_WEIGHTS, model_folder
from stt_worker_whisper.settings import ModelSettings
from stt_worker_whisper.whisper_engine import TEMPERATURES

_BATCH_SIZES = (4, 16)


async def measure(material: Material, minutes: float) -> None:
    """Print the seconds and the ratios."""
    made = material.recording(minutes)
    one_s = await _through_cluster(made, workers=1)
    two_s = await _through_cluster(made, workers=2)
    threads_s = await _through_cluster(made, workers=1, CPU_THREADS="2")
    alone_s = await _bare_s(made, threads=1, batch=None)
    batched_s = {size: await _bare_s(made, threads=2, batch=size) for size in _BATCH_SIZES}
    print(f"| {made.audio_s / 60:.1f} minutes of sound | s | x real time |\n|---|--:|--:|")
    rows = {
        "one worker, one thread": one_s,
        "two workers, one thread each": two_s,
        "one worker, two threads": threads_s,
        "bare engine, one thread, in order": alone_s,
        **{f"bare engine, two threads, batches of {n}": s for n, s in batched_s.items()},
    }
    for name, seconds in rows.items():
        print(f"| {name} | {seconds:.1f} | {made.audio_s / seconds:.1f} |")
    best_s = min(batched_s.values())
    print(f"\ntwo workers against one: {one_s / two_s:.2f}")
    print(
        f"one worker with two threads against the bare engine at its best: {best_s / threads_s:.2f}"
    )
    print(f"one worker with one thread against the bare engine in order: {alone_s / one_s:.2f}")


async def _through_cluster(made: Made, *, workers: int, **environment: str) -> float:
    with cluster("--workers", f"whisper={workers}", **environment) as running:
        async with client_of(running.url) as client:
            return await recognised_s(await sign_up(client), made)


async def _bare_s(made: Made, threads: int, batch: int | None) -> float:
    """In a process that keeps its memory as our inference processes do."""
    os.environ.update(ALLOCATION)  # glibc reads it when a process starts
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        return await asyncio.wrap_future(processes.submit(_recognise_s, made, threads, batch))


def _recognise_s(made: Made, threads: int, batch: int | None) -> float:
    """The same model and settings over the whole file; loading it does not count."""
    settings = ModelSettings()
    model = WhisperModel(
        str(model_folder(settings, CTRANSLATE2_WEIGHTS)),
        device="cpu",
        compute_type="int8",
        cpu_threads=threads,
        local_files_only=True,
    )
    transcribe = model.transcribe
    if batch is not None:
        transcribe = partial(BatchedInferencePipeline(model).transcribe, batch_size=batch)
    begun = time.perf_counter()
    audio = decode_mono_16k(made.path, max_duration_s=made.audio_s + 60)
    segments, _ = transcribe(
        audio.samples,
        language=made.language,
        beam_size=settings.beam_size,
        temperature=TEMPERATURES,
        condition_on_previous_text=False,
        word_timestamps=True,
    )
    for _ in segments:
        pass
    return time.perf_counter() - begun
