"""What an upload is, before anybody listens to it: so many bytes, with this hash."""

import hashlib
import re
from dataclasses import dataclass
from typing import BinaryIO

from api_gateway.errors import AudioEmpty
from malmoi.contracts.problems import AppError

_BLOCK_BYTES = 1024 * 1024
_NAME_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class Recording:
    """A completely received upload."""

    content: BinaryIO
    length: int
    content_type: str
    sha256: str
    name: str | None = None
    """As its sender calls it."""


def examine(
    content: BinaryIO, *, content_type: str, empty: type[AppError] = AudioEmpty
) -> Recording:
    """Measure and hash an upload; reads all of it, so call it in a thread.

    Raises:
        AppError: of the class `empty`, when there is nothing in it.

    """
    digest = hashlib.sha256()
    length = 0
    while block := content.read(_BLOCK_BYTES):
        digest.update(block)
        length += len(block)
    content.seek(0)
    if not length:
        raise empty("the file is empty; record again")
    return Recording(content, length, content_type, digest.hexdigest())


def legible_name(name: str | None) -> str | None:
    """What a stranger calls a file, without folders and whatever no screen shows."""
    last = re.split(r"[/\\]", name or "")[-1]
    shown = "".join(each for each in last if each.isprintable()).strip()
    return shown[:_NAME_CHARS_MAX] or None
