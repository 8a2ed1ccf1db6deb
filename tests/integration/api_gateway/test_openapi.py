"""Whatever the OpenAPI document allows or forbids is asked of a real gateway by a machine."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.persistence.database import Database
from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.operators import operator
from tests.integration.api_gateway.people import CLIP, Person
from tests.integration.api_gateway.recogniser import Recogniser

EXAMPLES = os.environ.get("MALMOI_OPENAPI_EXAMPLES", "2")
"""Per path and phase; 30 of them take some three minutes."""
ENDING: Final = r"/leave$|/cancel$|/release"
"""After these there is less to ask for."""
SESSIONS: Final = ("end-sessions", "reset-password", "role")
"""The machine reads its own id in its token, and so ends its own session."""
RUNS: Final = (
    ("--exclude-method", "DELETE", "--exclude-path-regex", "|".join((ENDING, *SESSIONS))),
    ("--include-path-regex", ENDING, "--exclude-method", "DELETE"),
    ("--include-method", "DELETE"),
)
UNASKED: Final = (
    # Cursors, addresses and forms have rules that JSON Schema cannot say.
    "positive_data_acceptance",
    # A path of its own beside one with an id: the other one answers that the id is none.
    "unsupported_method",
    # A room begins empty: to whoever has just made it, its inside is 404 until they join.
    "ensure_resource_availability",
)
EXPECTED: Final = ["2xx", "3xx", "4xx", 502, 504]
"""What a job came to, and that it goes on: 502 and 504 are answers."""
LENIENT: Final = {
    "/jobs": "an empty field of a form is as good as none",
    "/rooms/{room_id}/stt": "the same",
    "/v1/audio/transcriptions": "the same",
    "/v1/audio/translations": "the same",
    "/admin/jobs": "an instant may be a number of seconds",
}
"""Where more is taken than the document says, and why."""


@dataclass(frozen=True)
class Stranger:
    """The machine: what it knows of a gateway, and what it finds."""

    gateway: Gateway
    token: str
    home: Path

    def knows(self, ids: dict[str, list[str]], *, stays: bool = True) -> None:
        """Write its configuration: among whatever else, it asks for things that there are.

        It has failed where nothing but 401 was heard, unless it need not stay signed in.
        """
        lines = ["[parameters]"]
        lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = 0.7 }}' for name in ids]
        lines += ["[warnings]", f"fail-on = {json.dumps(['missing_auth'] if stays else [])}"]
        lines += ["[checks]", 'negative_data_rejection = { expected-statuses = ["4xx"] }']
        lines += [f"not_a_server_error = {{ expected-statuses = {json.dumps(EXPECTED)} }}"]
        for name, each in ids.items():
            lines += [f"[dictionaries.{name}]", f"values = {json.dumps(each)}"]
        for path in LENIENT:
            lines += ["[[operations]]", f'include-path = "{path}"', "[operations.checks]"]
            lines += ["negative_data_rejection = { enabled = false }"]
        (self.home / "schemathesis.toml").write_text("\n".join(lines))

    async def asks(self, *which: str) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "schemathesis.cli",
            "--config-file", "schemathesis.toml",
            "run", f"{self.gateway.url}/openapi.json",
            "--url", self.gateway.url,
            "--header", f"Authorization: Bearer {self.token}",
            "--exclude-checks", ",".join(UNASKED),
            "--max-examples", EXAMPLES,
            "--continue-on-failure",
            "--no-color",
            *which,
            cwd=self.home,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        told, _ = await process.communicate()
        assert process.returncode == 0, told.decode()


async def until(person: Person, job_id: str, state: str) -> None:
    async with asyncio.timeout(10):
        while (await person.get(f"/jobs/{job_id}")).json()["state"] != state:
            await asyncio.sleep(0.01)


async def things_of(person: Person, recogniser: Recogniser) -> dict[str, list[str]]:
    """Something of each kind, made by the person who asks."""
    room_id = await person.open_room()
    assert (await person.join(room_id)).status_code == 200
    assert (await person.acquire(room_id)).status_code == 200
    said = (await person.say(room_id)).json()
    jobs = [(await person.http.post("/jobs", files={"file": CLIP})).json()["job_id"]]
    recogniser.failure = (TaskErrorCode.ENGINE_CRASHED, "the recogniser crashed")
    jobs.append((await person.http.post("/jobs", files={"file": CLIP})).json()["job_id"])
    await until(person, jobs[-1], "failed")
    recogniser.failure = None
    told = {"callback_url": "https://receiver.example/"}
    heard = await person.http.post("/jobs", files={"file": CLIP}, data=told)
    jobs.append(heard.json()["job_id"])
    await until(person, jobs[-1], "completed")
    deliveries = (await person.get(f"/jobs/{jobs[-1]}/callbacks")).json()["deliveries"]
    letters = (await person.get("/admin/dead-letters")).json()["letters"]
    upload = (await person.post("/uploads", {"file_name": "a.wav", "size": 8 * 2**20})).json()
    somebody = await Person.sign_up(str(person.http.base_url))
    key = (await person.post("/keys", {"name": "ours"})).json()
    return {
        "room_id": [room_id],
        "message_id": [said["message_id"]],
        "job_id": [said["job_id"], *jobs],
        "delivery_id": [each["id"] for each in deliveries],
        "letter_id": [each["id"] for each in letters],
        "upload_id": [upload["upload_id"]],
        "key_id": [key["key"]["id"]],
        "user_id": [str(somebody.id)],
        "model": ["whisper"],
    }


@pytest.mark.timeout(3600)
async def test_every_answer_is_one_that_the_document_promises(
    start_gateway: StartGateway, database: Database, recogniser: Recogniser, tmp_path: Path
) -> None:
    patient = {"hand_in_per_minute": 10**6, "open_jobs_per_user": 10**6}
    gateway = await start_gateway(stt_wait_s=0.3, transcription_wait_s=0.3, **patient)
    admin = await operator(gateway.url, database)
    things = await things_of(admin, recogniser)
    stranger = Stranger(gateway, admin.token, tmp_path)
    stranger.knows(things)
    for which in RUNS:
        await stranger.asks(*which)
    for each in SESSIONS:
        other = await operator(gateway.url, database)
        stranger = Stranger(gateway, other.token, tmp_path)
        stranger.knows(things, stays=False)
        await stranger.asks("--include-path", f"/admin/users/{{user_id}}/{each}")
