"""An engine without a model that says as much as people do: two and a half words a second."""

from collections.abc import Iterator
from typing import Self

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.transcripts import Segment, Word
from malmoi.media.decode import SAMPLE_RATE_HZ, Samples
from stt_worker_base.engine import Engine, Recognition
from stt_worker_base.outcome import Capabilities

_WORD_S = 0.4
_WORDS = 12


class TalkingEngine(Engine):
    """Its results are as large as real ones."""

    capabilities = Capabilities(engine="talking", model="talking", word_timestamps=True)

    @classmethod
    def load(cls) -> Self:
        return cls()

    def transcribe(self, samples: Samples, options: DecodeOptions) -> Recognition:
        return Recognition(options.language, None, _segments(samples.size / SAMPLE_RATE_HZ))


def _segments(audio_s: float) -> Iterator[Segment]:
    start_s = 0.0
    while start_s + _WORD_S * _WORDS <= audio_s:
        words = tuple(
            Word(
                text="말모이",
                start_s=start_s + place * _WORD_S,
                end_s=start_s + (place + 1) * _WORD_S,
                probability=0.987654321,
            )
            for place in range(_WORDS)
        )
        end_s = words[-1].end_s
        text = " ".join(each.text for each in words)
        yield Segment(text=text, start_s=start_s, end_s=end_s, words=words)
        start_s = end_s
