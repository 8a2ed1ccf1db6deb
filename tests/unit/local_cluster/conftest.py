"""What the launcher's tests share."""

from pathlib import Path

import pytest

from local_cluster.home import Home, OpenHome


@pytest.fixture
def home(tmp_path: Path) -> OpenHome:
    made = Home(tmp_path / "home")
    made.create()
    return made.open()
