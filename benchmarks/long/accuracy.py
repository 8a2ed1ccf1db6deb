"""What cutting costs in words or characters."""

import asyncio

import jiwer

from benchmarks.long.jobs import begin, client_of, completed, text_of, until
from benchmarks.long.material import Made, Material
from benchmarks.people import sign_up
from benchmarks.references import normalised
from benchmarks.running_cluster import cluster
from malmoi.contracts.decoding import DecodeOptions
from malmoi.media.decode import decode_mono_16k
from stt_worker_whisper.faster_whisper_engine import FasterWhisperEngine


async def measure(material: Material, minutes: float) -> None:
    """Print both error rates."""
    made = material.recording(minutes)
    with cluster() as running:
        async with client_of(running.url) as client:
            person = await sign_up(client)
            job_id = await begin(person, made)
            await until(person, job_id, completed)
            in_chunks = await text_of(person, job_id)
    at_once = await asyncio.to_thread(_at_once, made)
    print(f"{made.audio_s / 60:.1f} minutes of sound")
    print(f"| in chunks, through the cluster | {_rate(made, in_chunks):.4f} |")
    print(f"| at once, by the bare engine | {_rate(made, at_once):.4f} |")


def _at_once(made: Made) -> str:
    engine = FasterWhisperEngine.load()
    audio = decode_mono_16k(made.path, max_duration_s=made.audio_s + 60)
    recognition = engine.transcribe(audio.samples, DecodeOptions(language=made.language))
    return " ".join(each.text for each in recognition.segments if each is not None)


def _rate(made: Made, heard: str) -> float:
    """Words for English, characters for all others (see benchmarks.accuracy)."""
    spaces = made.language == "en"
    said, got = normalised(made.text, spaces=spaces), normalised(heard, spaces=spaces)
    return float(jiwer.wer(said, got) if spaces else jiwer.cer(said, got))
