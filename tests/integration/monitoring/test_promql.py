"""A real Prometheus scrapes a real cluster: every query of every panel and alert is answered."""

import asyncio
import math
import shutil
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import yaml

from tests.e2e.conftest import RunningCluster, running_cluster
from tests.fixtures.exporters import EXPORTED
from tests.fixtures.monitoring import ROOT, RULES, drawn, selectors
from tests.integration.monitoring.traffic import SETTINGS, Traffic, receiver

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

ANSWERED_WITHIN_S = 150

ONLY_AFTER_A_DISASTER = {
    'malmoi_sockets_dropped_total{reason="slow"}': "a client that stops reading for 10 s",
    'malmoi_sign_videos_total{outcome=~"TRANSCODE_.*|SIGN_SERVICE_LOST"}': "a codec that crashes",
}
"""What alerts look for and a test does not bring about; the metric itself must be there."""


def needs_an_exporter(expression: str) -> bool:
    return any(selector.name in EXPORTED for selector in selectors(expression))


TRIGGERS = [
    trigger["metadata"]["query"]
    for manifest in yaml.safe_load_all((ROOT / "deploy/kubernetes/base/scaling.yaml").read_text())
    for trigger in manifest["spec"].get("triggers", ())
]
PANELS = sorted({each for each in drawn() if not needs_an_exporter(each)})
LOOKED_AT = sorted(
    {
        selector.prettify().partition(" offset ")[0]
        for rule in RULES
        for selector in selectors(rule["expr"])
        if selector.name not in EXPORTED and selector.name != "ALERTS"
    }
)


class Prometheus:
    """Asked as Grafana asks it: for a graph of everything since the beginning."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._begun = time.time()

    async def answers(self, expression: str) -> bool:
        """Whether the graph has at least one point.

        Raises:
            httpx.HTTPStatusError: Prometheus does not understand the question.
        """
        window = {"start": self._begun, "end": time.time(), "step": "5s"}
        asked = await self._client.post("/api/v1/query_range", data={"query": expression, **window})
        asked.raise_for_status()
        series = asked.json()["data"]["result"]
        return any(math.isfinite(float(value)) for each in series for _, value in each["values"])

    async def unanswered(self, expressions: list[str]) -> list[str]:
        return [each for each in expressions if not await self.answers(each)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCluster]:
    if shutil.which("prometheus") is None:
        pytest.skip("prometheus is not installed: it is Debian's package of that name")
    home = tmp_path_factory.mktemp("cluster")
    with running_cluster(home, "--monitoring", **SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
async def prometheus(
    cluster: RunningCluster, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Prometheus]:
    """It has seen all kinds of traffic."""
    port = cluster.parts()["prometheus"]["port"]
    address = f"http://127.0.0.1:{port}"
    async with (
        httpx.AsyncClient(base_url=cluster.url, timeout=60) as people,
        httpx.AsyncClient(base_url=address, timeout=30) as asking,
        receiver() as hook,
    ):
        answering = Prometheus(asking)
        traffic = Traffic(cluster, people, tmp_path_factory.mktemp("traffic"), hook)
        await traffic.ordinary()
        await traffic.misfortunes()
        deadline = time.monotonic() + ANSWERED_WITHIN_S
        # Rates need a scrape before an event and one after it.
        while time.monotonic() < deadline and await answering.unanswered(PANELS):
            await traffic.ordinary()
            await asyncio.sleep(5)
        yield answering


async def test_every_panel_shows_something(prometheus: Prometheus) -> None:
    assert len(PANELS) > 50
    assert await prometheus.unanswered(PANELS) == []


async def test_keda_is_told_how_much_is_open(prometheus: Prometheus) -> None:
    assert len(TRIGGERS) == 3
    assert await prometheus.unanswered(TRIGGERS) == []


async def test_every_alert_looks_at_something_that_is_there(prometheus: Prometheus) -> None:
    missing = set(await prometheus.unanswered(LOOKED_AT))

    assert missing <= set(ONLY_AFTER_A_DISASTER)
    for each in missing:
        assert await prometheus.answers(each.partition("{")[0])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
async def test_every_alert_can_be_judged(prometheus: Prometheus, rule: dict[str, str]) -> None:
    """Whether it fires or not: neither of two meanings, nor two series for one answer."""
    await prometheus.answers(rule["expr"])


async def test_a_query_that_nothing_answers_is_noticed(prometheus: Prometheus) -> None:
    assert not await prometheus.answers("sum(malmoi_typo_total)")
    with pytest.raises(httpx.HTTPStatusError):
        await prometheus.answers("sum(malmoi_open_tasks")


@pytest.mark.parametrize(
    "expression", sorted({each for each in drawn() if needs_an_exporter(each)})
)
def test_what_only_compose_measures_is_asked_for_in_valid_promql(expression: str) -> None:
    assert {selector.name for selector in selectors(expression)} <= set(EXPORTED)
