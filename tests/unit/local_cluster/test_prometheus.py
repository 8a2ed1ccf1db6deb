"""The Prometheus of `malmoi up --monitoring`: whom it asks, and what if it is not installed."""

from pathlib import Path

import pytest
import yaml

from local_cluster.cluster import Cluster
from local_cluster.errors import ProgramMissing
from local_cluster.home import OpenHome
from local_cluster.plan import Plan
from local_cluster.servers.prometheus import ALERTS, Prometheus


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "prometheus"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return program


async def test_it_scrapes_every_replica_under_the_name_of_its_service(
    home: OpenHome, installed: Path
) -> None:
    prometheus = Prometheus(home, {"api_gateway": [1, 2], "result_handler": [3]})

    await prometheus.prepare()
    written = yaml.safe_load((home.paths.run / "prometheus.yml").read_text())
    asked = {job["job_name"]: job["static_configs"] for job in written["scrape_configs"]}

    assert prometheus.command().argv[0] == str(installed)
    assert asked == {
        "api_gateway": [{"targets": ["127.0.0.1:1", "127.0.0.1:2"]}],
        "result_handler": [{"targets": ["127.0.0.1:3"]}],
        "prometheus": [{"targets": [f"127.0.0.1:{prometheus.port}"]}],
    }
    assert written["rule_files"] == [str(ALERTS)]
    assert ALERTS.exists()


def test_a_cluster_without_monitoring_does_not_look_for_it(
    home: OpenHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    Cluster(home, Plan(port=0), overrides={}, report=lambda _: None)
    with pytest.raises(ProgramMissing, match="apt-get install prometheus"):
        Cluster(home, Plan(port=0, monitoring=True), overrides={}, report=lambda _: None)
