"""The process that translates: `python -m sign_service.translate module:Class VIDEO LANGUAGE`.

It writes the translation as one JSON object, or `null`, and nothing else to stdout. Without a
video it only makes the translator.
"""

import os
import sys
from pathlib import Path

from sign_service.translator import SignTranslator, TranslatorMissing, load_translator


def main(path: str, *asked: str) -> None:
    """Translate one video, or none."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        translator = load_translator(path)
    except TranslatorMissing as error:
        sys.exit(f"malmoi: {error}")
    if asked:
        answers.write(_answer(translator, *asked))
    answers.close()


def _answer(translator: SignTranslator, video: str, language: str) -> bytes:
    found = translator.translate(Path(video), language=language)
    return b"null" if found is None else found.model_dump_json().encode()


if __name__ == "__main__":
    main(*sys.argv[1:])
