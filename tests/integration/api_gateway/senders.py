"""Somebody who sends a large recording part by part, through nginx."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import httpx

from tests.integration.api_gateway.people import Person

PART = 8 * 1024**2
SIZE = 2 * PART + 1000
"""Three parts, the last one short."""


def content(size: int = SIZE) -> bytes:
    return bytes(range(251)) * (size // 251) + bytes(size % 251)


class LargeFile:
    """A file on its way; `person` is its sender."""

    def __init__(self, person: Person, data: bytes, told: dict[str, Any]) -> None:
        self.person = person
        self.data = data
        self.told = told

    @classmethod
    async def begun(cls, person: Person, data: bytes, **fields: Any) -> "LargeFile":
        body = {"file_name": "긴 회의.flac", "content_type": "audio/flac", "size": len(data)}
        answer = await person.post("/uploads", body | fields)
        assert answer.status_code == 201, answer.text
        return cls(person, data, answer.json())

    @property
    def id(self) -> UUID:
        return UUID(self.told["upload_id"])

    @property
    def path(self) -> str:
        return f"/uploads/{self.id}"

    async def look(self, **query: Any) -> dict[str, Any]:
        answer = await self.person.get(self.path, **query)
        assert answer.status_code == 200, answer.text
        self.told = answer.json()
        return self.told

    async def send(self, numbers: Iterable[int] | None = None) -> None:
        """Put parts where the last answer said; by default all that it named."""
        urls = {each["number"]: each["url"] for each in self.told["missing"]}
        async with httpx.AsyncClient(timeout=60) as client:
            for number in urls if numbers is None else numbers:
                begin = (number - 1) * self.told["part_size"]
                part = self.data[begin : begin + self.told["part_size"]]
                answer = await client.put(urls[number], content=part)
                assert answer.status_code == 200, answer.text

    async def complete(self) -> httpx.Response:
        return await self.person.post(f"{self.path}/complete")

    @classmethod
    async def completed(cls, person: Person, data: bytes | None = None) -> "LargeFile":
        file = await cls.begun(person, content() if data is None else data)
        await file.send()
        assert (await file.complete()).status_code == 200
        return file
