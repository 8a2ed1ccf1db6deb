"""Whoever is in a hurry waits for the window in hand, and for no other."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event
from typing import Self

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.transcripts import Segment
from malmoi.media.decode import Samples
from stt_worker_base.child_protocol import Task
from stt_worker_base.engine import Engine, Recognition
from stt_worker_base.outcome import Capabilities, Progress, Transcribed
from stt_worker_base.recognise import recognise
from stt_worker_base.turns import Turns

WINDOW_S = 0.02
WINDOWS = 10


class NotingEngine(Engine):
    """Notes whose window it decodes; a recording is known by its language."""

    capabilities = Capabilities(engine="noting", model="noting")

    def __init__(self) -> None:
        self.decoded: list[str | None] = []
        self.begun = Event()

    @classmethod
    def load(cls) -> Self:
        return cls()

    def transcribe(self, samples: Samples, options: DecodeOptions) -> Recognition:
        return Recognition(options.language, None, self._segments(options.language))

    def _segments(self, whose: str | None) -> Iterator[Segment]:
        for number in range(WINDOWS):
            time.sleep(WINDOW_S)
            self.decoded.append(whose)
            self.begun.set()
            yield Segment(text="word", start_s=number / 10, end_s=number / 10)


def slowly(_: Progress) -> None:
    """A pipe that takes its time: others run meanwhile."""
    time.sleep(WINDOW_S)


def recogniser(engine: NotingEngine, clip: Path) -> Callable[[str, bool], object]:
    turns, numbers = Turns(), count(1)

    def recognised(language: str, urgent: bool) -> object:
        options = DecodeOptions(language=language)
        task = Task(number=next(numbers), path=clip, options=options, max_audio_s=60, urgent=urgent)
        return recognise(engine, task, report=slowly, turn=partial(turns.turn, urgent=urgent))

    return recognised


def test_between_two_windows_of_an_urgent_recording_comes_none_of_another(clip: Path) -> None:
    engine = NotingEngine()
    recognised = recogniser(engine, clip)

    with ThreadPoolExecutor(2) as threads:
        batch = threads.submit(recognised, "ko", False)
        engine.begun.wait()
        urgent = threads.submit(recognised, "en", True)
        outcomes = (batch.result(), urgent.result())

    assert all(isinstance(each, Transcribed) for each in outcomes)
    first = engine.decoded.index("en")
    assert engine.decoded[first : first + WINDOWS] == ["en"] * WINDOWS
    assert "ko" in engine.decoded[first + WINDOWS :]
