"""Windows of recordings that are decoded at the same time share calls of the model."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from ctranslate2 import StorageView

from stt_worker_whisper.batching import Batches, Window
from stt_worker_whisper.shared_model import SharedModel


@dataclass
class Model:
    """Answers each window with the number in its features, and remembers its calls."""

    gate: threading.Event | None = None
    """Calls wait for it."""
    entered: threading.Event = field(default_factory=threading.Event)
    calls: list[Any] = field(default_factory=list)
    most_at_once: int = 0
    _inside: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def generate(
        self, features: StorageView, prompts: Sequence[Sequence[int]], **options: Any
    ) -> list[Any]:
        numbers = [int(each) for each in np.array(features)[:, 0, 0]]
        assert len(prompts) == len(numbers)
        with self._called(numbers):
            if options.get("fails"):
                raise RuntimeError("CUDA out of memory")
            return numbers

    def encode(self, features: StorageView, *, to_cpu: bool) -> StorageView:
        with self._called("encode"):
            return features

    @contextmanager
    def _called(self, how: Any) -> Iterator[None]:
        with self._lock:
            self._inside += 1
            self.most_at_once = max(self.most_at_once, self._inside)
            self.calls.append(how)
        self.entered.set()
        try:
            assert self.gate is None or self.gate.wait(5)
            yield
        finally:
            with self._lock:
                self._inside -= 1


def window(number: int, *, frames: int = 2, prompt: int = 3, **options: Any) -> Window:
    features = np.full((1, frames, 4), number, np.float32)
    return Window(StorageView.from_array(features), [0] * prompt, options)


def decode_all(batches: Batches, recordings: Sequence[Sequence[Window]]) -> list[list[Any]]:
    """Each recording in a thread, window after window; all begin together."""
    together = threading.Barrier(len(recordings))

    def begin(windows: Sequence[Window]) -> list[Any]:
        return follow(batches, windows, begun=together.wait)

    with ThreadPoolExecutor(len(recordings)) as threads:
        return list(threads.map(begin, recordings, timeout=20))


def follow(
    batches: Batches, windows: Sequence[Window], begun: Callable[[], object] = lambda: None
) -> list[Any]:
    """As a thread decodes one recording."""
    with batches.recording():
        begun()
        return [_said(batches, each) for each in windows]


def _said(batches: Batches, each: Window) -> Any:
    try:
        return batches.decode(each)
    except RuntimeError as error:
        return str(error)


def test_windows_of_two_recordings_share_their_calls() -> None:
    model = Model()
    recordings = [[window(10 * lane + index) for index in range(5)] for lane in (1, 2)]

    said = decode_all(Batches(model, places=1, batch_size=2), recordings)

    assert said == [[10, 11, 12, 13, 14], [20, 21, 22, 23, 24]]
    assert [sorted(call) for call in model.calls] == [[10 + i, 20 + i] for i in range(5)]


def test_a_batch_is_never_larger_than_allowed_and_calls_run_side_by_side() -> None:
    model = Model()
    recordings = [[window(10 * lane + index) for index in range(20)] for lane in range(6)]

    said = decode_all(Batches(model, places=2, batch_size=2), recordings)

    assert said == [[10 * lane + index for index in range(20)] for lane in range(6)]
    assert max(len(call) for call in model.calls) == 2
    assert model.most_at_once <= 2


@pytest.mark.parametrize("other", [{"frames": 3}, {"prompt": 4}, {"beam_size": 1}])
def test_what_one_call_cannot_take_has_calls_of_its_own(other: dict[str, Any]) -> None:
    model = Model()

    said = decode_all(
        Batches(model, places=1, batch_size=2), [[window(1)], [window(2, **other)], [window(3)]]
    )

    assert said == [[1], [2], [3]]
    assert [2] in model.calls


def test_a_recording_that_ends_keeps_nobody_waiting() -> None:
    model = Model()
    recordings = [[window(1)], [window(index) for index in range(10, 14)]]

    said = decode_all(Batches(model, places=1, batch_size=2), recordings)

    assert said == [[1], [10, 11, 12, 13]]


def test_a_fault_reaches_every_window_of_the_batch_and_the_next_ones_are_decoded() -> None:
    model = Model()
    recordings = [[window(lane, fails=True), window(10 + lane)] for lane in (1, 2)]

    said = decode_all(Batches(model, places=1, batch_size=2), recordings)

    assert said == [["CUDA out of memory", 11], ["CUDA out of memory", 12]]


def test_whoever_is_in_a_hurry_gets_the_next_place_and_keeps_it() -> None:
    model = Model(gate=threading.Event())
    batches = Batches(model, places=1, batch_size=2)

    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(follow, batches, [window(1), window(2)])
        assert model.entered.wait(5)
        other = threads.submit(follow, batches, [window(3)])
        urgent = threads.submit(hurry, batches, [window(7), window(8)])
        wait_until(lambda: batches._hurrying == 1 and len(batches._waiting) == 1)
        model.gate.set()
        said = [each.result(5) for each in (first, other, urgent)]

    assert said == [[1, 2], [3], [7, 8]]
    assert model.calls[:3] == [[1], [7], [8]]
    assert model.most_at_once == 1


@pytest.mark.parametrize("batch_size", [1, 2])
def test_whoever_is_in_a_hurry_goes_before_the_rest_of_a_window(batch_size: int) -> None:
    model = Model(gate=threading.Event())
    batches = Batches(model, places=1, batch_size=batch_size)

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(encode_and_decode, batches, window(1))
        assert model.entered.wait(5)
        urgent = threads.submit(hurry, batches, [window(7)])
        wait_until(lambda: batches._hurrying == 1)
        model.gate.set()
        said = [each.result(5) for each in (first, urgent)]

    assert said == [[1], [7]]
    assert model.calls == ["encode", [7], [1]]
    assert model.most_at_once == 1


def encode_and_decode(batches: Batches, asked: Window) -> list[Any]:
    model = SharedModel(batches.model, batches)
    with batches.recording():
        encoded = model.encode(asked.encoded, to_cpu=False)
        return model.generate(encoded, [asked.prompt])


def hurry(batches: Batches, windows: Sequence[Window]) -> list[Any]:
    """As a thread decodes what is urgent."""
    model = SharedModel(batches.model, batches)
    with batches.in_a_hurry(), batches.recording():
        found = [model.generate(each.encoded, [each.prompt]) for each in windows]
    return [number for numbers in found for number in numbers]


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        time.sleep(0.01)
    raise TimeoutError
