"""What clients may write, and how their wishes are read."""

import pytest
from pydantic import TypeAdapter, ValidationError

from api_gateway.errors import RecognitionFailed, SpeakerTaken
from api_gateway.routes.uploads import seconds_to_wait
from api_gateway.schemas.accounts import Email
from api_gateway.settings import Settings
from malmoi.contracts.task_errors import TaskErrorCode

NEEDED = {
    "database_url": "postgresql+asyncpg://u:p@h/d",
    "redis_url": "redis://h",
    "kafka_bootstrap_servers": "h:1",
    "s3_endpoint": "h:2",
    "minio_access_key": "a",
    "minio_secret_key": "b",
    "callback_secret_key": "c" * 32,
}
ADDRESS: TypeAdapter[str] = TypeAdapter(Email)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Anna@Example.COM ", "anna@example.com"),
        ("안나@예.kr", "안나@예.kr"),
        ("ａｎｎａ@example.com", "anna@example.com"),  # noqa: RUF001 - full width on purpose
        ("a@localhost", "a@localhost"),
    ],
)
def test_an_address_has_one_spelling(written: str, kept: str) -> None:
    assert ADDRESS.validate_python(written) == kept


@pytest.mark.parametrize(
    "written", ["", "anna", "@x", "a@", "a b@x.y", "a@b@c", "a\0@x.y", "x" * 65 + "@y.z"]
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        ADDRESS.validate_python(written)


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 25),
        ("wait=3", 3),
        ("wait = 3", 3),
        ('respond-async, wait="7"', 7),
        ("respond-async", 0),
        ("wait=0", 0),
        ("wait=999999", 110),
        ("return=minimal", 25),
        ("wait=soon", 25),
    ],
)
def test_a_client_says_how_long_it_waits(prefer: str | None, seconds: float) -> None:
    assert seconds_to_wait(prefer, 25) == seconds


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        ("AUDIO_EMPTY", 422),
        ("AUDIO_UNREADABLE", 422),
        ("AUDIO_FORMAT_REFUSED", 415),
        ("NO_AUDIO_TRACK", 422),
        ("AUDIO_TOO_LONG", 413),
        ("AUDIO_TOO_LARGE", 413),
        ("AUDIO_MISSING", 502),
        ("LANGUAGE_UNSUPPORTED", 422),
        ("ENGINE_FAILED", 502),
        ("ENGINE_CRASHED", 502),
        ("ENGINE_TIMEOUT", 502),
        ("ENGINE_OUT_OF_MEMORY", 502),
        ("WORKER_LOST", 502),
    ],
)
def test_every_verdict_has_a_status(verdict: str, status: int) -> None:
    problem = RecognitionFailed(TaskErrorCode(verdict), "why").problem("t")
    assert (problem.status, problem.code, problem.detail) == (status, verdict, "why")


def test_no_verdict_was_forgotten() -> None:
    assert len(TaskErrorCode) == 13


def test_speaker_taken_without_a_known_speaker_leaves_them_out() -> None:
    shown = SpeakerTaken().problem("t").model_dump(exclude_none=True)
    assert shown["code"] == "SPEAKER_TAKEN"
    assert "current_speaker_user_id" not in shown


@pytest.mark.parametrize("name", ["JWT_SECRET_KEY", "SECRET_KEY"])
def test_both_names_of_the_secret_are_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "s" * 32)
    assert Settings(**NEEDED).jwt_secret_key.get_secret_value() == "s" * 32


def test_a_short_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET_KEY", "s" * 31)
    with pytest.raises(ValidationError):
        Settings(**NEEDED)


def test_lists_and_sizes_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET_KEY", "s" * 32)
    monkeypatch.setenv("CORS_ALLOWED_ORIGINS", '["https://malmoi.test"]')
    monkeypatch.setenv("TRUSTED_PROXIES", '["172.16.0.0/12"]')
    monkeypatch.setenv("MAX_UPLOAD_SIZE", "100MiB")

    settings = Settings(**NEEDED)

    assert settings.cors_allowed_origins == ["https://malmoi.test"]
    assert list(map(str, settings.trusted_proxies)) == ["172.16.0.0/12"]
    assert settings.max_upload_size == 104_857_600
