"""Whoever follows a runbook at night may paste its SQL."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from malmoi.persistence.database import Database

RUNBOOKS = Path(__file__).resolve().parents[3] / "docs/runbooks"
QUERIES = sorted(
    query
    for page in RUNBOOKS.glob("*.md")
    for query in re.findall(r"`(SELECT .+?)`", page.read_text())
)


@pytest.mark.parametrize("query", QUERIES)
async def test_a_query_of_a_runbook_runs(query: str, database: Database) -> None:
    async with database.engine.connect() as connection:
        assert (await connection.execute(text(query))).all() == []
