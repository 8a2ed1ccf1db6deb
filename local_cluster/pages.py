"""The web application as `make ui` leaves it."""

from pathlib import Path

from local_cluster.home import CHECKOUT

UI = CHECKOUT / "admin_ui" / "dist"
NOT_BUILT = "The web application is not built: `make ui` builds it (needs Node.js), then reload."


def is_built(ui: Path = UI) -> bool:
    """Tell whether there is something to show in a browser."""
    return (ui / "index.html").is_file()
