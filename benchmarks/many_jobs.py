"""A past full of jobs, written straight into PostgreSQL."""

from sqlalchemy import text

from malmoi.persistence.database import Database

USERS, ROOMS = 200, 100

_PEOPLE = """
INSERT INTO users (id, email, password_hash)
SELECT gen_random_uuid(), 'person' || n || '@example.org', '-' FROM generate_series(1, :users) AS n
"""
_PLACES = """
INSERT INTO rooms (id, title, created_by)
SELECT gen_random_uuid(), 'room ' || n, (SELECT id FROM users LIMIT 1)
FROM generate_series(1, :rooms) AS n
"""
_JOBS = """
WITH people AS (SELECT id, row_number() OVER () AS number FROM users),
     places AS (SELECT id, row_number() OVER () AS number FROM rooms)
INSERT INTO jobs (id, owner_user_id, room_id, engine, lane, state, options, audio_key, audio_bytes,
                  audio_s, error_code, trace_id, created_at, started_at, finished_at, result)
SELECT gen_random_uuid(), people.id, places.id, 'whisper',
       CASE WHEN n % 10 = 0 THEN 'batch' ELSE 'interactive' END,
       CASE WHEN n % 50 = 0 THEN 'failed' WHEN n % 211 = 0 THEN 'cancelled' ELSE 'completed' END,
       '{}', 'audio/none', 90000, 5.0,
       CASE WHEN n % 50 = 0 THEN 'ENGINE_CRASHED' END,
       md5(n::text), at, at, at + interval '1 second',
       jsonb_build_object('transcript', jsonb_build_object(
           'text', 'message ' || n || ' ' || repeat(md5(n::text) || ' ', 8),
           'language', 'ko', 'duration_s', 5.0, 'segments', '[]'::jsonb))
FROM (SELECT n, now() - (CAST(:jobs AS int) - n) * interval '20 seconds' AS at
      FROM generate_series(1, CAST(:jobs AS int)) AS n) AS numbers
JOIN people ON people.number = 1 + n % :users
JOIN places ON places.number = 1 + n % :rooms
"""
_TASKS = """
INSERT INTO tasks (id, job_id, kind, engine, lane, state, percent)
SELECT gen_random_uuid(), id, 'utterance', engine, lane, state, 100 FROM jobs
"""
_LEDGER = """
INSERT INTO ledger (job_id, entry, at)
SELECT id, 'accepted', created_at FROM jobs UNION ALL SELECT id, state, finished_at FROM jobs
"""
_EVENTS = """
INSERT INTO events (stream, seq, type, payload)
SELECT 'job:' || id, 1, 'job.' || state, '{}' FROM jobs
"""


async def insert_jobs(database: Database, jobs: int) -> None:
    """Write jobs that have ended, 20 seconds apart, the last one now."""
    numbers = {"users": USERS, "rooms": ROOMS, "jobs": jobs}
    async with database.transaction() as transaction:
        for each in (_PEOPLE, _PLACES, _JOBS, _TASKS, _LEDGER, _EVENTS):
            wanted = {name: number for name, number in numbers.items() if f":{name}" in each}
            await transaction.session.execute(text(each), wanted)
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))
