"""Texts that people write: PostgreSQL and every screen can take them."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

_OF_LINES: Final = frozenset("\n\t")


def _legible(text: str) -> str:
    for each in text:
        if (each < " " and each not in _OF_LINES) or "\ud800" <= each <= "\udfff":
            raise ValueError("control characters and halves of characters are not allowed")
    return text


LEGIBLE: Final = AfterValidator(_legible)
"""Lines of text; to be named behind the constraints of a `str`, which are judged first."""

Prompt = Annotated[str, Field(max_length=2000), LEGIBLE]
"""Names and terms that are likely to occur in a recording."""
