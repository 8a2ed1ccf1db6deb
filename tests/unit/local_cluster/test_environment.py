"""What the services are told, and who wins."""

from pathlib import Path

import pytest

from local_cluster.environment import read_overrides, service_environment
from local_cluster.home import OpenHome


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


SERVERS = {"DATABASE_URL": "postgresql+asyncpg://ours", "S3_ENDPOINT": "127.0.0.1:9"}


def test_the_dotenv_file_of_the_working_directory_is_read(directory: Path) -> None:
    (directory / ".env").write_text("BEAM_SIZE=1\n")

    assert read_overrides()["BEAM_SIZE"] == "1"


def test_the_environment_wins_over_the_dotenv_file(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (directory / ".env").write_text("BEAM_SIZE=1\n")
    monkeypatch.setenv("BEAM_SIZE", "2")

    assert read_overrides()["BEAM_SIZE"] == "2"


def test_an_empty_value_counts_as_not_set(directory: Path) -> None:
    (directory / ".env").write_text("HF_TOKEN=\n")

    assert "HF_TOKEN" not in read_overrides()


def test_addresses_written_for_compose_do_not_reach_the_services(home: OpenHome) -> None:
    env = service_environment(home, SERVERS, {"DATABASE_URL": "postgresql://postgres:5432/x"})

    assert env["DATABASE_URL"] == "postgresql+asyncpg://ours"


def test_a_setting_of_the_user_reaches_the_services(home: OpenHome) -> None:
    assert service_environment(home, SERVERS, {"MODEL_NAME": "tiny"})["MODEL_NAME"] == "tiny"


def test_a_secret_is_made_where_the_user_gave_none(home: OpenHome) -> None:
    env = service_environment(home, SERVERS, {})

    assert env["JWT_SECRET_KEY"] == home.credentials.jwt_secret_key
    assert len(env["JWT_SECRET_KEY"]) >= 32
    assert env["CALLBACK_SECRET_KEY"] == home.credentials.callback_secret_key


@pytest.mark.parametrize("name", ["JWT_SECRET_KEY", "SECRET_KEY"])
def test_a_secret_of_the_user_is_not_replaced(home: OpenHome, name: str) -> None:
    env = service_environment(home, SERVERS, {name: "a" * 40})

    assert env[name] == "a" * 40
    assert home.credentials.jwt_secret_key not in env.values()


def test_every_process_carries_the_mark_of_its_home(home: OpenHome) -> None:
    env = service_environment(home, SERVERS, {})

    assert env["MALMOI_CLUSTER_HOME"] == home.server_env()["MALMOI_CLUSTER_HOME"]
    assert env["MALMOI_CLUSTER_HOME"] == str(home.paths.root)
