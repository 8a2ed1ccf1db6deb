"""The engine without a model answers with what it was given."""

import time

import numpy as np
import pytest

from malmoi.contracts.decoding import DecodeOptions
from stt_worker_base.noop import NoopEngine
from tests.fixtures.recordings import tone


def text_of(engine: NoopEngine, hz: float) -> str:
    (segment,) = engine.transcribe(tone(1, hz)[0], DecodeOptions()).segments
    assert segment is not None
    return segment.text


def test_the_text_is_a_checksum_of_the_samples() -> None:
    engine = NoopEngine()

    assert text_of(engine, 440) == text_of(engine, 440)
    assert text_of(engine, 440) != text_of(engine, 441)
    assert text_of(engine, 440).startswith("noop ")


def test_it_takes_as_long_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOOP_DELAY_S", "0.2")
    engine = NoopEngine.load()
    begun = time.monotonic()

    list(engine.transcribe(np.zeros(10, np.float32), DecodeOptions()).segments)

    assert time.monotonic() - begun >= 0.2
