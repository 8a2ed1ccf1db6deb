"""docs/api.md and docs/websocket.md name what exists, and nothing else."""

import re
from pathlib import Path

import pytest

from api_gateway import errors
from api_gateway.app import create_app
from api_gateway.live.listener import CloseCode
from api_gateway.settings import Settings
from malmoi.contracts import problems
from malmoi.contracts.events import EventType
from malmoi.contracts.problems import AppError
from malmoi.contracts.sign import SignErrorCode
from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.web import destinations
from malmoi.web.problems import Malformed
from tests.unit.api_gateway.test_requests import NEEDED

DOCS = Path(__file__).parents[3] / "docs"
API = (DOCS / "api.md").read_text()
SOCKET = (DOCS / "websocket.md").read_text()
NEVER_SHOWN = {"INTERNAL", "RECOGNITION_FAILED"}
"""A bug, and a class whose instances carry a verdict's code."""


def test_every_path_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET_KEY", "s" * 32)
    described = create_app(Settings(**NEEDED)).openapi()["paths"]
    served = {
        f"{method.upper()} {path}" for path, methods in described.items() for method in methods
    }
    assert set(re.findall(r"`([A-Z]+ /[^`?]*)`", API.partition("## Callers")[2])) == served


def test_every_code_is_documented_with_its_status() -> None:
    known = {
        each.code: int(each.status)
        for module in (errors, problems, destinations)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, AppError)
    }
    known |= {Malformed.code: int(Malformed.status)}
    known |= {
        code: errors.RecognitionFailed(code, "").problem(None).status for code in TaskErrorCode
    }
    documented = {
        code: int(row[1])
        for row in re.findall(r"^\| (`[A-Z_`, ]+`) \| (\d{3}) \|", API, re.MULTILINE)
        for code in re.findall(r"[A-Z_]+", row[0])
    }
    assert documented == {code: status for code, status in known.items() if code not in NEVER_SHOWN}


def test_every_reason_why_a_video_fails_is_documented() -> None:
    told = API.partition("## Signed messages")[2].partition("## ")[0]
    documented = re.findall(r"`([A-Z_]+)`", "".join(re.findall(r"^\| `.*", told, re.MULTILINE)))
    assert sorted(documented) == sorted(SignErrorCode)


def test_every_event_of_a_room_is_documented() -> None:
    told = {each for each in EventType if not each.startswith("job.")}
    documented = set(re.findall(r"^\| `([a-z.]+)` \|", SOCKET, re.MULTILINE))
    assert documented == told | {"room.state", "ping"}


def test_every_close_code_is_documented() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d{4}) \|", SOCKET, re.MULTILINE)}
    of_uvicorn = {1009, 1012}
    assert documented == set(CloseCode) | of_uvicorn
