"""A recording that was handed in to the cluster: follow it to its end, and read its text."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import httpx

from local_cluster.answers import checked, refusal
from malmoi.contracts.events import JOB_ENDS, EventType

_PATIENT_FOR_S: Final = 60.0
"""So long a cluster that is being restarted may take to answer again."""
_AGAIN_AFTER_S: Final = 1.0

Percent = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A job of ours; `client` is signed in."""

    client: httpx.Client
    job_id: str

    def follow(self, on_percent: Percent) -> None:
        """Return once the job has ended, however; cut lines and restarts are waited out.

        Raises:
            RequestRefused: the job cannot be followed.
            httpx.TransportError: the cluster has been away for too long.

        """
        heard, away_since = 0, None
        while True:
            try:
                for event in self._events(heard):
                    heard, away_since = event["seq"], None
                    if event["type"] == EventType.JOB_PROGRESS:
                        on_percent(event["payload"]["percent"])
                    if event["type"] in JOB_ENDS:
                        return
                if self._has_ended():
                    return
            except httpx.TransportError:
                away_since = away_since or time.monotonic()
                if time.monotonic() - away_since > _PATIENT_FOR_S:
                    raise
            time.sleep(_AGAIN_AFTER_S)

    def cancel(self) -> None:
        """End it, if it has not ended."""
        self.client.post(f"/jobs/{self.job_id}/cancel")

    def text(self, form: str) -> str:
        """The result in a format of the API; raises RequestRefused where there is none."""
        answer = self.client.get(f"/jobs/{self.job_id}/result", params={"format": form})
        if not answer.is_success:
            raise refusal(answer)
        return answer.text

    def _has_ended(self) -> bool:
        told = checked(self.client.get(f"/jobs/{self.job_id}"))
        return bool(told["status"] != "processing")

    def _events(self, after: int) -> Iterator[dict[str, Any]]:
        path = f"/jobs/{self.job_id}/events"
        with self.client.stream("GET", path, params={"after": after}) as answer:
            if answer.is_client_error:
                answer.read()
                raise refusal(answer)
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))


def hand_in(client: httpx.Client, body: Any, name: str, language: str | None) -> httpx.Response:
    """Send the recording; the answer may be that the token has ended."""
    fields = {} if language is None else {"language": language}
    return client.post("/jobs", data=fields, files={"file": (name, body)})


def announce(client: httpx.Client, name: str, size: int) -> httpx.Response:
    """Begin an upload in parts; the answer may be that the token has ended."""
    return client.post("/uploads", json={"file_name": name, "size": size})


def hand_in_upload(client: httpx.Client, upload_id: str, language: str | None) -> httpx.Response:
    """Make a completed upload a job."""
    body = {"upload_id": upload_id} | ({} if language is None else {"language": language})
    return client.post("/jobs", json=body, headers={"Idempotency-Key": upload_id})
