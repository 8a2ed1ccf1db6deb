"""What `kubectl apply --kustomize` would send, read without a cluster."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from local_cluster.services import Service

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "deploy/kubernetes"
BASE = FOLDER / "base"
GPU = FOLDER / "overlays/gpu"

Manifest = dict[str, Any]


@cache
def built(folder: Path) -> tuple[Manifest, ...]:
    """Every object of a kustomization."""
    command = [*_kustomize_command(), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return tuple(yaml.safe_load_all(done.stdout))


def _kustomize_command() -> list[str]:
    if found := shutil.which("kustomize"):
        return [found, "build"]
    if found := shutil.which("kubectl"):
        return [found, "kustomize"]
    pytest.skip("neither kustomize nor kubectl is installed")


def of_kind(kind: str, folder: Path = BASE) -> dict[str, Manifest]:
    """Objects of one kind by name."""
    return {each["metadata"]["name"]: each for each in built(folder) if each["kind"] == kind}


def name_of(service: Service) -> str:
    """Kubernetes allows no underscore in names."""
    return service.name.replace("_", "-")


def pod_of(name: str, folder: Path = BASE) -> Manifest:
    template: Manifest = of_kind("Deployment", folder)[name]["spec"]["template"]
    return template


def container_of(name: str, folder: Path = BASE) -> Manifest:
    [container] = pod_of(name, folder)["spec"]["containers"]
    return dict(container)


def containers(folder: Path = BASE) -> list[Manifest]:
    """Every container of every pod, those that run first included."""
    pods = [each["spec"]["template"]["spec"] for each in of_kind("Deployment", folder).values()]
    return [each for pod in pods for each in (*pod.get("initContainers", ()), *pod["containers"])]


def variables(container: Manifest, folder: Path = BASE) -> dict[str, str | None]:
    """What the container reads from its environment; None for what comes from a secret."""
    maps = of_kind("ConfigMap", folder)
    found: dict[str, str | None] = {}
    for source in container.get("envFrom", ()):
        found |= maps[source["configMapRef"]["name"]]["data"]
    for each in container.get("env", ()):
        origin = each["valueFrom"]
        if "configMapKeyRef" in origin:
            key = origin["configMapKeyRef"]
            found[each["name"]] = maps[key["name"]]["data"][key["key"]]
        else:
            found[each["name"]] = None
    return found
