"""What an engine is. Engines live in the inference process; the worker itself never loads one."""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import ClassVar, Self

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.transcripts import Segment
from malmoi.media.decode import Samples
from stt_worker_base.errors import EngineUnavailable
from stt_worker_base.outcome import Capabilities
from stt_worker_base.pauses import Span, loud_spans


@dataclass(frozen=True, slots=True)
class Recognition:
    """A recognition that is under way: `segments` decodes as it is read."""

    language: str | None
    """ISO 639-1, as asked or as detected; None when nobody speaks."""
    language_probability: float | None
    segments: Iterator[Segment | None]
    """In time order, `start_s <= end_s`, in seconds from the start of the recording; None
    where something was decoded of which no segment came, and wherever others may have the model."""
    vad_s: float = 0.0
    """Seconds spent on finding out where somebody speaks."""


class Engine(ABC):
    """A speech recogniser with its model loaded."""

    capabilities: Capabilities
    lets_others_in: ClassVar[bool] = False
    """Whether several threads may use it at the same time; else they take turns at it.

    True where `capabilities.at_once` is more than one.
    """

    @classmethod
    @abstractmethod
    def load(cls) -> Self:
        """Load the model that the environment names.

        Raises:
            EngineUnavailable: it cannot be had; the text says what to do.

        """

    @abstractmethod
    def transcribe(self, samples: Samples, options: DecodeOptions) -> Recognition:
        """Begin to recognise.

        Args:
            samples: mono at `malmoi.media.decode.SAMPLE_RATE_HZ`, -1 to 1.
            options: of this recording only; they change nothing in the loaded model.

        Raises:
            AudioRejected: not as asked; a retry cannot help. Also while segments are read.
            EngineError: out of memory or a lost device; a retry is sensible. Also while
                segments are read.

        """

    @staticmethod
    def speech(samples: Samples) -> Sequence[Span]:
        """Where somebody speaks, in time order; it needs no model."""
        return loud_spans(samples)

    def detect_language(self, samples: Samples) -> tuple[str, float] | None:  # noqa: ARG002
        """ISO 639-1 and its probability; None when nobody speaks, or the engine cannot tell.

        Raises:
            EngineError: out of memory or a lost device.

        """
        return None

    def in_a_hurry(self) -> AbstractContextManager[None]:
        """While it lasts, what this thread asks for goes before what others ask for."""
        return nullcontext()


def load_engine(path: str) -> Engine:
    """Load the engine that `path` names as `module:Class`.

    Raises:
        EngineUnavailable: there is no such class, or it cannot load its model.

    """
    return engine_class(path).load()


def engine_class(path: str) -> type[Engine]:
    """The class itself; raises EngineUnavailable when there is none."""
    module_name, _, class_name = path.partition(":")
    try:
        engine = getattr(importlib.import_module(module_name), class_name, None)
    except ImportError as error:
        raise EngineUnavailable(f"ENGINE {path} cannot be imported: {error}") from error
    if not (isinstance(engine, type) and issubclass(engine, Engine)):
        raise EngineUnavailable(f"ENGINE {path} names no Engine; write it as module:Class")
    return engine
