"""Whisper by Hugging Face Transformers (seed 000, section 3): the original checkpoints.

It needs torch, in an extra of its own. It gives no word times and no log probabilities; `generate`
applies the same thresholds itself. A prompt reaches the first 30 s of a window only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import torch
from transformers import WhisperForConditionalGeneration, WhisperProcessor

from malmoi.contracts.decoding import DecodeOptions
from malmoi.contracts.transcripts import Segment
from malmoi.media.decode import SAMPLE_RATE_HZ, Samples
from stt_worker_base.errors import EngineError, EngineOutOfMemory, EngineUnavailable
from stt_worker_base.outcome import Capabilities
from stt_worker_whisper.compute import cannot_load, fallback
from stt_worker_whisper.filters import Hypothesis
from stt_worker_whisper.model import TRANSFORMERS_WEIGHTS, model_folder
from stt_worker_whisper.settings import ModelSettings
from stt_worker_whisper.whisper_engine import (
    TEMPERATURES,
    WhisperEngine,
    WindowDecoding,
    most_tokens,
)

_WINDOW_S = 30
_WINDOW_FRAMES = 3000
_CONTEXT_TOKENS = 448
_START_TOKENS = 4
"""Start of transcript, language, task, no timestamps."""


class TransformersEngine(WhisperEngine):
    """One loaded checkpoint; nothing of it changes between recordings."""

    def __init__(self, model: Any, processor: Any, settings: ModelSettings) -> None:
        self._model = model
        self._processor = processor
        self._settings = settings
        self._multilingual = bool(getattr(model.generation_config, "is_multilingual", True))
        languages = (
            tuple(token[2:-2] for token in model.generation_config.lang_to_id)
            if self._multilingual
            else ("en",)
        )
        self.capabilities = Capabilities(
            engine="transformers",
            model=settings.model_name,
            device=model.device.type,
            translation=self._multilingual,
            languages=languages,
            fallback=fallback(settings, device=model.device.type),
        )

    @classmethod
    def load(cls) -> Self:
        settings = ModelSettings()
        folder = model_folder(settings, TRANSFORMERS_WEIGHTS)
        device = _device(settings)
        torch.set_num_threads(settings.cpu_threads)
        try:
            processor = WhisperProcessor.from_pretrained(folder, local_files_only=True)
            model = WhisperForConditionalGeneration.from_pretrained(
                folder, dtype=_dtype(settings, device), local_files_only=True
            ).to(device)
        except (OSError, RuntimeError, ValueError) as error:
            raise cannot_load(folder, error, settings, device=device) from error
        model.generation_config.max_length = None  # max_new_tokens rules; both together warn
        return cls(model.eval(), processor, settings)

    def decode(self, samples: Samples, options: DecodeOptions) -> WindowDecoding:
        inputs = self._inputs(samples)
        look = self._first_look(inputs)
        language = options.language or look.language
        arguments = self._arguments(language, options, most=most_tokens(samples))
        probability = None if options.language else look.language_probability
        return WindowDecoding(language, probability, self._hypotheses(inputs, look, arguments))

    def _inputs(self, samples: Samples) -> Any:
        is_long = samples.size > _WINDOW_S * SAMPLE_RATE_HZ
        inputs = self._processor(
            samples,
            sampling_rate=SAMPLE_RATE_HZ,
            return_tensors="pt",
            truncation=False,
            padding="longest" if is_long else "max_length",
            return_attention_mask=True,
        )
        return inputs.to(self._model.device, self._model.dtype)

    def _first_look(self, inputs: Any) -> "_FirstLook":
        """Language and no-speech probability of the first 30 s, which `generate` does not give."""
        config = self._model.generation_config
        start = torch.tensor([[config.decoder_start_token_id]], device=self._model.device)
        features = inputs.input_features[..., :_WINDOW_FRAMES]
        with _engine_errors(), torch.inference_mode():
            logits = self._model(input_features=features, decoder_input_ids=start).logits[0, 0]
        # The token for "nobody speaks" stands just before the one for "no timestamps".
        no_speech = logits.float().softmax(-1)[config.no_timestamps_token_id - 1]
        if not self._multilingual:
            return _FirstLook("en", 1.0, float(no_speech))
        codes = [token[2:-2] for token in config.lang_to_id]
        probabilities = logits.float()[list(config.lang_to_id.values())].softmax(-1)
        best = int(probabilities.argmax())
        return _FirstLook(codes[best], float(probabilities[best]), float(no_speech))

    def _hypotheses(
        self, inputs: Any, look: "_FirstLook", arguments: dict[str, Any]
    ) -> Iterator[Hypothesis]:
        with _engine_errors(), torch.inference_mode():
            found = self._model.generate(**inputs, **arguments)
        for part in found["segments"][0]:
            start_s, end_s = float(part["start"]), float(part["end"])
            yield Hypothesis(
                Segment(
                    text=self._processor.decode(part["tokens"], skip_special_tokens=True).strip(),
                    start_s=start_s,
                    end_s=max(start_s, end_s),
                    no_speech_probability=look.no_speech_probability if start_s < _WINDOW_S else 0,
                )
            )

    def _arguments(self, language: str, options: DecodeOptions, *, most: int) -> dict[str, Any]:
        prompt = self._prompt(options.prompt)
        room = _CONTEXT_TOKENS - _START_TOKENS - (0 if prompt is None else len(prompt))
        ladder = TEMPERATURES if options.temperature is None else (options.temperature,)
        # English-only checkpoints take neither; multilingual ones need both, or they translate.
        spoken = {"language": language, "task": options.task} if self._multilingual else {}
        return spoken | {
            "prompt_ids": prompt,
            "condition_on_prev_tokens": False,
            "max_new_tokens": min(self._settings.max_new_tokens, room, most),
            "num_beams": self._settings.beam_size,
            "temperature": ladder,
            "compression_ratio_threshold": 2.4,
            "logprob_threshold": -1.0,
            "no_speech_threshold": 0.6,
            "return_timestamps": True,
            "return_segments": True,
        }

    def _prompt(self, prompt: str | None) -> Any:
        if not prompt:
            return None
        tokens = self._processor.get_prompt_ids(prompt, return_tensors="pt")
        return tokens[: _CONTEXT_TOKENS // 2 - 1].to(self._model.device)


@dataclass(frozen=True, slots=True)
class _FirstLook:
    language: str
    language_probability: float
    no_speech_probability: float


@contextmanager
def _engine_errors() -> Iterator[None]:
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        raise EngineOutOfMemory(str(error)) from error
    except RuntimeError as error:
        raise EngineError(str(error)) from error


def _device(settings: ModelSettings) -> str:
    if settings.device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return settings.device


def _dtype(settings: ModelSettings, device: str) -> torch.dtype:
    if settings.compute_type == "auto":
        return torch.float16 if device == "cuda" else torch.float32
    dtype = getattr(torch, settings.compute_type, None)
    if not isinstance(dtype, torch.dtype):
        detail = f"COMPUTE_TYPE={settings.compute_type} is none of float32, float16, bfloat16"
        raise EngineUnavailable(detail)
    return dtype
