"""From MODEL_NAME to a directory with a model; what cannot be had refuses the start."""

from pathlib import Path

from stt_worker_base.errors import EngineUnavailable
from stt_worker_whisper.packaged_weights import package_folder, packaged_base
from stt_worker_whisper.settings import ModelSettings

CTRANSLATE2_WEIGHTS = ("model.bin",)
TRANSFORMERS_WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")

_HUB_FILES = ["*.json", "*.txt", "*.model", "*.safetensors", "model.bin"]


def model_folder(settings: ModelSettings, weights: tuple[str, ...]) -> Path:
    """The directory of `settings.model_name`, which holds one of the files `weights`.

    Tried in this order, and nothing is put in another's place: `base` (packaged weights), a
    directory, an installed package, a hub's `organisation/name`.

    Raises:
        EngineUnavailable: it cannot be had, or is in another engine's format.

    """
    folder = _found(settings)
    if not any((folder / name).is_file() for name in weights):
        detail = (
            f"MODEL_NAME={settings.model_name} holds none of {', '.join(weights)}: it is no model "
            "of this engine. faster_whisper reads CTranslate2 models (such as "
            "Systran/faster-whisper-small), transformers the original ones (openai/whisper-small)."
        )
        raise EngineUnavailable(detail)
    return folder


def _found(settings: ModelSettings) -> Path:
    name = settings.model_name
    if name == "base":
        return packaged_base(settings.malmoi_model_cache)
    if Path(name).expanduser().is_dir():
        return Path(name).expanduser()
    package = package_folder(name.replace("-", "_"))
    if package is not None:
        return _weights_inside(package)
    if name.count("/") == 1 and not name.startswith((".", "~", "/")):
        return _from_hub(settings)
    detail = (
        f"MODEL_NAME={name} is no directory, no installed package and no hub name. "
        "Use base, the path of a directory with a model, or organisation/name of a hub."
    )
    raise EngineUnavailable(detail)


def _weights_inside(package: Path) -> Path:
    """The folder with the model: packages keep their data a level or two down."""
    return min((path.parent for path in package.rglob("config.json")), default=package)


def _from_hub(settings: ModelSettings) -> Path:
    from huggingface_hub import snapshot_download

    token = settings.hf_token.get_secret_value() if settings.hf_token else None
    try:
        return Path(snapshot_download(settings.model_name, token=token, allow_patterns=_HUB_FILES))
    # The hub's errors are OSErrors or ValueErrors; its HTTP client's are named below.
    except (OSError, ValueError) as error:
        detail = (
            f"MODEL_NAME={settings.model_name} cannot be fetched: {error}. Check the name, "
            "HF_TOKEN and the network, or name a directory that holds the model."
        )
        raise EngineUnavailable(detail) from error
