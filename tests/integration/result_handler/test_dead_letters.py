"""What readers without a database gave up comes into the table once, on a real PostgreSQL."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from malmoi.contracts.jobs import Engine, Lane
from malmoi.contracts.messages import DeadLetter
from malmoi.contracts.topics import READ_WITHOUT_DATABASE, REQUESTS, SIGN_REQUESTS, dead_letters_of
from malmoi.messaging.consume import Done, Reject
from malmoi.messaging.subscription import Record
from malmoi.persistence.database import Database
from malmoi.persistence.dead_letters import resolve
from malmoi.persistence.tables import DeadLetterRow, OutboxRow
from result_handler.adapters.dead_letters import DeadLetters

_TOPIC = dead_letters_of(SIGN_REQUESTS.name)


@pytest.fixture
def letters(database: Database) -> DeadLetters:
    cluster = uuid4().hex
    return DeadLetters(database, lambda: cluster)


@pytest.fixture
def reason() -> str:
    return f"unreadable: {uuid4()}"


def record(reason: str, *, offset: int = 0, task_id: UUID | None = None) -> Record:
    letter = DeadLetter(
        task_id=task_id, source_topic=SIGN_REQUESTS.name, reason=reason, payload='{"half'
    )
    return Record(_TOPIC.name, 1, offset, _TOPIC.encode(letter), "t" * 8, 1)


async def rows(database: Database, reason: str) -> list[DeadLetterRow]:
    async with database.reading() as session:
        found = select(DeadLetterRow).where(DeadLetterRow.reason.contains(reason))
        return list((await session.scalars(found)).all())


async def test_a_letter_of_a_topic_is_in_the_table(
    letters: DeadLetters, database: Database, reason: str
) -> None:
    assert await letters.handle([record(reason)]) == [Done("applied")]

    [row] = await rows(database, reason)
    assert (row.source_topic, row.payload) == (SIGN_REQUESTS.name, '{"half')
    assert (row.trace_id, row.task_id, row.resolved_at) == ("t" * 8, None, None)


async def test_a_letter_that_is_read_again_is_a_duplicate_also_when_it_was_dealt_with(
    letters: DeadLetters, database: Database, reason: str
) -> None:
    outcomes = await letters.handle([record(reason), record(reason), record(reason, offset=1)])
    assert outcomes == [Done("applied"), Done("duplicate"), Done("applied")]
    for row in await rows(database, reason):
        async with database.transaction() as transaction:
            await resolve(transaction, row.id)

    assert await letters.handle([record(reason)]) == [Done("duplicate")]

    assert [row.resolved_at is None for row in await rows(database, reason)] == [False, False]


async def test_offsets_of_another_broker_are_other_letters(
    letters: DeadLetters, database: Database, reason: str
) -> None:
    await letters.handle([record(reason)])

    emptied = DeadLetters(database, lambda: "another")

    assert await emptied.handle([record(reason)]) == [Done("applied")]


async def test_a_buried_task_has_its_row_already(
    letters: DeadLetters, database: Database, reason: str
) -> None:
    assert await letters.handle([record(reason, task_id=uuid4())]) == [Done("duplicate")]

    assert await rows(database, reason) == []


async def test_a_letter_that_nobody_can_read_is_kept_and_sent_to_no_further_topic(
    letters: DeadLetters, database: Database, reason: str
) -> None:
    strange = Record(_TOPIC.name, 0, 5, b"{}\0", None, 1)
    [outcome] = await letters.handle([strange])
    assert isinstance(outcome, Reject)

    for _ in range(2):
        await letters.park(strange, reason)

    [row] = await rows(database, reason)
    assert (row.source_topic, row.payload) == (_TOPIC.name, "{}\\0")
    async with database.reading() as session:
        sent = select(func.count()).where(OutboxRow.topic.contains(".dlq"))
        assert await session.scalar(sent) == 0


def test_every_topic_of_requests_is_read() -> None:
    tasks = {REQUESTS[engine, lane].name for engine in Engine for lane in Lane}

    assert set(READ_WITHOUT_DATABASE) == tasks | {SIGN_REQUESTS.name}
