"""Twenty thousand jobs: no page of the console reads them all."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from malmoi.persistence.database import Database
from malmoi.persistence.job_pages import JobFilter, jobs_page, jobs_statement, search
from malmoi.persistence.pages import Place
from malmoi.persistence.tables import Job

JOBS = 20_000
ROOM, USER = uuid4(), uuid4()
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
RARE = UUID(int=7)
"""The one job in the batch lane."""

INSERT = f"""
INSERT INTO jobs (id, owner_user_id, room_id, engine, lane, state, options, audio_key, audio_bytes,
                  error_code, trace_id, created_at, result)
SELECT lpad(to_hex(n), 32, '0')::uuid,
       CASE WHEN n % 100 = 0 THEN '{USER}'::uuid
            ELSE (SELECT id FROM users WHERE email = 'all@x') END,
       CASE WHEN n % 100 = 0 THEN '{ROOM}'::uuid END,
       'whisper',
       CASE WHEN n = 7 THEN 'batch' ELSE 'interactive' END,
       CASE WHEN n % 1000 = 0 THEN 'failed' ELSE 'completed' END,
       '{{}}', 'audio/x', 1000,
       CASE WHEN n % 1000 = 0 THEN 'ENGINE_CRASHED' END,
       to_hex(n),
       timestamptz '{FIRST.isoformat()}' + n * interval '1 second',
       jsonb_build_object('transcript', jsonb_build_object('text', 'word' || n || ' said'))
FROM generate_series(1, {JOBS}) AS n
"""


@pytest.fixture(scope="module")
async def many(database: Database) -> Database:
    async with database.transaction() as transaction:
        run = transaction.session.execute
        await run(
            text(
                "INSERT INTO users (id, email, password_hash)"
                f" VALUES (gen_random_uuid(), 'all@x', '-'), ('{USER}', 'rare@x', '-')"
            )
        )
        await run(
            text(f"INSERT INTO rooms (id, title, created_by) VALUES ('{ROOM}', 'room', '{USER}')")
        )
        await run(text(INSERT))
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))
    return database


async def plan_of(database: Database, chosen: JobFilter, after: Place | None) -> dict[str, Any]:
    statement = jobs_statement(chosen, after=after, limit=51).compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    )
    explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}".replace(":", "\\:")
    async with database.transaction() as transaction:
        found = (await transaction.session.execute(text(explain))).scalar_one()
    plan: dict[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for each in plan.get("Plans", ()) for node in nodes(each))]


CHOICES = {
    "all": {},
    "state": {"state": "failed"},
    "lane": {"lane": "batch"},
    "engine": {"engine": "whisper"},
    "room": {"room_id": ROOM},
    "user": {"owner_user_id": USER},
    "error": {"error_code": "ENGINE_CRASHED"},
    "time": {"since": FIRST, "until": FIRST + timedelta(hours=1)},
    "state and room": {"state": "completed", "room_id": ROOM},
}
WORDS = ("word777", "rare@x", str(UUID(int=777)), "word", "nobody said this", "nobody")


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize("deep", [False, True], ids=["first page", "deep page"])
async def test_a_page_is_read_from_an_index(many: Database, name: str, deep: bool) -> None:
    middle = Place(FIRST + timedelta(seconds=JOBS // 2), UUID(int=JOBS // 2))

    plan = await plan_of(many, JobFilter(**CHOICES[name]), middle if deep else None)

    scans = [node for node in nodes(plan) if node.get("Relation Name") == "jobs"]
    assert "Seq Scan" not in {each["Node Type"] for each in scans}, json.dumps(plan, indent=1)


@pytest.mark.parametrize("words", WORDS)
async def test_a_search_is_read_from_indexes(many: Database, words: str) -> None:
    async with many.transaction() as transaction:
        found = await search(transaction.session, words)

    plan = await plan_of(many, JobFilter(found=found), None)

    scans = [node for node in nodes(plan) if node.get("Relation Name") == "jobs"]
    assert "Seq Scan" not in {each["Node Type"] for each in scans}, json.dumps(plan, indent=1)
    # Nor in the order of time, one after the other, until enough are found.
    assert sum(each.get("Rows Removed by Filter", 0) for each in scans) < JOBS / 10


async def test_keyset_pages_return_every_job_once(many: Database) -> None:
    seen: list[UUID] = []
    after: Place | None = None
    while True:
        async with many.transaction() as transaction:
            rows = await jobs_page(
                transaction.session, JobFilter(room_id=ROOM), after=after, limit=33
            )
        if not rows:
            break
        job: Job = rows[-1].Job
        seen += [row.Job.id for row in rows]
        after = Place.parse(str(Place(job.created_at, job.id)))

    assert seen == [UUID(int=number) for number in range(JOBS, 0, -100)]


async def test_one_word_of_one_job_is_found_among_all(many: Database) -> None:
    async with many.transaction() as transaction:
        session = transaction.session
        chosen = JobFilter(found=await search(session, "word7777 sa"))
        [row] = await jobs_page(session, chosen, after=None, limit=51)

    assert row.Job.id == UUID(int=7777)


async def test_the_only_job_of_a_lane_is_found_at_once(many: Database) -> None:
    plan = await plan_of(many, JobFilter(lane="batch"), None)

    async with many.transaction() as transaction:
        [row] = await jobs_page(transaction.session, JobFilter(lane="batch"), after=None, limit=51)
    assert row.Job.id == RARE
    looked_at = [each for each in nodes(plan) if each.get("Relation Name") == "jobs"]
    assert (
        sum(each["Actual Rows"] + each.get("Rows Removed by Filter", 0) for each in looked_at) == 1
    )
