"""The languages that recordings can be recognised in: those of Whisper."""

from typing import Final

AUTO: Final = "auto"
"""In place of a language: detect it."""

LANGUAGES: Final = (
    "af", "am", "ar", "as", "az", "ba", "be", "bg", "bn", "bo", "br", "bs", "ca", "cs", "cy",
    "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fo", "fr", "gl", "gu", "ha", "haw",
    "he", "hi", "hr", "ht", "hu", "hy", "id", "is", "it", "ja", "jw", "ka", "kk", "km", "kn",
    "ko", "la", "lb", "ln", "lo", "lt", "lv", "mg", "mi", "mk", "ml", "mn", "mr", "ms", "mt",
    "my", "ne", "nl", "nn", "no", "oc", "pa", "pl", "ps", "pt", "ro", "ru", "sa", "sd", "si",
    "sk", "sl", "sn", "so", "sq", "sr", "su", "sv", "sw", "ta", "te", "tg", "th", "tk", "tl",
    "tr", "tt", "uk", "ur", "uz", "vi", "yi", "yo", "yue", "zh",
)  # fmt: skip
"""ISO 639-1 where it has a code for them; Whisper writes Javanese `jw`, as ISO no longer does.

A model may know fewer: the oldest have no `yue`, English ones nothing else.
"""

ACCEPTED: Final = (
    "the ISO 639-1 code of a language that Whisper knows (ko, en, ja, …; also haw, jw and yue), "
    "or auto to detect it"
)


def require_language(code: str) -> str:
    """Return the code, or `auto`; raises ValueError saying which codes there are."""
    if code != AUTO and code not in LANGUAGES:
        raise ValueError(f"write {ACCEPTED}")
    return code
