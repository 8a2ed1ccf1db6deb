"""The compose files are valid, start what `malmoi up` starts, and are safe to expose."""

import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema

from local_cluster.services import SERVICES, SETUP, Service
from tests.unit.compose.documents import (
    DEV,
    NO_GPU,
    PROD,
    ROOT,
    SHARED,
    Mapping,
    instructions,
    read,
    services,
)

OURS = {
    "api_gateway",
    "result_handler",
    "sign_service",
    "stt_worker_whisper",
    "setup",
    "nginx",
}
SERVERS = {"kafka", "postgres", "valkey", "minio", "prometheus", "grafana"}
EXPORTERS = {
    "kafka_exporter",
    "nginx_exporter",
    "node_exporter",
    "postgres_exporter",
    "valkey_exporter",
}
BOTH = pytest.mark.parametrize("path", [DEV, PROD], ids=["dev", "prod"])
REQUIRED = {
    "CALLBACK_SECRET_KEY",
    "GRAFANA_ADMIN_PASSWORD",
    "JWT_SECRET_KEY",
    "MINIO_ACCESS_KEY",
    "MINIO_SECRET_KEY",
    "POSTGRES_PASSWORD",
    "REDIS_PASSWORD",
}


@pytest.mark.parametrize("path", [DEV, PROD, NO_GPU, SHARED], ids=lambda path: path.name)
def test_the_file_matches_the_compose_specification(path: Path) -> None:
    schema = get_builtin_schema("vendor.compose-spec")

    jsonschema.validate(read(path), schema)


@pytest.mark.parametrize(
    "files", [(DEV,), (PROD,), (PROD, NO_GPU)], ids=["dev", "prod", "prod-no-gpu"]
)
def test_compose_itself_accepts_the_files(files: tuple[Path, ...], tmp_path: Path) -> None:
    compose = _compose_command()
    secrets = tmp_path / ".env"
    secrets.write_text("".join(f"{name}=secret\n" for name in REQUIRED))
    options = [option for file in files for option in ("--file", str(file))]

    command = [*compose, "--env-file", str(secrets), *options, "config", "--quiet"]
    accepted = subprocess.run(command, capture_output=True, text=True, check=False)

    assert accepted.returncode == 0, accepted.stderr


def _compose_command() -> list[str]:
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) is None:
            continue
        if subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0:
            return command
    pytest.skip("neither `docker compose` nor `docker-compose` is installed")


@BOTH
def test_both_worlds_have_the_same_services(path: Path) -> None:
    assert set(services(path)) == OURS | SERVERS | EXPORTERS


@BOTH
@pytest.mark.parametrize("service", [*SERVICES, SETUP], ids=lambda service: service.name)
def test_compose_starts_the_program_that_the_launcher_starts(path: Path, service: Service) -> None:
    described = services(path)[service.name]
    dockerfile = ROOT / described["build"]["dockerfile"]
    default = next(rest for word, rest in instructions(dockerfile) if word == "CMD")
    command = described.get("command", re.findall(r'"([^"]+)"', default))

    assert command == ["python", "-m", service.module]


def test_the_launcher_has_no_service_that_compose_lacks() -> None:
    assert {service.name for service in (*SERVICES, SETUP)} == OURS - {"nginx"}


@BOTH
def test_images_of_others_are_pinned_by_tag_and_digest(path: Path) -> None:
    for name in SERVERS | EXPORTERS:
        image = services(path)[name]["image"]
        assert re.fullmatch(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}", image), image


@BOTH
def test_every_service_that_stays_has_a_health_check(path: Path) -> None:
    for name, service in services(path).items():
        # Nobody waits for an exporter, and Prometheus sees when it is gone.
        if name not in EXPORTERS | {"setup"}:
            assert _is_checked(service), name


def _is_checked(service: Mapping) -> bool:
    if "build" not in service:
        return "test" in service["healthcheck"]
    return "HEALTHCHECK" in dict(instructions(ROOT / service["build"]["dockerfile"]))


@BOTH
def test_who_waits_waits_for_a_condition_that_can_come_true(path: Path) -> None:
    everyone = services(path)
    for service in everyone.values():
        for name, wait in service.get("depends_on", {}).items():
            ends = name == "setup"
            wanted = "service_completed_successfully" if ends else "service_healthy"
            assert wait == {"condition": wanted}
            assert name in everyone


