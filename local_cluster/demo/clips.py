"""What is said in the demo."""

from dataclasses import dataclass
from pathlib import Path

from local_cluster.errors import NoSuchClip
from local_cluster.home import CHECKOUT

SHIPPED = CHECKOUT / "local_cluster" / "clips"
LANGUAGES = ("ko", "en")


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording and its language."""

    file: Path
    language: str | None
    """None: let it be recognised."""
    spoken: str | None
    """What is said in it, where we know."""


def choose(audio: Path | None, language: str | None) -> list[Clip]:
    """Return the given recording, or the shipped ones (of one language, if one is named).

    Raises:
        NoSuchClip: no recording in that language is shipped.

    """
    if audio is not None:
        return [Clip(audio, language, None)]
    if language is not None and language not in LANGUAGES:
        raise NoSuchClip(f"no {language!r} clip is shipped; give one with --audio")
    return [_shipped(name) for name in LANGUAGES if language in (None, name)]


def _shipped(language: str) -> Clip:
    spoken = (SHIPPED / f"{language}.txt").read_text().strip()
    return Clip(SHIPPED / f"{language}.flac", language, spoken)
