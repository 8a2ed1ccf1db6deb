"""Online, offline and gone, from real sockets (ARCHITECTURE section 5)."""

import asyncio
from uuid import UUID

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from malmoi.persistence.database import Database
from malmoi.persistence.tables import RoomSocket
from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.people import Listening, Person, two_in_a_room


@pytest.fixture(scope="module")
async def impatient(start_gateway: StartGateway) -> Gateway:
    """Seats are freed after 1.5 s without a socket."""
    return await start_gateway(seat_ttl_s=1.5, ping_interval_s=0.2)


async def statuses(person: Person, room_id: str) -> list[str]:
    people = (await person.get(f"/rooms/{room_id}/participants")).json()
    return [each["status"] for each in people]


async def status_of(hears: Listening, person: Person, status: str) -> None:
    while True:
        told = (await hears.next("room.participant.status"))["payload"]
        if told == {"user_id": str(person.id), "status": status}:
            return


async def test_a_person_is_online_while_any_socket_is_open(gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    async with bora.listening(room_id) as hears:
        async with anna.listening(room_id):
            await status_of(hears, anna, "online")
            async with anna.listening(room_id):
                assert await statuses(bora, room_id) == ["online", "online"]
            assert await statuses(bora, room_id) == ["online", "online"]
        await status_of(hears, anna, "offline")
        assert await statuses(bora, room_id) == ["offline", "online"]

    told = [each["payload"]["user_id"] for each in hears.story]
    assert told.count(str(anna.id)) == 2  # the second socket was no news


async def test_a_seat_without_a_socket_is_freed_and_the_room_hears_of_it(
    impatient: Gateway,
) -> None:
    anna, bora = [await Person.sign_up(impatient.url) for _ in range(2)]
    room_id = await bora.open_room()
    assert (await bora.join(room_id)).status_code == 200
    async with bora.listening(room_id) as hears:
        assert (await anna.join(room_id)).status_code == 200
        await anna.acquire(room_id)
        left = await hears.next("room.participant.left", within_s=6)

    assert left["payload"] == {"user_id": str(anna.id), "reason": "absent"}
    types = [each["type"] for each in hears.story]
    assert types[types.index("room.participant.left") - 1] == "speaker.changed"
    third = await Person.sign_up(impatient.url)
    assert (await third.join(room_id)).status_code == 200


async def test_an_open_socket_keeps_the_seat_for_long(impatient: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(impatient.url)
    async with anna.listening(room_id):
        await asyncio.sleep(3)
        assert await statuses(anna, room_id) == ["online"]


async def test_who_comes_back_in_time_keeps_the_seat(impatient: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(impatient.url)
    for _ in range(4):
        async with anna.listening(room_id):
            await asyncio.sleep(0.3)
        await asyncio.sleep(0.6)
    async with anna.listening(room_id):
        assert await statuses(anna, room_id) == ["online"]


async def test_who_lost_the_seat_may_join_again_if_there_is_room(impatient: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(impatient.url)
    async with bora.listening(room_id) as hears:
        await hears.next("room.participant.left", within_s=6)
        assert (await anna.get(f"/rooms/{room_id}/participants")).status_code == 404
        assert (await anna.join(room_id)).status_code == 200
        assert await statuses(bora, room_id) == ["online", "offline"]


async def test_a_killed_gateway_leaves_no_ghosts(impatient: Gateway, database: Database) -> None:
    """Rows that nobody touches any more are what a killed gateway leaves behind."""
    anna, bora, room_id = await two_in_a_room(impatient.url)
    async with bora.listening(room_id) as hears:
        async with database.transaction() as transaction:
            transaction.session.add(RoomSocket(room_id=UUID(room_id), user_id=anna.id))
        async with anna.listening(room_id):
            await status_of(hears, anna, "online")
        assert await statuses(bora, room_id) == ["online", "online"]  # the ghost

        await status_of(hears, anna, "offline")
        left = await hears.next("room.participant.left", within_s=6)

    assert left["payload"]["user_id"] == str(anna.id)


async def test_a_live_socket_that_others_took_for_dead_is_noted_again(
    impatient: Gateway, database: Database
) -> None:
    anna, bora, room_id = await two_in_a_room(impatient.url)
    async with bora.listening(room_id) as hears, anna.listening(room_id):
        async with database.transaction() as transaction:
            await transaction.session.execute(
                text("DELETE FROM room_sockets WHERE user_id = :user"), {"user": anna.id}
            )
            await transaction.session.execute(
                text("UPDATE room_participants SET status = 'offline' WHERE user_id = :user"),
                {"user": anna.id},
            )

        await status_of(hears, anna, "online")
        await asyncio.sleep(2)
        assert await statuses(bora, room_id) == ["online", "online"]


async def test_a_flushed_redis_frees_no_seat(impatient: Gateway, redis: Redis) -> None:
    anna, bora, room_id = await two_in_a_room(impatient.url)
    async with anna.listening(room_id), bora.listening(room_id):
        await redis.flushall()
        await asyncio.sleep(2)
        assert await statuses(anna, room_id) == ["online", "online"]
