"""Alerts and dashboards ask for what exists, in valid PromQL, and every alert has its page."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from local_cluster.services import SERVICES
from malmoi.observability.metrics_page import declared
from tests.fixtures.exporters import EXPORTED
from tests.fixtures.monitoring import MONITORING, ROOT, RULES, drawn, selectors

RUNBOOKS = ROOT / "docs/runbooks"
BY_PROMETHEUS: dict[str, set[str]] = {"up": set(), "ALERTS": {"alertstate"}}
BY_THE_CLIENT_LIBRARY: dict[str, set[str]] = {
    "process_cpu_seconds_total": set(),
    "process_resident_memory_bytes": set(),
}

CASES = yaml.safe_load((MONITORING / "alerts.test.yml").read_text())["tests"]
EVERY_ALERT = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
EXPRESSIONS = sorted({*drawn(), *(rule["expr"] for rule in RULES)})


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_reads_declared_metrics_by_declared_labels(expression: str) -> None:
    labels = {name: set(metric.labels) for metric in declared() for name in metric.series}
    labels |= BY_PROMETHEUS | BY_THE_CLIENT_LIBRARY | EXPORTED
    read = selectors(expression)

    assert read
    for selector in read:
        asked = {matcher.name for matcher in selector.matchers.matchers}
        assert selector.name in labels, selector.name
        assert asked <= labels[selector.name] | {"job", "instance"}, selector.name


def test_a_misspelt_metric_would_be_seen() -> None:
    assert [s.name for s in selectors("sum(rate(malmoi_typo_total[5m]))")] == ["malmoi_typo_total"]
    with pytest.raises(ValueError, match="unclosed"):
        selectors("sum(rate(malmoi_typo_total[5m])")


def test_every_metric_is_drawn_somewhere() -> None:
    shown = {selector.name for expression in drawn() for selector in selectors(expression)}

    assert [metric.name for metric in declared() if not metric.series & shown] == []


def test_nothing_is_excused_that_nobody_asks_for() -> None:
    asked = {selector.name for each in EXPRESSIONS for selector in selectors(each)}

    assert set(EXPORTED) <= asked


def test_every_metric_that_calls_for_an_alert_has_one() -> None:
    alerted = {selector.name for rule in RULES for selector in selectors(rule["expr"])}
    called_for = [metric for metric in declared() if "Alert:" in metric.help]

    assert called_for
    assert [metric.name for metric in called_for if not metric.series & alerted] == []


@EVERY_ALERT
def test_an_alert_says_how_bad_it_is_what_happened_and_what_to_do(rule: dict[str, Any]) -> None:
    words = re.findall(r"[A-Z][a-z]+", rule["alert"])
    runbook = ROOT / rule["annotations"]["runbook"]

    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"]["summary"].endswith(".")
    assert runbook.name == "-".join(words).lower() + ".md"
    assert runbook.read_text().startswith(f"# {rule['alert']}\n")


def test_every_runbook_belongs_to_an_alert_and_is_listed() -> None:
    pages = {page.name for page in RUNBOOKS.glob("*.md")} - {"README.md"}

    assert pages == {Path(rule["annotations"]["runbook"]).name for rule in RULES}
    assert set(re.findall(r"\(([\w-]+\.md)\)", (RUNBOOKS / "README.md").read_text())) == pages


@EVERY_ALERT
def test_an_alert_is_seen_to_fire_in_a_test(rule: dict[str, Any]) -> None:
    tests = [test for case in CASES for test in case["alert_rule_test"]]
    mine = [test for test in tests if test["alertname"] == rule["alert"]]

    assert any(test.get("exp_alerts") for test in mine)


def test_every_service_is_scraped_under_its_own_name() -> None:
    jobs = yaml.safe_load((MONITORING / "prometheus.yml").read_text())["scrape_configs"]
    discovered = {
        job["job_name"]: job["dns_sd_configs"][0] for job in jobs if "dns_sd_configs" in job
    }

    assert set(discovered) == {service.name for service in SERVICES}
    for name, found in discovered.items():
        assert found["names"] == [name]


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts.test.yml"),
    ],
    ids=" ".join,
)
def test_promtool_is_content(arguments: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed: it is in Debian's package `prometheus`")
    command = [promtool, *arguments]
    checked = subprocess.run(command, cwd=MONITORING, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr
