"""Who may ask the model: windows of several recordings in one call, and the urgent one first.

A step of the decoder costs the reading of all its weights, for one window as for many. So threads
that each follow one recording hand in their windows here; whoever finds a free place decodes them
together and hands out what came.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition, local
from typing import Any

import numpy as np
from ctranslate2 import StorageView
from ctranslate2.models import Whisper, WhisperGenerationResult


@dataclass(slots=True, eq=False)
class Window:
    """One window to decode, and what came of it."""

    encoded: StorageView
    prompt: Sequence[int]
    options: dict[str, Any]
    result: WhisperGenerationResult | None = None
    error: Exception | None = None
    taken: bool = False

    @property
    def done(self) -> bool:
        """Whether it was decoded, or could not be."""
        return self.result is not None or self.error is not None

    def goes_with(self, other: "Window") -> bool:
        """One call takes prompts of one length, windows of one length and one set of options."""
        return (
            len(self.prompt) == len(other.prompt)
            and self.encoded.shape == other.encoded.shape
            and self.options == other.options
        )


@dataclass(slots=True)
class Batches:
    """Puts windows together that threads hand in at the same time, and says who asks the model."""

    model: Whisper
    places: int
    """Calls of the model side by side."""
    batch_size: int
    """Most windows in a call."""
    _changed: Condition = field(default_factory=Condition)
    _waiting: list[Window] = field(default_factory=list)
    _busy: int = 0
    """Places that are taken."""
    _between: int = 0
    """Recordings whose next window is still to come."""
    _hurrying: int = 0
    """Threads in a hurry that wait for a place."""
    _mine: local = field(default_factory=local)

    @property
    def hurries(self) -> bool:
        """Whether this thread has a place already, for whatever it asks of the model."""
        return getattr(self._mine, "hurries", False)

    @contextmanager
    def in_a_hurry(self) -> Iterator[None]:
        """The next free place for this thread alone, until it is done with its recording.

        Its windows neither wait for others that could come along nor take them along.
        """
        with self._changed:
            self._hurrying += 1
            self._changed.wait_for(lambda: self._busy < self.places)
            self._hurrying -= 1
            self._change(busy=1)
        self._mine.hurries = True
        try:
            yield
        finally:
            self._mine.hurries = False
            self._change(busy=-1)

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for one call."""
        if self.hurries:
            yield
            return
        with self._changed:
            self._changed.wait_for(self._is_place_free)
            self._change(busy=1)
        try:
            yield
        finally:
            self._change(busy=-1)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """While the windows of one recording come, one after the other."""
        if self.hurries:
            yield
            return
        self._change(between=1)
        try:
            yield
        finally:
            self._change(between=-1)

    def decode(self, window: Window) -> WhisperGenerationResult:
        """Decode it together with others, here or in another thread.

        Raises:
            Exception: from the model, for every window of the batch.

        """
        with self._changed:
            self._waiting.append(window)
            self._change(between=-1)
            self._changed.wait_for(lambda: window.done or self._may_begin(window))
            batch = [] if window.done else self._take(window)
        if batch:
            self._decode(batch)
        if window.error is not None:
            raise window.error
        assert window.result is not None
        return window.result

    def _may_begin(self, window: Window) -> bool:
        """It is next, a place is free, and nothing is still to come that could come along."""
        if window.taken or window is not self._waiting[0] or not self._is_place_free():
            return False
        return self._between == 0 or len(self._companions(window)) == self.batch_size

    def _is_place_free(self) -> bool:
        return self._busy < self.places and not self._hurrying

    def _companions(self, window: Window) -> list[Window]:
        return [each for each in self._waiting if window.goes_with(each)][: self.batch_size]

    def _take(self, window: Window) -> list[Window]:
        batch = self._companions(window)
        for each in batch:
            each.taken = True
            self._waiting.remove(each)
        self._change(busy=1)
        return batch

    def _decode(self, batch: list[Window]) -> None:
        try:
            results = self.model.generate(
                _together([each.encoded for each in batch]),
                [list(each.prompt) for each in batch],
                **batch[0].options,
            )
            for each, result in zip(batch, results, strict=True):
                each.result = result
        except Exception as error:  # noqa: BLE001 - each thread raises it again
            for each in batch:
                each.error = error
        finally:
            self._change(busy=-1, between=len(batch))

    def _change(self, *, busy: int = 0, between: int = 0) -> None:
        with self._changed:
            self._busy += busy
            self._between += between
            self._changed.notify_all()


def _together(windows: list[StorageView]) -> StorageView:
    if len(windows) == 1:
        return windows[0]
    return StorageView.from_array(np.concatenate([np.array(each) for each in windows]))