@BOTH
def test_our_containers_and_the_exporters_have_no_privileges(path: Path) -> None:
    for name in OURS | EXPORTERS:
        service = services(path)[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


@BOTH
def test_what_is_mounted_of_the_machine_itself_is_read_only(path: Path) -> None:
    mounted = {
        volume
        for service in services(path).values()
        for volume in service.get("volumes", [])
        if volume.startswith("/") and ":" in volume
    }

    assert mounted == {"/:/host:ro"}


@BOTH
@pytest.mark.parametrize("name", ["api_gateway", "stt_worker_whisper"])
def test_recordings_lie_on_the_disk_and_not_in_the_memory_of_the_container(
    path: Path, name: str
) -> None:
    service = services(path)[name]

    assert service["tmpfs"] == []
    assert "/tmp" in service["volumes"]


@BOTH
def test_prometheus_scrapes_every_exporter(path: Path) -> None:
    jobs = yaml.safe_load((ROOT / "monitoring/prometheus.yml").read_text())["scrape_configs"]
    targets = [t for job in jobs for each in job.get("static_configs", ()) for t in each["targets"]]

    assert {target.partition(":")[0] for target in targets} >= EXPORTERS


@BOTH
def test_every_named_volume_is_declared(path: Path) -> None:
    used = {
        volume.partition(":")[0]
        for service in services(path).values()
        for volume in service.get("volumes", [])
        if not volume.startswith((".", "/"))
    }

    assert used == set(read(path)["volumes"])


@BOTH
def test_every_file_that_is_mounted_exists(path: Path) -> None:
    for base, document in ((path.parent, read(path)), (SHARED.parent, read(SHARED))):
        for service in document["services"].values():
            for volume in service.get("volumes", []):
                if volume.startswith("."):
                    assert (base / volume.partition(":")[0]).exists(), volume


@BOTH
def test_restarts_and_grace_are_decided_for_every_service(path: Path) -> None:
    for name, service in services(path).items():
        assert service["restart"] == ("on-failure" if name == "setup" else "unless-stopped")
        assert service["stop_grace_period"]


def test_development_is_reachable_from_this_machine_only() -> None:
    ports = {name: service.get("ports", []) for name, service in services(DEV).items()}
    published = {port for each in ports.values() for port in each}

    assert all(port.startswith("127.0.0.1:") for port in published)
    assert {name for name, each in ports.items() if each} == {
        "nginx",
        "minio",
        "prometheus",
        "grafana",
    }


def test_in_production_only_nginx_is_public() -> None:
    public = [
        (name, port)
        for name, service in services(PROD).items()
        for port in service.get("ports", [])
        if not port.startswith("127.0.0.1:")
    ]

    assert public == [("nginx", "${HTTP_PORT:-80}:8080")]


def test_production_demands_every_secret() -> None:
    demanded = set(re.findall(r"\$\{([A-Z_]+):\?[^}]+\}", PROD.read_text()))

    assert demanded == REQUIRED


def test_production_limits_every_service() -> None:
    for name, service in services(PROD).items():
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}, name


def test_production_reserves_a_gpu_for_each_worker_unless_told_otherwise() -> None:
    [device] = services(PROD)["stt_worker_whisper"]["deploy"]["resources"]["reservations"][
        "devices"
    ]
    switched_off = services(NO_GPU)["stt_worker_whisper"]["deploy"]["resources"]

    assert device == {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}
    assert switched_off == {"reservations": {}}


def test_our_stateless_services_have_replicas_in_production() -> None:
    replicated = {
        name for name, service in services(PROD).items() if "replicas" in service["deploy"]
    }

    assert replicated == {service.name for service in SERVICES}


def test_development_restarts_a_service_when_code_that_it_runs_changes() -> None:
    for service in SERVICES:
        described = services(DEV)[service.name]
        mounted = {v.partition(":")[0].removeprefix("./") for v in described["volumes"][-3:]}
        watched = {rule["path"] for rule in described["develop"]["watch"]}
        copied = _packages_in_image(ROOT / described["build"]["dockerfile"])

        assert {rule["action"] for rule in described["develop"]["watch"]} == {"restart"}
        assert watched == copied
        assert copied <= mounted


def _packages_in_image(dockerfile: Path) -> set[str]:
    copies = [rest.split() for word, rest in instructions(dockerfile) if word == "COPY"]
    return {source for source, *rest in copies if rest == [source]}
