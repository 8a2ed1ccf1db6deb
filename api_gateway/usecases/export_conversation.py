"""A conversation as a file, page by page, however long it is."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from malmoi.contracts.model import instant
from malmoi.contracts.subtitles import Segment, srt_cue
from malmoi.persistence.database import Database
from malmoi.persistence.said import Said, said_page, told_of

_PAGE: Final = 500
_NO_TEXT: Final = "[video]"
_SHOWN_AT_LEAST_S: Final = 1.0


class Format(StrEnum):
    """What an export looks like."""

    TXT = "txt"
    SRT = "srt"
    JSON = "json"


MEDIA_TYPES: Final[Mapping[Format, str]] = {
    Format.TXT: "text/plain; charset=utf-8",
    Format.SRT: "application/x-subrip; charset=utf-8",
    Format.JSON: "application/json",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A message in its conversation."""

    number: int
    """1, 2, 3 …"""
    said: Said
    start_s: float
    """From the beginning of the first message; a clip is handed in when it was spoken."""
    end_s: float


async def export_conversation(
    database: Database, room_id: UUID, form: Format
) -> AsyncIterator[str]:
    """The file in pieces: every message that is not deleted, in the order of speaking."""
    head, render, tail = _FORMS[form]
    yield head
    async for lines in _pages(database, room_id):
        yield "".join(map(render, lines))
    yield tail


async def _pages(database: Database, room_id: UUID) -> AsyncIterator[list[Line]]:
    number, position, began_s = 0, 0, None
    while True:
        async with database.reading() as session:
            page = await said_page(session, room_id, after=position, limit=_PAGE)
        if not page:
            return
        lines: list[Line] = []
        for said in page:
            number += 1
            start_s, end_s = _spoken(said)
            began_s = start_s if began_s is None else began_s
            lines.append(Line(number, said, max(start_s - began_s, 0), end_s - began_s))
        yield lines
        position = page[-1].message.position


def _spoken(said: Said) -> tuple[float, float]:
    end_s = said.message.created_at.timestamp()
    return end_s - max(told_of(said)["duration_s"] or 0, _SHOWN_AT_LEAST_S), end_s


def _txt(line: Line) -> str:
    message = line.said.message
    text = message.content_text or _NO_TEXT
    return f"[{instant(message.created_at)}] {message.sender_email}: {text}\n"


def _cue(line: Line) -> str:
    message = line.said.message
    text = f"{message.sender_email}: {message.content_text or _NO_TEXT}"
    segment = Segment(start=line.start_s, end=line.end_s, text=text)
    return srt_cue(segment, line.number)


def _json(line: Line) -> str:
    message = json.dumps(told_of(line.said), ensure_ascii=False)
    return ("," if line.number > 1 else "") + "\n" + message


_FORMS: Final[Mapping[Format, tuple[str, Callable[[Line], str], str]]] = {
    Format.TXT: ("", _txt, ""),
    Format.SRT: ("", _cue, ""),
    Format.JSON: ('{"messages": [', _json, "\n]}\n"),
}
