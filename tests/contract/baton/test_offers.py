"""Raised hands and the offered baton on a real PostgreSQL, with the races forced."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select, update

from api_gateway.adapters.speaker_lock import SpeakerLock
from api_gateway.errors import SpeakerAlready, SpeakerTaken
from api_gateway.usecases.leave_room import leave_room
from api_gateway.usecases.line_up import Line
from api_gateway.usecases.pass_baton import Baton, Turn
from malmoi.contracts.events import Event, room_stream
from malmoi.persistence.baton import current_hold, grant_baton, next_end_s
from malmoi.persistence.database import Database
from malmoi.persistence.events import events_after
from malmoi.persistence.hands import Queue, queue_of
from malmoi.persistence.tables import Room

TTL = timedelta(seconds=20)
OFFER = timedelta(seconds=10)
OVER = timedelta(seconds=-1)


@pytest.fixture
def line(database: Database) -> Line:
    return Line(database, offer=OFFER)


@pytest.fixture
def baton(database: Database, redis: Redis, line: Line) -> Baton:
    return Baton(database, SpeakerLock(redis, TTL), line, ttl=TTL, max_hold=6 * TTL)


async def now_in_line(database: Database, room: UUID) -> Queue:
    async with database.transaction() as transaction:
        return await queue_of(transaction.session, room)


async def speaker(database: Database, room: UUID) -> UUID | None:
    async with database.transaction() as transaction:
        hold = await current_hold(transaction.session, room)
    return None if hold is None else hold.user_id


async def granted(database: Database, room: UUID, user: UUID) -> bool:
    """Whether PostgreSQL alone would give the user the baton."""
    async with database.transaction() as transaction:
        return await grant_baton(transaction, room, user, ttl=TTL) is not None


async def end_offer(database: Database, room: UUID) -> None:
    """The offer's time is over, and nobody has swept it up."""
    async with database.transaction() as transaction:
        await transaction.session.execute(
            update(Room).where(Room.id == room).values(offer_expires_at=func.now() + OVER)
        )


async def story(database: Database, room: UUID, kind: str) -> list[Event]:
    async with database.transaction() as transaction:
        told = await events_after(transaction.session, room_stream(room), 0)
    return [each for each in told if each.type == kind]


async def held_with_line(
    baton: Baton, line: Line, room: UUID, people: list[UUID], *, waiting: int
) -> None:
    """The first of the people speaks, the next ones have their hands up."""
    await baton.acquire(Turn(room, people[0]))
    for each in people[1 : 1 + waiting]:
        await line.raise_hand(room, each)


async def test_the_line_keeps_the_order_of_raising(
    database: Database, baton: Baton, line: Line, people: list[UUID], crowded_room: UUID
) -> None:
    await held_with_line(baton, line, crowded_room, people, waiting=3)
    await line.raise_hand(crowded_room, people[2])  # again: no new place

    assert list((await now_in_line(database, crowded_room)).hands) == people[1:4]
    with pytest.raises(SpeakerAlready):
        await line.raise_hand(crowded_room, people[0])


async def test_released_the_baton_is_the_first_ones_only(
    database: Database, baton: Baton, line: Line, people: list[UUID], crowded_room: UUID
) -> None:
    await held_with_line(baton, line, crowded_room, people, waiting=2)
    await baton.release(Turn(crowded_room, people[0]))

    queue = await now_in_line(database, crowded_room)
    assert queue.offered_user_id == people[1]
    with pytest.raises(SpeakerTaken) as refused:
        await baton.acquire(Turn(crowded_room, people[2]))
    body = refused.value.problem(None).model_dump()
    assert (body["offered_user_id"], body["expires_at"]) == (people[1], queue.offer_expires_at)

    await baton.acquire(Turn(crowded_room, people[1]))

    assert await speaker(database, crowded_room) == people[1]
    assert await now_in_line(database, crowded_room) == Queue([people[2]])


async def test_of_fifty_acquires_in_an_open_offer_the_offered_one_wins(
    database: Database, baton: Baton, line: Line, people: list[UUID], crowded_room: UUID
) -> None:
    await held_with_line(baton, line, crowded_room, people, waiting=1)
    await baton.release(Turn(crowded_room, people[0]))

    async def attempt(user: UUID) -> UUID | None:
        try:
            await baton.acquire(Turn(crowded_room, user))
        except SpeakerTaken:
            return None
        return user

    # The offered one comes last, when the others' claims stand in Redis.
    answers = await asyncio.gather(*map(attempt, [*people[2:], people[0], people[1]]))

    assert [each for each in answers if each] == [people[1]]


async def test_postgresql_refuses_others_whatever_redis_let_pass(
    database: Database, baton: Baton, line: Line, people: list[UUID], crowded_room: UUID
) -> None:
    await held_with_line(baton, line, crowded_room, people, waiting=1)
    await baton.release(Turn(crowded_room, people[0]))

    others = [each for each in people if each != people[1]]
    assert not any(await asyncio.gather(*(granted(database, crowded_room, u) for u in others)))
    assert await granted(database, crowded_room, people[1])


