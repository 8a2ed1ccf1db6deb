"""Grafana can load the dashboards: known data source, unique ids, nothing on top of another."""

import json
import re
from pathlib import Path
from typing import Literal

import pytest
import yaml
from pydantic import BaseModel, Field

from monitoring.dashboards.pages import FOLDER, PAGES
from monitoring.dashboards.panels import as_json

GRAFANA = Path(__file__).resolve().parents[3] / "monitoring/grafana"
RUNBOOKS = Path(__file__).resolve().parents[3] / "docs/runbooks"
COMPOSE = Path(__file__).resolve().parents[3] / "docker/services.yml"


class Datasource(BaseModel):
    type: Literal["prometheus"]
    uid: str


class Place(BaseModel):
    x: int = Field(ge=0, lt=24)
    y: int = Field(ge=0)
    w: int = Field(ge=1, le=24)
    h: int = Field(ge=1)

    def cells(self) -> set[tuple[int, int]]:
        return {
            (x, y) for x in range(self.x, self.x + self.w) for y in range(self.y, self.y + self.h)
        }


class Target(BaseModel):
    refId: str = Field(pattern=r"^[A-Z]$")  # noqa: N815 - Grafana's name
    expr: str = Field(min_length=1)
    legendFormat: str  # noqa: N815 - Grafana's name


class Defaults(BaseModel):
    unit: str = Field(min_length=1)


class FieldConfig(BaseModel):
    defaults: Defaults


class Row(BaseModel):
    type: Literal["row"]
    id: int
    title: str
    gridPos: Place  # noqa: N815 - Grafana's name


class Graph(BaseModel):
    type: Literal["timeseries", "stat"]
    id: int
    title: str
    description: str = Field(pattern=r"^[A-Z].{20,}\.$")
    gridPos: Place  # noqa: N815 - Grafana's name
    datasource: Datasource
    fieldConfig: FieldConfig  # noqa: N815 - Grafana's name
    targets: list[Target] = Field(min_length=1)


class Dashboard(BaseModel):
    uid: str
    title: str
    schemaVersion: int  # noqa: N815 - Grafana's name
    panels: list[Row | Graph]


@pytest.fixture(params=sorted(GRAFANA.glob("dashboards/*.json")), ids=lambda path: path.stem)
def dashboard(request: pytest.FixtureRequest) -> Dashboard:
    return Dashboard.model_validate(json.loads(request.param.read_text()))


def test_what_grafana_reads_is_what_the_pages_say() -> None:
    written = {path.name: path.read_text() for path in FOLDER.iterdir()}

    assert written == {f"{page.name}.json": as_json(page) for page in PAGES}


def test_every_runbook_that_a_panel_names_exists() -> None:
    texts = (panel.says for page in PAGES for row in page.rows for panel in row.panels)
    named = {name for text in texts for name in re.findall(r"[Rr]unbook ([a-z-]+)", text)}

    assert named
    assert named <= {path.stem for path in RUNBOOKS.glob("*.md")}


def test_every_panel_asks_the_provisioned_data_source(dashboard: Dashboard) -> None:
    provisioned = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())
    known = {source["uid"] for source in provisioned["datasources"]}

    assert {p.datasource.uid for p in dashboard.panels if isinstance(p, Graph)} == known


def test_panels_and_their_queries_are_told_apart(dashboard: Dashboard) -> None:
    ids = [panel.id for panel in dashboard.panels]

    assert len(ids) == len(set(ids))
    for panel in dashboard.panels:
        if isinstance(panel, Graph):
            names = [target.refId for target in panel.targets]
            legends = [target.legendFormat for target in panel.targets]
            assert len(names) == len(set(names))
            assert len(legends) == len(set(legends))
            assert panel.type == "stat" or all(legends)


def test_panels_do_not_overlap(dashboard: Dashboard) -> None:
    places = [panel.gridPos.cells() for panel in dashboard.panels]

    assert len(set().union(*places)) == sum(len(place) for place in places)
    assert all(x < 24 for place in places for x, _ in place)


def test_grafana_looks_for_dashboards_where_compose_puts_them() -> None:
    provider = yaml.safe_load((GRAFANA / "provisioning/dashboards/malmoi.yml").read_text())
    mounts = yaml.safe_load(COMPOSE.read_text())["services"]["grafana"]["volumes"]

    for each in provider["providers"]:
        assert f"../monitoring/grafana/dashboards:{each['options']['path']}:ro" in mounts
