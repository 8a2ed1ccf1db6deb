"""What a Whisper engine computes on, and how much at once."""

from dataclasses import dataclass
from pathlib import Path

from stt_worker_base.errors import EngineUnavailable
from stt_worker_base.outcome import Fallback
from stt_worker_whisper.settings import ModelSettings

_GPU_BATCH, _CPU_BATCH = 8, 2
"""A step of the decoder reads all its weights, for one window as for many; a processor gains less
by it than a GPU."""


@dataclass(frozen=True, slots=True)
class ComputePlan:
    """How the model is loaded."""

    device: str
    compute_type: str
    side_by_side: int
    """Calls of the model at the same time."""
    batch_size: int
    """Most windows in a call."""

    @property
    def at_once(self) -> int:
        """Recordings that are decoded side by side."""
        return self.side_by_side * self.batch_size


def compute_plan(settings: ModelSettings, *, gpus: int) -> ComputePlan:
    """From the settings and the number of GPUs, where they leave the choice to us."""
    device = settings.device
    if device == "auto":
        device = "cuda" if gpus else "cpu"
    compute_type = settings.compute_type
    if compute_type == "auto":
        compute_type = "float16" if device == "cuda" else "int8"
    if device == "cuda":
        return ComputePlan(device, compute_type, 1, settings.batch_size or _GPU_BATCH)
    threads = settings.cpu_threads
    batch_size = settings.batch_size or (_CPU_BATCH if threads > 1 else 1)
    return ComputePlan(device, compute_type, threads, batch_size)


def fallback(settings: ModelSettings, *, device: str, batch_size: int = 1) -> Fallback | None:
    """What to do when the memory ends: half the batch, then a smaller model, then the processor."""
    if batch_size > 1:
        half = batch_size // 2
        return Fallback(name=f"batch size {half}", environment={"BATCH_SIZE": str(half)})
    smaller = settings.fallback_model_name
    if smaller is not None and smaller != settings.model_name:
        return Fallback(name=f"model {smaller}", environment={"MODEL_NAME": smaller})
    if device != "cpu":
        environment = {"DEVICE": "cpu", "COMPUTE_TYPE": "auto", "BATCH_SIZE": "1"}
        return Fallback(name="cpu", environment=environment)
    return None


def cannot_load(
    folder: Path, error: Exception, settings: ModelSettings, *, device: str
) -> EngineUnavailable:
    """Only for want of memory is another model, or another device, a way out."""
    smaller = fallback(settings, device=device) if is_out_of_memory(error) else None
    return EngineUnavailable(f"The model in {folder} cannot be loaded: {error}", fallback=smaller)


def is_out_of_memory(error: Exception) -> bool:
    """CTranslate2 raises RuntimeError for everything, and so does torch: only the text tells."""
    return "out of memory" in str(error).lower()
