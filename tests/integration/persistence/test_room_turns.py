"""Ends of jobs take their places in a room's story."""

import asyncio

from sqlalchemy import func, select, update

from malmoi.contracts.events import room_stream
from malmoi.contracts.transcripts import Transcript
from malmoi.persistence.database import Database
from malmoi.persistence.room_results import fail_message, publish_message
from malmoi.persistence.tables import EventRow, Job, Room, RoomMessage
from tests.integration.conftest import Accepted, Rooms

SPOKEN = Transcript(text="밥 먹었어?", language="ko", duration_s=5.0)


async def publish(database: Database, clip: Accepted) -> None:
    async with database.transaction() as transaction:
        job = await transaction.session.get_one(Job, clip.job.id)
        await publish_message(transaction, job, SPOKEN)
        await transaction.flush()


async def story(database: Database, clip: Accepted) -> list[tuple[int, str]]:
    async with database.reading() as session:
        rows = await session.execute(
            select(EventRow.seq, EventRow.type)
            .where(EventRow.stream == room_stream(clip.room_id))
            .order_by(EventRow.seq)
        )
        return [(row[0], row[1]) for row in rows]


async def last_seq(database: Database, clip: Accepted) -> int:
    async with database.reading() as session:
        return (await session.get_one(Room, clip.room_id)).last_seq


async def test_clips_of_one_room_that_end_at_once_are_told_once_each_and_without_gaps(
    database: Database, rooms: Rooms
) -> None:
    place = await rooms.room()
    clips = [await rooms.clip(place) for _ in range(12)]
    before = await last_seq(database, clips[0])

    await asyncio.gather(*(publish(database, each) for each in clips for _ in range(2)))

    told = await story(database, clips[0])
    assert told == [(before + number, "message.created") for number in range(1, 13)]
    assert await last_seq(database, clips[0]) == before + 12
    async with database.reading() as session:
        final = await session.scalar(
            select(func.count())
            .select_from(RoomMessage)
            .where(RoomMessage.room_id == clips[0].room_id, RoomMessage.status == "final")
        )
    assert final == 12


async def test_a_message_that_was_deleted_meanwhile_takes_no_place(
    database: Database, rooms: Rooms
) -> None:
    clip = await rooms.clip(await rooms.room())
    before = await last_seq(database, clip)
    async with database.transaction() as deleting:
        await deleting.session.get_one(Room, clip.room_id, with_for_update=True)
        publishing = asyncio.create_task(publish(database, clip))
        await asyncio.sleep(0.3)  # until it waits for the room
        await deleting.session.execute(
            update(RoomMessage)
            .where(RoomMessage.id == clip.message_id)
            .values(deleted_at=func.now())
        )
    await publishing

    assert await story(database, clip) == []
    assert await last_seq(database, clip) == before


async def test_a_message_fails_once(database: Database, rooms: Rooms) -> None:
    clip = await rooms.clip(await rooms.room())
    for _ in range(2):
        async with database.transaction() as transaction:
            job = await transaction.session.get_one(Job, clip.job.id)
            await fail_message(transaction, job, code="AUDIO_UNREADABLE", detail="why")

    assert [kind for _, kind in await story(database, clip)] == ["message.failed"]
