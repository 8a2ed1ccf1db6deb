"""Whether each awkward recording comes to what is expected of it, in one inference process.

    python -m benchmarks.awkward --data DIR

Prints a table; exits 1 when a recording does not behave as its `expect` says, when the process had
to be replaced, or when it held more than MEMORY_LIMIT_MB.
"""

import argparse
import asyncio
import sys
from pathlib import Path

import jiwer
import psutil

from benchmarks.references import Reference, normalised, references
from malmoi.contracts.decoding import DecodeOptions
from stt_worker_base.child import InferenceChild
from stt_worker_base.outcome import Cancelled, Failed, Outcome, Transcribed
from stt_worker_base.settings import WorkerSettings
from stt_worker_whisper.settings import ENGINES

MEMORY_LIMIT_MB = 1000
_MAX_AUDIO_S = 900.0
_DIGITS = str.maketrans({"1": "one", "2": "two", "3": "three"})
"""The reference counts in words; Whisper writes figures as it likes."""


async def main() -> int:
    arguments = _arguments()
    engine = ENGINES.get(arguments.engine, arguments.engine)
    child = InferenceChild(engine, WorkerSettings(engine=engine))
    await child.start()
    before = _process()
    good = [await _judge(child, each) for each in references(arguments.data) if each.expect]
    memory_mb = before.memory_info().rss / 1e6 if before.is_running() else 0.0
    print(f"\n{sum(good)} of {len(good)} as expected; the process holds {memory_mb:.0f} MB")
    await child.stop()
    return 0 if all(good) and 0 < memory_mb < MEMORY_LIMIT_MB else 1


async def _judge(child: InferenceChild, reference: Reference) -> bool:
    # A recording without a known language is tried in each that could be asked for.
    language = (reference.language or "")[:2]
    results = [
        await child.transcribe(
            reference.path, DecodeOptions(language=asked), max_audio_s=_MAX_AUDIO_S
        )
        for asked in ([language, None] if language else ["ko", "en", "ja", "zh", None])
    ]
    good = all(_as_expected(reference, result) for result in results)
    mark = "yes" if good else "**NO**"
    print(
        f"| {reference.path.name} | {reference.expect} | {_shown(results[0])} | {mark} |",
        flush=True,
    )
    return good


def _as_expected(reference: Reference, outcome: Outcome) -> bool:
    expect = reference.expect
    match outcome:
        case Transcribed(transcript=transcript) if "transcript" in expect:
            return transcript.text != "" and _error(reference, transcript.text) < _tolerated(expect)
        case Transcribed(transcript=transcript):
            return expect.startswith("any") or ("no speech" in expect and transcript.text == "")
        case Failed(code=code):
            refusal = ("clear error", "rejected", "no audio track", "any")
            return code.sender_can_act and any(word in expect for word in refusal)
        case Cancelled():
            return False


def _error(reference: Reference, text: str) -> float:
    if not reference.text:
        return 0.0
    said = normalised(reference.text.removeprefix("first half of: "), spaces=False)
    heard = normalised(text.translate(_DIGITS), spaces=False)
    return float(jiwer.cer(said, heard))


def _tolerated(expect: str) -> float:
    """Character error rate that still counts as understood; half a clip gives half its text."""
    return 0.8 if expect.startswith("partial") else 0.2


def _shown(outcome: Outcome) -> str:
    match outcome:
        case Transcribed(transcript=transcript):
            start_s = transcript.segments[0].start_s if transcript.segments else 0.0
            return f"{transcript.text} ({start_s:.1f} s)" if transcript.text else "no text"
        case Failed(code=code):
            return code.value
        case Cancelled():
            return "cancelled"


def _process() -> psutil.Process:
    """The inference process: our only child."""
    [process] = psutil.Process().children()
    return process


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with refs.jsonl")
    parser.add_argument("--engine", default="faster_whisper", help="a name, or module:Class")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
