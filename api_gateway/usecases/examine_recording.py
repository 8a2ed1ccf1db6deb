"""What an upload is, before anybody listens to it: so many bytes, with this hash."""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from api_gateway.errors import AudioEmpty
from malmoi.contracts.problems import AppError

_BLOCK_BYTES = 1024 * 1024


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
