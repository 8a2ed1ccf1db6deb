"""Fixtures that tests of all kinds share."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.fixtures.servers import Servers, real_servers


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the browsers come last.

    Their cluster lives until the end, and even an idle one takes its share of the processor.
    """
    items.sort(key=lambda item: item.nodeid.startswith("tests/e2e/browser/"))


@pytest.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    """Started once, with the first test that asks."""
    async with real_servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest.fixture(scope="module")
async def environment(servers: Servers) -> dict[str, str]:
    """Every variable the services need; each module has an empty database of its own."""
    name = f"t_{uuid4().hex}"
    admin = create_async_engine(servers.database_url, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await admin.dispose()
    return {
        **servers.environment,
        "DATABASE_URL": servers.database_url_of(name),
        "JWT_SECRET_KEY": "only-for-tests-" + "0" * 32,
        "CALLBACK_SECRET_KEY": "only-for-tests-" + "1" * 32,
        "LOG_FORMAT": "console",
    }
