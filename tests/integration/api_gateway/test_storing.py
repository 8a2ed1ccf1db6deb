"""A clip is on its way into the store while its rows are written (decision 24)."""

import asyncio

import pytest
from sqlalchemy import func, select

from malmoi.object_store.store import ObjectStore, StoreUnavailable
from malmoi.persistence.database import Database
from malmoi.persistence.tables import Job, RoomMessage
from tests.integration.api_gateway.conftest import Gateway
from tests.integration.api_gateway.people import Person, two_in_a_room
from tests.integration.api_gateway.recogniser import Recogniser


class Door:
    """Lets recordings into the store when a test opens it."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()
        self.broken = False


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    door, put = Door(), ObjectStore.put

    async def guarded(self: ObjectStore, key: str, *arguments: object, **named: object) -> None:
        door.reached.set()
        await door.opened.wait()
        if door.broken:
            raise StoreUnavailable("gone")
        await put(self, key, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(ObjectStore, "put", guarded)
    return door


async def speaking(gateway: Gateway) -> tuple[Person, Person, str]:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    assert (await anna.acquire(room_id)).status_code == 200
    return anna, bora, room_id


async def promised(database: Database) -> tuple[int, int]:
    async with database.reading() as session:
        jobs = await session.scalar(select(func.count()).select_from(Job))
        messages = await session.scalar(select(func.count()).select_from(RoomMessage))
    return jobs or 0, messages or 0


async def test_nothing_is_promised_before_it_lies_in_the_store(
    gateway: Gateway, recogniser: Recogniser, database: Database, door: Door
) -> None:
    before = await promised(database)
    anna, bora, room_id = await speaking(gateway)
    async with bora.listening(room_id) as bora_hears:
        answering = asyncio.create_task(anna.say(room_id))
        await door.reached.wait()
        for _ in range(10):  # longer than the transaction waits, and begins anew
            await asyncio.sleep(0.06)
            assert await promised(database) == before
        door.opened.set()

        assert (await answering).status_code == 200
        await bora_hears.next("message.created")
    assert await promised(database) == (before[0] + 1, before[1] + 1)


async def test_a_slow_store_does_not_hold_the_room(
    gateway: Gateway, recogniser: Recogniser, door: Door
) -> None:
    anna, bora, room_id = await speaking(gateway)
    answering = asyncio.create_task(anna.say(room_id))
    await door.reached.wait()

    async with asyncio.timeout(3):
        raised = await bora.post(f"/rooms/{room_id}/speaker/hand")

    assert raised.status_code == 200
    assert not answering.done()
    door.opened.set()
    assert (await answering).status_code == 200


@pytest.mark.parametrize("after_s", [0.0, 0.5], ids=["at once", "after the room was let go"])
async def test_what_cannot_be_stored_is_not_promised(
    gateway: Gateway, database: Database, door: Door, after_s: float
) -> None:
    before = await promised(database)
    anna, _, room_id = await speaking(gateway)
    door.broken = True
    answering = asyncio.create_task(anna.say(room_id))
    await door.reached.wait()
    await asyncio.sleep(after_s)
    door.opened.set()

    answer = await answering
    assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
    assert await promised(database) == before
