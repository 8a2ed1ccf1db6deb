"""Who has no web application is told how to get one, and goes on without."""

from pathlib import Path

import pytest

from local_cluster import pages
from local_cluster.checks import all_checks
from local_cluster.cli.console import announce
from local_cluster.home import Home
from local_cluster.state import ClusterPhase, ClusterState

STATE = ClusterState(
    pid=1,
    phase=ClusterPhase.READY,
    url="http://127.0.0.1:8080",
    gateway="",
    database="",
    kafka="",
    redis="",
    s3="",
    home=Path(),
    servers=[],
    services=[],
)


def test_a_build_is_known_by_its_page(tmp_path: Path) -> None:
    assert not pages.is_built(tmp_path)
    (tmp_path / "index.html").touch()
    assert pages.is_built(tmp_path)


@pytest.mark.parametrize("built", [True, False])
def test_the_address_comes_with_the_advice_to_build_what_is_missing(
    built: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pages, "is_built", lambda: built)

    announce(STATE, wanted_port=None, how_to_stop="Ctrl-C stops it")

    said = capsys.readouterr()
    assert "http://127.0.0.1:8080" in said.out
    assert ("make ui" in said.err) is not built


@pytest.mark.parametrize(("version", "enough"), [("v18.20.4", False), ("v20.19.0", True)])
def test_the_doctor_knows_a_node_that_is_too_old_and_does_not_insist(
    version: str, enough: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = tmp_path / "bin/node"
    node.parent.mkdir()
    node.write_text(f"#!/bin/sh\necho {version}\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", f"{node.parent}:/usr/bin:/bin")

    [check] = [each for each in all_checks(Home(tmp_path / "home")) if "Node.js" in each.what]

    assert (check.found, check.required) == (enough, False)
    assert version in check.detail
