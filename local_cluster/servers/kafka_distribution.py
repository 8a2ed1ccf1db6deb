"""Apache Kafka's jars: fetched once by Maven, kept in a cache outside every checkout."""

import hashlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

from local_cluster.home import CHECKOUT, OpenHome
from local_cluster.process import Command, program, run

FILES = CHECKOUT / "local_cluster" / "kafka"
POM = FILES / "pom.xml"


def cache_root() -> Path:
    """Return $MALMOI_CACHE, or `malmoi` in the user's cache directory."""
    return Path(os.environ.get("MALMOI_CACHE") or Path.home() / ".cache" / "malmoi")


def jars_directory() -> Path:
    """Return where the jars of this pom belong; another pom has another directory."""
    return cache_root() / f"kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"


async def fetch(home: OpenHome, log: Path) -> Path:
    """Return the directory of the jars, asking Maven for them if this was not done before.

    Raises:
        ProgramMissing: Maven is not installed.
        CommandFailed: Maven could not get them.

    """
    directory = jars_directory()
    if not directory.exists():
        directory.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(dir=directory.parent, prefix="kafka.new."))
        try:
            await run("maven", _copy_dependencies(home, new), log)
            _publish(new, directory)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return directory


def _publish(new: Path, directory: Path) -> None:
    """Give the complete directory its name, unless another process was faster."""
    try:
        new.rename(directory)
    except OSError:
        if not directory.exists():
            raise


def _copy_dependencies(home: OpenHome, directory: Path) -> Command:
    options = ("-DincludeScope=runtime", f"-DoutputDirectory={directory}")
    return Command(
        argv=(
            program("mvn"),
            "--batch-mode",
            "-q",
            "-f",
            str(POM),
            "dependency:copy-dependencies",
            *options,
        ),
        # Maven finds its settings and local repository by the user's own HOME.
        env={**os.environ, **home.server_env(), "HOME": str(Path.home())},
        death_signal=signal.SIGTERM,
    )
