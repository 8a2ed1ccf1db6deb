"""Which languages are accepted, and how that is said, wherever one is taken."""

import pytest
from pydantic import BaseModel, ValidationError

from api_gateway.routes.clips import ClipFields
from api_gateway.schemas.jobs import JobFields
from api_gateway.schemas.openai import TranscriptionFields
from api_gateway.schemas.rooms import RoomIn
from api_gateway.settings import Settings

TAKERS: list[tuple[type[BaseModel], dict[str, str]]] = [
    (RoomIn, {"title": "t"}),
    (ClipFields, {}),
    (JobFields, {}),
    (TranscriptionFields, {"model": "whisper"}),
]


@pytest.mark.parametrize("written", ["qq", "xyz", "Korean", "k", "", "korean" * 100, "ko-KR"])
@pytest.mark.parametrize(("taker", "others"), TAKERS)
def test_what_is_no_language_is_refused_with_what_is(
    taker: type[BaseModel], others: dict[str, str], written: str
) -> None:
    with pytest.raises(ValidationError, match=r"ISO 639-1 .*haw, jw and yue.* auto") as refused:
        taker.model_validate({**others, "language": written})
    assert [each["loc"] for each in refused.value.errors()] == [("language",)]


@pytest.mark.parametrize(
    ("written", "kept"), [("ko", "ko"), ("EN", "en"), ("yue", "yue"), ("Auto", "auto")]
)
@pytest.mark.parametrize(("taker", "others"), TAKERS)
def test_a_language_is_kept_in_one_spelling(
    taker: type[BaseModel], others: dict[str, str], written: str, kept: str
) -> None:
    assert taker.model_validate({**others, "language": written}).language == kept  # type: ignore[attr-defined]


def test_rooms_that_name_none_cannot_have_one_that_does_not_exist(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEFAULT_LANGUAGE", "qq")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert ("default_language",) in [each["loc"] for each in refused.value.errors()]
