"""What stands on the screen: the application's own catalogues."""

import re
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "admin_ui/src"
ENTRY = re.compile(
    r"""^\s*'?([\w.:-]+)'?:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")""", re.MULTILINE
)


def ko(key: str, **values: object) -> str:
    """The Korean text of this key, with its places filled."""
    return _filled(catalogue("i18n/ko.ts")[key], values)


def en(key: str, **values: object) -> str:
    return _filled(catalogue("i18n/en.ts")[key], values)


def console_ko(key: str, **values: object) -> str:
    """The Korean text in the operators' console."""
    return _filled(catalogue("console/i18n/ko.ts")[key], values)


def account_ko(key: str, **values: object) -> str:
    """The Korean text of one's own account."""
    return _filled(catalogue("account/i18n/ko.ts")[key], values)


def recordings_ko(key: str, **values: object) -> str:
    """The Korean text of the recordings' pages."""
    return _filled(catalogue("recordings/i18n/ko.ts")[key], values)


@cache
def catalogue(path: str) -> dict[str, str]:
    """All texts of one file by their keys."""
    found = ENTRY.findall((SOURCE / path).read_text())
    return {key: (one or other).replace("\\'", "'") for key, one, other in found}


def _filled(text: str, values: dict[str, object]) -> str:
    return text.format(**values) if values else text
