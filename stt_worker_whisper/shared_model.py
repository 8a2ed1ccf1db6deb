"""The model as threads see it that share it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ctranslate2 import StorageView
from ctranslate2.models import Whisper, WhisperGenerationResult

from stt_worker_whisper.batching import Batches, Window


@dataclass(slots=True)
class SharedModel:
    """Stands for the model in threads that share it.

    Whoever is in a hurry waits for a call of it, which is a part of a window's work.
    """

    model: Whisper
    batches: Batches

    def encode(self, features: StorageView, *, to_cpu: bool) -> StorageView:
        """One window; into the machine's memory where windows are put together."""
        with self.batches.place():
            return self.model.encode(features, to_cpu=to_cpu or self.batches.batch_size > 1)

    def generate(
        self, features: StorageView, prompts: Sequence[Sequence[int]], **options: Any
    ) -> list[WhisperGenerationResult]:
        """The best hypotheses of one window; raises what the model raises."""
        if self.batches.hurries:
            found: list[WhisperGenerationResult] = self.model.generate(features, prompts, **options)
            return found
        return [self.batches.decode(Window(features, prompts[0], options))]

    def align(self, *window: Any, **options: Any) -> Any:
        """When the tokens of one window are spoken."""
        with self.batches.place():
            return self.model.align(*window, **options)

    def detect_language(self, features: StorageView) -> Any:
        """Which languages are probable in one window."""
        with self.batches.place():
            return self.model.detect_language(features)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)
