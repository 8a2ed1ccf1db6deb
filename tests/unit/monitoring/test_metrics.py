"""Metrics follow one form, are documented, and are really measured."""

import re
from pathlib import Path

import pytest

from malmoi.observability.metrics_page import Declared, declared, page

ROOT = Path(__file__).resolve().parents[3]
EVERY = pytest.mark.parametrize("metric", list(declared()), ids=lambda metric: metric.name)

UNITS = {"seconds", "bytes", "ratio"}
COUNTED = {"sockets", "messages", "jobs", "tasks"}
"""What a gauge may count: its name says of which things it tells the number."""

LABELS = {
    "cause",
    "code",
    "decision",
    "effect",
    "engine",
    "group",
    "hop",
    "lane",
    "method",
    "outcome",
    "reason",
    "route",
    "rule",
    "state",
    "status",
    "topic",
    "type",
    "what",
}
SOURCES = [
    "malmoi",
    "api_gateway",
    "result_handler",
    "sign_service",
    "stt_worker_base",
    "stt_worker_whisper",
]


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs/metrics.md").read_text() == page()


def test_every_metric_is_declared_once() -> None:
    names = [metric.name for metric in declared()]

    assert len(names) > 20
    assert len(names) == len(set(names))


@EVERY
def test_the_name_says_product_and_unit(metric: Declared) -> None:
    words = metric.name.split("_")

    assert words[0] == "malmoi"
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", metric.name)
    match metric.kind:
        case "counter":
            assert words[-1] == "total"
        case "histogram":
            assert words[-1] in UNITS
        case _:
            assert words[-1] in UNITS or COUNTED & set(words)


@EVERY
def test_the_help_text_is_a_sentence(metric: Declared) -> None:
    assert re.fullmatch(r"[A-Z].{10,}\.", metric.help)


@EVERY
def test_the_labels_are_of_the_closed_set(metric: Declared) -> None:
    assert set(metric.labels) <= LABELS


@EVERY
def test_some_code_measures_it(metric: Declared) -> None:
    declaration = ROOT / "malmoi/observability/metrics.py"
    used = re.compile(
        rf"\b{metric.constant}\s*\.\s*(labels|inc|dec|set|observe|time|track_inprogress)\b"
    )
    files = (path for folder in SOURCES for path in (ROOT / folder).rglob("*.py"))

    assert any(used.search(path.read_text()) for path in files if path != declaration)
