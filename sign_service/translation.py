"""Asking the installed translator, in a process of its own, seen from the service."""

import os
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from malmoi.contracts.sign import SignTranslation
from sign_service.processes import Ended, Overdue, run_module
from sign_service.settings import Settings
from sign_service.translator import TranslatorMissing

_TRANSLATION: TypeAdapter[SignTranslation | None] = TypeAdapter(SignTranslation | None)

log = structlog.get_logger()


async def require_translator(settings: Settings) -> None:
    """Make the translator once, so that a wrong name is known before the first video.

    Raises:
        TranslatorMissing: it cannot be made; what it said of it stands on stderr.

    """
    if settings.sign_translator is None:
        return
    try:
        ended = await _run(settings, settings.sign_translator)
    except Overdue as error:
        raise TranslatorMissing("SIGN_TRANSLATOR is not made within SIGN_TRANSLATE_S") from error
    if not ended.well:
        raise TranslatorMissing(f"SIGN_TRANSLATOR {settings.sign_translator} {ended.how}")


async def translated(
    settings: Settings, playable: Path, *, language: str
) -> SignTranslation | None:
    """What is signed, or None: nothing, or nobody can tell. The video is playable all the same."""
    if settings.sign_translator is None:
        return None
    try:
        ended = await _run(settings, settings.sign_translator, str(playable), language)
    except Overdue:
        log.warning("sign.not_translated", error="took more than SIGN_TRANSLATE_S")
        return None
    try:
        return _TRANSLATION.validate_json(ended.output)
    except ValidationError as error:
        log.warning("sign.not_translated", how=ended.how, error=repr(error))
        return None


async def _run(settings: Settings, *arguments: str) -> Ended:
    # With our whole environment: a translator is the operator's, and reads its settings there.
    return await run_module(
        ["sign_service.translate", *arguments],
        within_s=settings.sign_translate_s,
        env=dict(os.environ),
    )
