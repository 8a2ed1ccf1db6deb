"""Servers of their own, because these tests stop and kill them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local_cluster.servers import EmbeddedServers


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
async def embedded(home: Path) -> AsyncIterator[EmbeddedServers]:
    async with EmbeddedServers(home) as running:
        yield running
