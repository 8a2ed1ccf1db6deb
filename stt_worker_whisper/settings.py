"""Settings of the Whisper worker. They import no model library: the worker needs its port first."""

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr

from malmoi.settings import ProcessSettings
from stt_worker_base.settings import ServiceSettings

ENGINES = {
    "faster_whisper": "stt_worker_whisper.faster_whisper_engine:FasterWhisperEngine",
    "transformers": "stt_worker_whisper.transformers_engine:TransformersEngine",
}
"""Names for ENGINE."""


class ModelSettings(ProcessSettings):
    """Which model, and how it computes. The inference process reads these itself."""

    model_name: str = "base"
    """`base` (the packaged weights), a local directory, an installed weight package, or a hub's
    `organisation/name`."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """auto: the GPU if there is one."""
    compute_type: str = "auto"
    """auto: float16 on a GPU; on a CPU int8 (faster_whisper) or float32 (transformers)."""
    cpu_threads: int = Field(default=1, ge=1)
    """Threads of one worker; faster_whisper gives each a window of its own. A worker that is lost
    costs what it has in hand, so many workers with one thread lose less than one with many."""
    batch_size: int = Field(default=0, ge=0, le=64)
    """Windows of different recordings in one call of the model, faster_whisper only. 0: 8 on a
    GPU, 2 on a CPU with several threads, else 1."""
    fallback_model_name: str | None = None
    """A smaller model, for when the memory ends even with one window at a time."""
    beam_size: int = Field(default=5, ge=1, le=20)
    max_new_tokens: int = Field(default=440, ge=1)
    """Most tokens of one 30 s window, as far as the model's context allows; the transformers
    engine only."""
    hf_token: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("hf_token", "huggingface_token")
    )
    """For models of a hub that ask for one."""
    malmoi_model_cache: Path = Path("~/.cache/malmoi/models")
    """Where packaged weights are put together; 145 MB for `base`."""


class Settings(ServiceSettings, ModelSettings):
    """Everything this worker reads."""

    engine: str = "faster_whisper"
    """`faster_whisper`, `transformers`, or `module:Class` of any Engine."""

    @property
    def engine_path(self) -> str:
        """The engine as `module:Class`."""
        return ENGINES.get(self.engine, self.engine)
