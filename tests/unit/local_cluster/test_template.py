"""Templates that two worlds fill."""

import re

import pytest

from local_cluster.servers.nginx import FILES, Upstreams
from local_cluster.template import render


def test_places_are_filled_and_the_variables_of_nginx_stay() -> None:
    assert (
        render("listen ${PORT}; path $uri ${uri};", {"PORT": "1"}) == "listen 1; path $uri ${uri};"
    )


def test_a_place_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="MISSING"):
        render("${MISSING}", {})


def test_every_gateway_replica_is_an_upstream() -> None:
    upstreams = Upstreams(gateway_ports=[1, 2], s3_port=3, s3_bucket="b", max_body_bytes=4)

    servers = re.findall(r"server (\S+)", upstreams.variables()["GATEWAY_SERVERS"])

    assert servers == ["127.0.0.1:1", "127.0.0.1:2"]


def test_the_readme_names_every_place_of_the_templates() -> None:
    places = set()
    for template in FILES.glob("*.template"):
        places |= set(re.findall(r"\$\{([A-Z0-9_]+)\}", template.read_text()))

    documented = set(
        re.findall(r"^\| `([A-Z0-9_]+)`", (FILES / "README.md").read_text(), re.MULTILINE)
    )

    assert documented == places
