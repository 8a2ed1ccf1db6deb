"""An engine without a model, for measuring everything around the model."""

import hashlib
import time
from collections.abc import Iterator
from typing import Self

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.transcripts import Segment
from malmoi.media.decode import SAMPLE_RATE_HZ, Samples
from stt_worker_base.engine import Engine, Recognition
from stt_worker_base.outcome import Capabilities
from stt_worker_base.settings import NoopSettings


class NoopEngine(Engine):
    """Answers with the audio's checksum, so that a mixed-up result is seen."""

    capabilities = Capabilities(engine="noop", model="noop")

    def __init__(self, delay_s: float = 0.0) -> None:
        self._delay_s = delay_s

    @classmethod
    def load(cls) -> Self:
        return cls(NoopSettings().noop_delay_s)

    def transcribe(self, samples: Samples, options: DecodeOptions) -> Recognition:
        return Recognition(options.language, None, self._segments(samples))

    def _segments(self, samples: Samples) -> Iterator[Segment]:
        time.sleep(self._delay_s)
        checksum = hashlib.sha256(samples.tobytes()).hexdigest()[:8]
        yield Segment(text=f"noop {checksum}", start_s=0.0, end_s=samples.size / SAMPLE_RATE_HZ)
