"""The plug-in point for translating signs into text. No translator ships (seed 000, phase 2)."""

import importlib
from pathlib import Path
from typing import Protocol, runtime_checkable

from malmoi.contracts.sign import SignTranslation


@runtime_checkable
class SignTranslator(Protocol):
    """Turns a signed message into text.

    It is made without arguments, once per video, in a process of its own that is ended after
    SIGN_TRANSLATE_S; what it needs it reads from its environment. A model that takes long to load
    belongs into a server that the translator asks.
    """

    def translate(self, video: Path, *, language: str) -> SignTranslation | None:
        """What is signed in `video`, or None when nothing is.

        Args:
            video: the playable mp4: H.264, upright, square pixels, no sound.
            language: ISO 639-1, the room's; `auto` where the room leaves it open.

        Whatever it raises leaves the message without a text and the video playable.

        """
        ...


class TranslatorMissing(Exception):
    """SIGN_TRANSLATOR names no translator; the text tells the operator what to do."""


def load_translator(path: str) -> SignTranslator:
    """Make the translator that `path` names as `module:Class`.

    Raises:
        TranslatorMissing: there is no such class, or it is no SignTranslator.

    """
    module_name, _, class_name = path.partition(":")
    try:
        made = getattr(importlib.import_module(module_name), class_name)()
    except (ImportError, AttributeError, TypeError) as error:
        raise TranslatorMissing(f"SIGN_TRANSLATOR {path} cannot be made: {error}") from error
    if not isinstance(made, SignTranslator):
        raise TranslatorMissing(f"SIGN_TRANSLATOR {path} has no method translate")
    return made
