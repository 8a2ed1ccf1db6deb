"""Write every page to where Grafana finds it."""

from monitoring.dashboards.pages import FOLDER, PAGES
from monitoring.dashboards.panels import as_json

for page in PAGES:
    (FOLDER / f"{page.name}.json").write_text(as_json(page))
