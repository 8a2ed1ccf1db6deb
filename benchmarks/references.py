"""Reading a folder of recordings with known texts, as the accuracy benchmarks take it.

The folder holds `refs.jsonl`: one JSON object a line with `file` (relative), `category`,
`language`, and, where they are known, `text` and `expect` (what an awkward recording should come
to).
"""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Reference:
    """One recording and what is known about it."""

    path: Path
    category: str
    language: str | None
    text: str
    expect: str


def references(folder: Path) -> Iterator[Reference]:
    """All lines of `refs.jsonl`."""
    with (folder / "refs.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            yield Reference(
                path=folder / entry["file"],
                category=entry["category"],
                language=entry.get("language"),
                text=entry.get("text", ""),
                expect=entry.get("expect", ""),
            )


def normalised(text: str, *, spaces: bool) -> str:
    """NFKC, lower case, without punctuation and marks; `spaces`: words stay apart (WER)."""
    plain = unicodedata.normalize("NFKC", text).lower()
    kept = (char if unicodedata.category(char)[0] in "LN" else _gap(char) for char in plain)
    words = "".join(kept).split()
    return (" " if spaces else "").join(words)


def _gap(character: str) -> str:
    """An apostrophe joins (it's, its); a space or a dash separates."""
    separates = character.isspace() or unicodedata.category(character) == "Pd"
    return " " if separates else ""
