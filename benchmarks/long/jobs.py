"""A recording handed in as a job and followed to its end."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx

from benchmarks.long.material import Made
from benchmarks.people import Person
from local_cluster.answers import checked
from local_cluster.handed_in import HandedIn, announce, hand_in_upload
from local_cluster.sent_in_parts import InParts


async def begin(person: Person, made: Made) -> str:
    """Hand it in as `malmoi transcribe` does, past the gateway; returns the job's id."""
    return await asyncio.to_thread(_begin, person, made)


def _begin(person: Person, made: Made) -> str:
    with _signed_in(person) as client:
        return _hand_in(client, made)


def _hand_in(client: httpx.Client, made: Made) -> str:
    told = checked(announce(client, made.path.name, made.path.stat().st_size))
    upload_id = InParts(client, made.path, told, on_sent=lambda _: None).send()
    return str(checked(hand_in_upload(client, upload_id, made.language))["job_id"])


async def look(person: Person, job_id: str) -> dict[str, Any]:
    """How far it is."""
    answer = await person.client.get(f"/jobs/{job_id}", headers=_bearer(person))
    answer.raise_for_status()
    told: dict[str, Any] = answer.json()
    return told


async def until(
    person: Person, job_id: str, enough: Callable[[dict[str, Any]], bool], *, every_s: float = 0.25
) -> dict[str, Any]:
    """Wait until it is so far; raises when it came to nothing."""
    while not enough(told := await look(person, job_id)):
        if told["error"] is not None:
            raise RuntimeError(f"the recording failed: {told['error']}")
        await asyncio.sleep(every_s)
    return told


def completed(told: dict[str, Any]) -> bool:
    """Whether it is done."""
    return bool(told["state"] == "completed")


async def recognised_s(person: Person, made: Made) -> float:
    """Seconds from the first byte of the upload to the end of the job."""
    return await asyncio.to_thread(_recognised_s, person, made)


def _recognised_s(person: Person, made: Made) -> float:
    begun = time.perf_counter()
    with _signed_in(person) as client:
        job = HandedIn(client, _hand_in(client, made))
        job.follow(lambda _: None)  # by its events: asking again and again would take its share
        taken_s = time.perf_counter() - begun
        assert job.text("text"), "nothing was recognised"
    return taken_s


async def text_of(person: Person, job_id: str) -> str:
    """What was recognised."""
    answer = await person.client.get(
        f"/jobs/{job_id}/result", params={"format": "text"}, headers=_bearer(person)
    )
    return answer.raise_for_status().text


def client_of(url: str) -> httpx.AsyncClient:
    """Patient enough for an hour of sound."""
    return httpx.AsyncClient(base_url=url, timeout=600)


def _signed_in(person: Person) -> httpx.Client:
    return httpx.Client(base_url=person.client.base_url, headers=_bearer(person), timeout=600)


def _bearer(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token}"}
