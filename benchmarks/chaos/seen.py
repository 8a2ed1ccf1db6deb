"""What the API and the metrics say at the end, asked as anybody may ask."""

import asyncio
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import httpx

from benchmarks.chaos.books import Findings
from benchmarks.chaos.senders import Senders, bearer
from benchmarks.people import Person
from benchmarks.recordings import text_of

_SAMPLE = 200


async def wrong_lists(senders: Senders) -> Findings:
    """Everybody's list has each accepted recording once, and nothing else."""
    pages = [await _listed(person) for person in senders.people]
    shown = [each["job_id"] for page in pages for each in page]
    told = [each["job_id"] for page in pages for each in page if each["state"] != "completed"]
    accepted = set(senders.accepted.values())
    return {
        "missing in lists": sorted(accepted - set(shown)),
        "more than once, or too many, in lists": sorted(set(shown) - accepted)
        + (["twice"] if len(shown) > len(set(shown)) else []),
        "not completed in lists": told,
    }


async def wrong_answers(senders: Senders, chance: random.Random) -> Findings:
    """Repeated requests get the job that they have got before; its text is that of its own."""
    numbers = chance.sample(sorted(senders.accepted), min(_SAMPLE, len(senders.accepted)))
    repeated = {number: (await senders.send(number)).raise_for_status() for number in numbers}
    texts = {number: await _text(senders, number) for number in numbers}
    return {
        "another job for a repeated request": [
            str(number)
            for number, answer in repeated.items()
            if answer.json()["job_id"] != senders.accepted[number]
        ],
        "another text by the API": [
            str(number) for number, said in texts.items() if said != text_of(number)
        ],
    }


async def wrong_metrics(ports: Sequence[int]) -> Findings:
    """What every result handler says, once it has counted again."""
    await asyncio.sleep(6)
    async with httpx.AsyncClient() as client:
        pages = [(await client.get(f"http://127.0.0.1:{port}/metrics")).text for port in ports]
    return {
        f"`{metric}`": [value for value in _values(pages, metric) if float(value) != 0]
        for metric in ("malmoi_conservation_missing_jobs", "malmoi_jobs_open")
    }


def _values(pages: Iterable[str], metric: str) -> Iterator[str]:
    for page in pages:
        [line] = [each for each in page.splitlines() if each.startswith(f"{metric} ")]
        yield line.rpartition(" ")[2]


async def _listed(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query: dict[str, str] = {"limit": "100"}
    while True:
        told = (await person.client.get("/jobs", params=query, headers=bearer(person))).json()
        found += told["jobs"]
        if told["next"] is None:
            return found
        query["cursor"] = told["next"]


async def _text(senders: Senders, number: int) -> str:
    path = f"/jobs/{senders.accepted[number]}/result"
    person = senders.person_of(number)
    answer = await person.client.get(path, params={"format": "text"}, headers=bearer(person))
    return answer.text.strip()
