"""The languages are those of the engine that we come with."""

from faster_whisper.tokenizer import _LANGUAGE_CODES

from malmoi.contracts.languages import LANGUAGES


def test_they_are_whispers() -> None:
    assert tuple(sorted(_LANGUAGE_CODES)) == tuple(LANGUAGES)
