"""The worked example of docs/sign-translator.md, as it stands there, and translators that fail."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from malmoi.contracts.sign import SignTranslation
from sign_service.settings import Settings
from sign_service.translation import require_translator, translated
from sign_service.translator import TranslatorMissing

DOCS = Path(__file__).parents[3] / "docs/sign-translator.md"
NOWHERE = {
    "kafka_bootstrap_servers": "nowhere:9092",
    "s3_endpoint": "nowhere:9000",
    "minio_access_key": "none",
    "minio_secret_key": "none",
}


class Model(BaseHTTPRequestHandler):
    """Reads the length of the video as the text."""

    def do_POST(self) -> None:
        video = self.rfile.read(int(self.headers["Content-Length"]))
        text = f"{len(video)} bytes" if video else ""
        said = {"text": text, "language": self.headers["Accept-Language"]}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Model) as server:
        monkeypatch.setenv("SIGN_MODEL_URL", f"http://127.0.0.1:{server.server_port}/")
        threading.Thread(target=server.serve_forever).start()
        yield
        server.shutdown()


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "v.mp4"
    path.write_bytes(b"12345")
    return path


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str, name: str) -> Settings:
    (folder / "sign_model.py").write_text(code)
    monkeypatch.syspath_prepend(str(folder))
    return Settings(**NOWHERE, sign_translator=f"sign_model:{name}", sign_translate_s=60)


@pytest.mark.usefixtures("model")
async def test_the_documented_translator_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, video: Path
) -> None:
    [code] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    settings = installed(tmp_path, monkeypatch, code, "ModelServer")

    await require_translator(settings)

    said = await translated(settings, video, language="ko")
    assert said == SignTranslation(text="5 bytes", language="ko")
    video.write_bytes(b"")
    assert await translated(settings, video, language="ko") is None


@pytest.mark.parametrize(
    "does",
    ["raise ValueError", "return 'text'", "import os; os.abort()", "print('{}'); return None"],
)
async def test_whatever_a_translator_does_the_video_is_shown_without_a_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, video: Path, does: str
) -> None:
    code = f"class Odd:\n    def translate(self, video, *, language):\n        {does}\n"
    settings = installed(tmp_path, monkeypatch, code, "Odd")

    assert await translated(settings, video, language="ko") is None


async def test_a_translator_that_takes_too_long_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, video: Path
) -> None:
    code = "import time\nclass Slow:\n    def translate(self, *_, **__):\n        time.sleep(99)\n"
    settings = installed(tmp_path, monkeypatch, code, "Slow")

    hasty = settings.model_copy(update={"sign_translate_s": 1.0})
    assert await translated(hasty, video, language="ko") is None


@pytest.mark.parametrize("name", ["Nobody", "json", "Mute", "Broken"])
async def test_what_is_no_translator_is_known_before_the_first_video(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    code = "import json\nclass Mute: pass\nclass Broken:\n    def __init__(self): raise KeyError\n"
    settings = installed(tmp_path, monkeypatch, code, name)

    with pytest.raises(TranslatorMissing):
        await require_translator(settings)
