"""The one directory in which a cluster keeps everything: data, logs, credentials, who runs."""

import os
import shutil
from pathlib import Path

from local_cluster import lock
from local_cluster.credentials import Credentials
from local_cluster.errors import HomeUnusable
from local_cluster.ports import PortBook

CHECKOUT = Path(__file__).resolve().parent.parent
MARKER = "MALMOI_CLUSTER_HOME"
"""Environment variable of every process of a cluster: leftovers of a killed one are known by it."""

OF_ANOTHER_USER = "{} belongs to another user; set MALMOI_HOME to a directory of your own"


def default_root() -> Path:
    """Return $MALMOI_HOME, or `.malmoi` in the checkout."""
    return Path(os.environ.get("MALMOI_HOME") or CHECKOUT / ".malmoi").absolute()


class Home:
    """The state directory of one cluster; making the object creates nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.data = self.root / "data"
        self.logs = self.root / "logs"
        self.run = self.root / "run"
        self.temporary = self.root / "tmp"
        self.lock_file = self.root / "lock"
        self.state_file = self.root / "cluster.json"
        self.user_file = self.root / "user.json"

    def create(self) -> None:
        """Make the directories that are missing.

        Raises:
            HomeUnusable: we may not write there, or it belongs to another user.

        """
        try:
            for directory in (self.root, self.data, self.logs, self.run):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            owner = self.root.stat().st_uid
            (self.root / ".gitignore").write_text("*\n")
        except OSError as error:
            raise HomeUnusable(
                f"cannot keep state in {self.root} ({error.strerror}); set MALMOI_HOME"
            ) from error
        if owner != os.geteuid():
            raise HomeUnusable(OF_ANOTHER_USER.format(self.root))

    def clear_temporary(self) -> None:
        """Empty the services' temporary directory; killed ones leave recordings behind."""
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir(mode=0o700)

    def open(self) -> "OpenHome":
        """Read its credentials and ports; only who runs its servers should."""
        return OpenHome(self)

    def supervisor(self) -> int | None:
        """Return the process that runs (or is starting) a cluster here.

        Raises:
            HomeUnusable: it is another user's.

        """
        try:
            return lock.holder(self.lock_file)
        except PermissionError as error:
            raise HomeUnusable(OF_ANOTHER_USER.format(self.root)) from error

    def is_held(self) -> bool:
        return self.supervisor() is not None

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"


class OpenHome:
    """A home that exists, with its credentials and remembered ports."""

    def __init__(self, home: Home) -> None:
        self.paths = home
        self.credentials = Credentials.load_or_create(home.root / "credentials.json")
        self.ports = PortBook(home.root / "ports.json")

    def server_env(self) -> dict[str, str]:
        """Return the environment of a server: nothing of the caller's but the search path."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.paths.run),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            MARKER: str(self.paths.root),
        }
