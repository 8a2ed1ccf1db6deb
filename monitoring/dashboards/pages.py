"""The pages there are."""

from pathlib import Path
from typing import Final

from monitoring.dashboards.callbacks import CALLBACKS
from monitoring.dashboards.overview import OVERVIEW
from monitoring.dashboards.pipeline import PIPELINE
from monitoring.dashboards.rooms import ROOMS
from monitoring.dashboards.servers import SERVERS
from monitoring.dashboards.workers import WORKERS

FOLDER: Final = Path(__file__).resolve().parents[1] / "grafana/dashboards"
PAGES: Final = (OVERVIEW, PIPELINE, WORKERS, ROOMS, CALLBACKS, SERVERS)