async def test_an_expired_offer_goes_to_exactly_one_next_however_many_sweep(
    database: Database, baton: Baton, line: Line, people: list[UUID], crowded_room: UUID
) -> None:
    await held_with_line(baton, line, crowded_room, people, waiting=3)
    await baton.release(Turn(crowded_room, people[0]))
    await end_offer(database, crowded_room)
    before = len(await story(database, crowded_room, "speaker.queue"))

    gateways = [Line(database, offer=OFFER) for _ in range(8)]
    swept = await asyncio.gather(*(each.expire_offers() for each in gateways))

    assert sum(swept) == 1
    queue = await now_in_line(database, crowded_room)
    assert (list(queue.hands), queue.offered_user_id) == (people[2:4], people[2])
    told = await story(database, crowded_room, "speaker.queue")
    assert [each.payload["offered_user_id"] for each in told[before:]] == [str(people[2])]


async def test_a_sweep_that_meets_the_grant_changes_nothing_of_it(
    database: Database, baton: Baton, line: Line, people: list[UUID], crowded_room: UUID
) -> None:
    """The next in line takes the baton while the expired offer is being swept up."""
    await held_with_line(baton, line, crowded_room, people, waiting=2)
    await baton.release(Turn(crowded_room, people[0]))
    await end_offer(database, crowded_room)

    await asyncio.gather(
        baton.acquire(Turn(crowded_room, people[2])), *(line.expire_offers() for _ in range(4))
    )

    assert await speaker(database, crowded_room) == people[2]
    assert await now_in_line(database, crowded_room) == Queue()


async def test_unswept_an_expired_offer_neither_holds_up_nor_helps_its_user(
    database: Database, baton: Baton, line: Line, people: list[UUID], crowded_room: UUID
) -> None:
    late, following, hurried = people[1:4]
    await held_with_line(baton, line, crowded_room, people, waiting=2)
    await baton.release(Turn(crowded_room, people[0]))
    await end_offer(database, crowded_room)

    assert not await granted(database, crowded_room, late)
    assert not await granted(database, crowded_room, hurried)
    assert await granted(database, crowded_room, following)


async def test_whoever_lowers_the_hand_passes_the_offer_on(
    database: Database, baton: Baton, line: Line, people: list[UUID], crowded_room: UUID
) -> None:
    await held_with_line(baton, line, crowded_room, people, waiting=2)
    await baton.release(Turn(crowded_room, people[0]))

    await line.lower_hand(crowded_room, people[1])
    assert (await now_in_line(database, crowded_room)).offered_user_id == people[2]
    await leave_room(database, line, crowded_room, people[2])
    assert await now_in_line(database, crowded_room) == Queue()


async def test_the_speaker_who_leaves_hands_the_baton_to_the_line(
    database: Database, baton: Baton, line: Line, people: list[UUID], crowded_room: UUID
) -> None:
    await held_with_line(baton, line, crowded_room, people, waiting=1)
    await leave_room(database, line, crowded_room, people[0])
    assert (await now_in_line(database, crowded_room)).offered_user_id == people[1]


async def test_a_turn_that_expires_goes_to_the_line(
    database: Database, baton: Baton, line: Line, people: list[UUID], crowded_room: UUID
) -> None:
    await held_with_line(baton, line, crowded_room, people, waiting=1)
    async with database.transaction() as transaction:
        await transaction.session.execute(
            update(Room).where(Room.id == crowded_room).values(speaker_expires_at=func.now() + OVER)
        )
    assert not await granted(database, crowded_room, people[2])

    assert sum(await asyncio.gather(*(baton.expire() for _ in range(4)))) == 1

    assert (await now_in_line(database, crowded_room)).offered_user_id == people[1]
    told = await story(database, crowded_room, "speaker.changed")
    assert [each.payload["current_speaker_user_id"] for each in told] == [str(people[0]), None]


async def test_the_next_end_is_that_of_the_first_turn_or_offer_to_be_over(
    database: Database, people: list[UUID], crowded_room: UUID
) -> None:
    async def next_end_h(**changes: object) -> float | None:
        async with database.transaction() as transaction:
            changing = update(Room).where(Room.id == crowded_room).values(**changes)
            await transaction.session.execute(changing)
        async with database.reading() as session:
            found = await next_end_s(session)
        return None if found is None else round(found / 3600, 1)

    hour = timedelta(hours=1)
    turn = {"current_speaker_user_id": people[0], "speaker_expires_at": func.now() - hour}
    assert await next_end_h(**turn) == -1
    assert await next_end_h(offered_user_id=people[1], offer_expires_at=func.now() - 2 * hour) == -2
    assert await next_end_h(current_speaker_user_id=None) == -2
    assert await next_end_h(offered_user_id=None) != -2


async def test_of_hands_raised_at_once_one_is_offered_the_free_baton(
    database: Database, line: Line, people: list[UUID], crowded_room: UUID
) -> None:
    await asyncio.gather(*(line.raise_hand(crowded_room, each) for each in people[:10]))

    queue = await now_in_line(database, crowded_room)
    assert set(queue.hands) == set(people[:10])
    assert queue.offered_user_id == queue.hands[0]
    async with database.transaction() as transaction:
        made = await transaction.session.scalar(
            select(Room.offer_expires_at - func.now()).where(Room.id == crowded_room)
        )
    assert made is not None
    assert timedelta(0) < made <= OFFER
