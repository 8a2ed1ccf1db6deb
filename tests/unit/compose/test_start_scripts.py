"""What containers run before the program itself: the filled nginx templates, the broker's id."""

import re
import subprocess
from pathlib import Path

import pytest

from local_cluster.servers.wheels import nginx_program
from local_cluster.template import render
from tests.unit.compose.documents import PROD, ROOT, instructions, services

TEMPLATES = [ROOT / "nginx/nginx.conf.template", ROOT / "nginx/malmoi.conf.template"]
STATUS = ROOT / "nginx/status.conf.template"
"""Not for the nginx that tests can run, which has no stub_status."""
START_KAFKA = ROOT / "docker/kafka/start.sh"


def nginx_variables() -> dict[str, str]:
    """What the container's environment holds: the image's own variables and compose's."""
    image = next(rest for word, rest in instructions(ROOT / "nginx/Dockerfile") if word == "ENV")
    from_image = {key: value.strip('"') for key, value in re.findall(r'(\w+)=("[^"]*"|\S+)', image)}
    return from_image | services(PROD)["nginx"]["environment"]


def test_the_nginx_image_fills_every_place_of_its_templates() -> None:
    places = {
        place
        for file in (*TEMPLATES, STATUS)
        for place in re.findall(r"\$\{([A-Z_0-9]+)\}", file.read_text())
    }
    variables = nginx_variables()
    let_through = re.compile(variables["NGINX_ENVSUBST_FILTER"])

    assert places <= set(variables)
    assert all(let_through.search(place) for place in places)


def test_nginx_accepts_the_filled_templates(tmp_path: Path) -> None:
    # Its own names do not resolve outside the network of compose; addresses stand in for them.
    variables = nginx_variables() | {
        "NGINX_STATE_DIR": str(tmp_path),
        "NGINX_CONF_DIR": str(tmp_path),
        "NGINX_MAX_BODY": "101m",
        "NGINX_CORS_ORIGINS": '["https://stt.example.org"]',
        "S3_SERVER": "127.0.0.1:9000",
        "S3_BUCKET": "malmoi",
    }
    for file in TEMPLATES:
        (tmp_path / file.stem).write_text(render(file.read_text(), variables))

    command = [nginx_program(), "-t", "-e", "stderr", "-c", tmp_path / "nginx.conf"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr


def test_the_status_page_is_where_its_exporter_asks_and_on_no_published_port() -> None:
    exporter, nginx = services(PROD)["nginx_exporter"], services(PROD)["nginx"]
    port = nginx_variables()["NGINX_STATUS_LISTEN"]
    [path] = re.findall(r"location = (\S+)", STATUS.read_text())

    assert exporter["command"] == [f"--nginx.scrape-uri=http://nginx:{port}{path}"]
    assert all(not published.endswith(f":{port}") for published in nginx["ports"])


class Broker:
    """The start script in a container's place: it prints the id under which it would start."""

    def __init__(self, folder: Path) -> None:
        self.storage = folder / "data"
        self.storage.mkdir()
        tool = folder / "kafka-storage.sh"
        tool.write_text("#!/bin/sh\necho new-id-from-$1\n")
        tool.chmod(0o755)
        self._environment = {"PATH": f"{folder}:/usr/bin:/bin", "KAFKA_LOG_DIRS": str(self.storage)}

    def cluster_id(self) -> str:
        started = subprocess.run(
            ["bash", START_KAFKA, "printenv", "CLUSTER_ID"],
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return started.stdout.strip()


@pytest.fixture
def broker(tmp_path: Path) -> Broker:
    return Broker(tmp_path)


def test_a_broker_keeps_the_id_of_its_storage(broker: Broker) -> None:
    (broker.storage / "meta.properties").write_text("node.id=1\ncluster.id=abc-123\nversion=1\n")

    assert broker.cluster_id() == "abc-123"


def test_a_broker_with_emptied_storage_gets_a_new_id(broker: Broker) -> None:
    assert broker.cluster_id() == "new-id-from-random-uuid"
