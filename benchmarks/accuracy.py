"""Character and word error rates of the bare engine, and its speed, on a folder of recordings.

    python -m benchmarks.accuracy --data DIR [--language ko --language en]

English is counted in words (WER), all other languages in characters without spaces (CER), since
spacing is a matter of taste in Korean and absent in Japanese and Chinese. Both texts are normalised
first: NFKC, lower case, no punctuation; digits stay digits, so "1455" for "fourteen fifty-five"
counts as wrong. Settings come from the environment (MODEL_NAME, BEAM_SIZE, CPU_THREADS, ...).
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jiwer

from benchmarks.references import Reference, normalised, references
from malmoi.contracts.decoding import DecodeOptions
from malmoi.media.decode import decode_mono_16k
from stt_worker_base.engine import Engine, load_engine
from stt_worker_whisper.settings import ENGINES

LANGUAGES = ("ko", "en", "ja", "zh")
_MAX_AUDIO_S = 3600.0


@dataclass(frozen=True, slots=True)
class Score:
    """One row of the table."""

    language: str
    unit: str
    recordings: int
    audio_s: float
    error_rate: float
    real_time_factor: float

    def row(self) -> str:
        return (
            f"| {self.language} | {self.unit} | {self.recordings} | {self.audio_s:.0f} "
            f"| {self.error_rate:.3f} | {self.real_time_factor:.3f} |"
        )


def main() -> None:
    arguments = _arguments()
    engine = load_engine(ENGINES.get(arguments.engine, arguments.engine))
    known = [each for each in references(arguments.data) if each.text and not each.expect]
    print(f"{engine.capabilities.engine}, model {engine.capabilities.model}\n")
    print("| language | unit | recordings | seconds | error rate | RTF |")
    print("|---|---|--:|--:|--:|--:|")
    for language in arguments.language or LANGUAGES:
        chosen = [each for each in known if each.category == language]
        if chosen:
            print(_score(engine, language, chosen).row(), flush=True)


def _score(engine: Engine, language: str, chosen: Sequence[Reference]) -> Score:
    said, heard, audio_s, spent_s = [], [], 0.0, 0.0
    for reference in chosen:
        audio = decode_mono_16k(reference.path, max_duration_s=_MAX_AUDIO_S)
        begun = time.perf_counter()
        recognition = engine.transcribe(audio.samples, DecodeOptions(language=language))
        text = " ".join(each.text for each in recognition.segments if each is not None)
        spent_s += time.perf_counter() - begun
        audio_s += audio.duration_s
        said.append(normalised(reference.text, spaces=language == "en"))
        heard.append(normalised(text, spaces=language == "en"))
    rate = jiwer.wer(said, heard) if language == "en" else jiwer.cer(said, heard)
    unit = "WER" if language == "en" else "CER"
    return Score(language, unit, len(said), audio_s, rate, spent_s / audio_s)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with refs.jsonl")
    parser.add_argument("--engine", default="faster_whisper", help="a name, or module:Class")
    parser.add_argument("--language", action="append", choices=LANGUAGES, help="repeatable")
    return parser.parse_args()


if __name__ == "__main__":
    main()
