"""Clients as they should be: each recording with a key of its own, until it is accepted."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import httpx

from benchmarks.people import Person
from benchmarks.recordings import recording

AT_ONCE: Final = 32
CALLBACK_EACH: Final = 10
"""One job of so many has a receiver."""
_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 2.0


@dataclass
class Senders:
    """What several people hand in, side by side."""

    people: list[Person]
    receiver_url: str
    accepted: dict[int, str] = field(default_factory=dict)
    """Ids of jobs by the number of their recording."""
    repeated: Counter[str] = field(default_factory=Counter)
    """How often a request had to be sent again, by what had become of it."""

    async def hand_in(self, numbers: Iterable[int]) -> None:
        """All of them, however often that has to be tried."""
        left = iter(numbers)
        await asyncio.gather(*(self._hand_in_some(left) for _ in range(AT_ONCE)))

    def person_of(self, number: int) -> Person:
        return self.people[number % len(self.people)]

    def has_receiver(self, number: int) -> bool:
        return number % CALLBACK_EACH == 0

    async def send(self, number: int) -> httpx.Response:
        """Send it once; the same request whenever it is repeated."""
        person = self.person_of(number)
        fields = {"lane": ("batch", "interactive")[number // len(self.people) % 2]}
        if self.has_receiver(number):
            fields["callback_url"] = self.receiver_url
        return await person.client.post(
            "/jobs",
            files={"file": (f"{number}.wav", recording(number))},
            data=fields,
            headers={**bearer(person), "Idempotency-Key": key_of(number)},
        )

    async def _hand_in_some(self, left: Iterator[int]) -> None:
        for number in left:
            pause_s = _FIRST_PAUSE_S
            while (job_id := await self._tried(number)) is None:
                await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))
                pause_s = min(_LONGEST_PAUSE_S, 2 * pause_s)
            self.accepted[number] = job_id

    async def _tried(self, number: int) -> str | None:
        """The id of its job; None when the world failed. A refusal is an error."""
        try:
            answer = await self.send(number)
        except httpx.TransportError as error:
            self.repeated[type(error).__name__] += 1
            return None
        if answer.is_server_error:
            self.repeated[str(answer.status_code)] += 1
            return None
        return str(answer.raise_for_status().json()["job_id"])


def key_of(number: int) -> str:
    """The idempotency key of a recording."""
    return f"recording-{number}"


def bearer(person: Person) -> dict[str, str]:
    """Says who asks."""
    return {"Authorization": f"Bearer {person.token}"}
