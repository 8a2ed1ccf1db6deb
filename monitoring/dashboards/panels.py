"""Pages, rows and panels, and how Grafana writes them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from string import ascii_uppercase
from typing import Any, Literal

from monitoring.dashboards.queries import Queries

_COLUMNS = 24
_SOURCE = {"type": "prometheus", "uid": "malmoi-prometheus"}
_FIRING = {
    "name": "Alerts",
    "type": "dashboard",
    "enable": True,
    "hide": False,
    "iconColor": "red",
    "datasource": _SOURCE,
    "expr": 'ALERTS{alertstate="firing"}',
    "titleFormat": "{{alertname}}",
}
_OTHER_PAGES = {
    "type": "dashboards",
    "title": "Malmoi",
    "tags": ["malmoi"],
    "asDropdown": True,
    "includeVars": False,
    "keepTime": True,
    "targetBlank": False,
    "icon": "external link",
    "tooltip": "",
    "url": "",
}

Unit = Literal["s", "bytes", "short", "ops", "reqps", "percentunit"]


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture; `says` tells what is normal and what to do when it is not."""

    title: str
    says: str
    queries: Queries
    unit: Unit
    red_from: float | None = None
    """The value from which it is red; a number shown alone has one, a graph has none."""

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of Grafana's grid."""
        return (8, 8) if self.red_from is None else (4, 4)


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading, from left to right."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One dashboard."""

    name: str
    title: str
    about: str
    rows: tuple[Row, ...] = field(default=())


def number(title: str, says: str, query: str, *, unit: Unit = "short", red_from: float) -> Panel:
    """Return one value, red when it is `red_from` or more."""
    return Panel(title, says, {"": query}, unit, red_from)


def graph(title: str, says: str, queries: Queries, *, unit: Unit = "short") -> Panel:
    """Return lines over time."""
    return Panel(title, says, queries, unit)


def row(title: str, *panels: Panel) -> Row:
    return Row(title, panels)


def as_json(page: Page) -> str:
    """Return the file that Grafana reads: a panel a line, so that a change shows as one."""
    head = {
        "uid": f"malmoi-{page.name}",
        "title": page.title,
        "description": page.about,
        "tags": ["malmoi"],
        "timezone": "browser",
        "editable": True,
        "refresh": "10s",
        "schemaVersion": 41,
        "version": 1,
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": []},
        "annotations": {"list": [_FIRING]},
        "links": [_OTHER_PAGES],
    }
    fields = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    panels = ",\n".join(f"  {json.dumps(panel)}" for panel in _laid_out(page))
    return "{\n" + ",\n".join([*fields, f' "panels": [\n{panels}\n ]']) + "\n}\n"


def _laid_out(page: Page) -> Iterator[dict[str, Any]]:
    ids = count(1)
    y = 0
    for each in page.rows:
        yield _heading(each.title, y, next(ids))
        y += 1
        x = height = 0
        for panel in each.panels:
            w, h = panel.size
            if x + w > _COLUMNS:
                x, y, height = 0, y + height, 0
            yield _drawn(panel, {"x": x, "y": y, "w": w, "h": h}, next(ids))
            x, height = x + w, max(height, h)
        y += height


def _heading(title: str, y: int, number: int) -> dict[str, Any]:
    place = {"x": 0, "y": y, "w": _COLUMNS, "h": 1}
    fields = {"id": number, "type": "row", "title": title, "gridPos": place}
    return fields | {"collapsed": False, "panels": []}


def _drawn(panel: Panel, place: dict[str, int], number: int) -> dict[str, Any]:
    look = _graph_look(panel) if panel.red_from is None else _number_look(panel, panel.red_from)
    return {
        "id": number,
        "title": panel.title,
        "description": panel.says,
        "datasource": _SOURCE,
        "gridPos": place,
        **look,
        "targets": [
            {"refId": letter, "expr": query, "legendFormat": legend}
            for letter, (legend, query) in zip(ascii_uppercase, panel.queries.items(), strict=False)
        ],
    }


def _graph_look(panel: Panel) -> dict[str, Any]:
    return {
        "type": "timeseries",
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    }


def _number_look(panel: Panel, red_from: float) -> dict[str, Any]:
    steps = [{"color": "green", "value": None}, {"color": "red", "value": red_from}]
    thresholds = {"mode": "absolute", "steps": steps}
    return {
        "type": "stat",
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "thresholds": thresholds},
            "overrides": [],
        },
        "options": {
            "colorMode": "background",
            "graphMode": "none",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        },
    }
