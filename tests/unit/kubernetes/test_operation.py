"""Pods are harmless, tell how they are, end in peace, and come in the right number."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from api_gateway.__main__ import _GRACE_S
from local_cluster.services import SERVICES, WORKERS, Service
from malmoi.contracts.jobs import Lane
from malmoi.observability.metrics_page import declared
from sign_service.settings import Settings as SignSettings
from stt_worker_whisper.settings import Settings as WhisperSettings
from tests.fixtures.monitoring import MONITORING, selectors
from tests.unit.kubernetes.manifests import (
    FOLDER,
    GPU,
    container_of,
    containers,
    name_of,
    of_kind,
    pod_of,
    variables,
)

DEPLOYMENTS = [*map(name_of, SERVICES), "nginx"]
EVERY_POD = pytest.mark.parametrize("name", DEPLOYMENTS)
MARGIN_S = 10
"""What a process may take to end besides draining."""


@EVERY_POD
def test_a_pod_is_nobody_in_particular(name: str) -> None:
    pod = pod_of(name)["spec"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False


def test_every_container_is_harmless_and_bounded() -> None:
    for container in containers(GPU):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} <= set(container["resources"]["limits"])
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}


@EVERY_POD
def test_what_a_pod_writes_is_bounded(name: str) -> None:
    pod = pod_of(name)["spec"]
    volumes = {each["name"]: each["emptyDir"] for each in pod["volumes"]}
    mounted = {each["name"]: each["mountPath"] for each in pod["containers"][0]["volumeMounts"]}

    assert mounted.keys() == volumes.keys()
    assert mounted["tmp"] == "/tmp"
    assert all("sizeLimit" in volume for volume in volumes.values())


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_is_probed_where_it_answers(service: Service) -> None:
    container = container_of(name_of(service))
    [port] = container["ports"]

    assert str(port["containerPort"]) == variables(container)[service.port_variable]
    for probe, path in {
        "startupProbe": "/healthz",
        "livenessProbe": "/healthz",
        "readinessProbe": "/readyz",
    }.items():
        assert container[probe]["httpGet"] == {"path": path, "port": port["name"]}


@pytest.mark.parametrize(
    ("name", "drain_s"),
    [
        ("stt-worker-whisper", WhisperSettings.model_fields["drain_s"].default),
        ("sign-service", SignSettings.model_fields["sign_drain_s"].default),
        ("api-gateway", _GRACE_S),
    ],
)
def test_a_pod_may_finish_what_is_in_hand(name: str, drain_s: float) -> None:
    container = container_of(name)
    wait = container.get("lifecycle", {"preStop": {"exec": {"command": ["sleep", "0"]}}})
    waits_s = float(wait["preStop"]["exec"]["command"][1])
    told = {key: value for key, value in variables(container).items() if key.endswith("DRAIN_S")}

    assert all(float(str(value)) == drain_s for value in told.values())
    assert pod_of(name)["spec"]["terminationGracePeriodSeconds"] >= waits_s + drain_s + MARGIN_S


@EVERY_POD
def test_replicas_are_spread_and_not_all_taken_away_at_once(name: str) -> None:
    labels = of_kind("Deployment")[name]["spec"]["selector"]["matchLabels"]
    [spread] = pod_of(name)["spec"]["topologySpreadConstraints"]
    budget = of_kind("PodDisruptionBudget")[name]["spec"]

    assert labels.items() <= pod_of(name)["metadata"]["labels"].items()
    assert spread["labelSelector"]["matchLabels"] == labels
    assert budget == {"maxUnavailable": 1, "selector": {"matchLabels": labels}}


def test_every_kubernetes_service_leads_to_a_port_of_a_pod() -> None:
    for service in of_kind("Service").values():
        name = service["metadata"]["name"]
        [port] = service["spec"]["ports"]

        assert service["spec"]["selector"].items() <= pod_of(name)["metadata"]["labels"].items()
        assert port["targetPort"] in {each["name"] for each in container_of(name)["ports"]}


def test_nginx_asks_the_gateway_where_its_service_is() -> None:
    [port] = of_kind("Service")["api-gateway"]["spec"]["ports"]

    assert variables(container_of("nginx"))["GATEWAY_SERVERS"] == (
        f"server api-gateway:{port['port']};"
    )


def triggers() -> list[Any]:
    return [t for each in of_kind("ScaledObject").values() for t in each["spec"]["triggers"]]


def test_workers_are_scaled_and_only_by_keda() -> None:
    scaled = of_kind("ScaledObject")
    deployments = of_kind("Deployment")

    assert set(scaled) == {name_of(each) for each in WORKERS.values()} | {"sign-service"}
    for name, each in scaled.items():
        assert each["spec"]["scaleTargetRef"] == {"name": name}
        assert "replicas" not in deployments[name]["spec"]
        partitions = variables(container_of(name))["KAFKA_TOPIC_PARTITIONS"]
        assert str(each["spec"]["maxReplicaCount"]) == partitions


def test_there_is_a_trigger_for_each_engine_and_lane() -> None:
    asked = [
        {matcher.name: matcher.value for matcher in selector.matchers.matchers}
        for trigger in triggers()
        for selector in selectors(trigger["metadata"]["query"])
        if selector.name == "malmoi_open_audio_seconds"
    ]
    wanted = [{"engine": engine, "lane": lane.value} for engine in WORKERS for lane in Lane]

    assert sorted(asked, key=str) == sorted(wanted, key=str)


def test_triggers_read_declared_metrics_by_declared_labels() -> None:
    labels = {metric.name: set(metric.labels) for metric in declared()}
    for trigger in triggers():
        for selector in selectors(trigger["metadata"]["query"]):
            asked = {matcher.name for matcher in selector.matchers.matchers}
            assert asked <= labels[str(selector.name)]


def test_prometheus_sees_pods_under_the_names_that_alerts_know() -> None:
    configured = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    [job] = configured["scrape_configs"]
    named = [rule for rule in job["relabel_configs"] if rule.get("target_label") == "job"]
    labels = {pod_of(name)["metadata"]["labels"]["app.kubernetes.io/name"] for name in DEPLOYMENTS}

    assert [rule["source_labels"] for rule in named] == [
        ["__meta_kubernetes_pod_label_app_kubernetes_io_name"]
    ]
    assert labels == {service.name for service in SERVICES} | {"nginx"}


def test_promtool_is_content(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed: it is in Debian's package `prometheus`")
    configured = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    for job in configured["scrape_configs"]:
        # Debian builds it without service discovery.
        del job["kubernetes_sd_configs"]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(configured))
    shutil.copy(MONITORING / "alerts.yml", tmp_path)

    command = [promtool, "check", "config", tmp_path / "prometheus.yml"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr
