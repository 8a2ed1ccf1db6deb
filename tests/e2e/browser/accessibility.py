"""axe-core, run inside a page."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parents[3] / "admin_ui/node_modules/axe-core/axe.min.js"
RUN = """async (rules) => (await axe.run(document, {
    rules,
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
})).violations"""


async def violations(page: Page, *, but: str | None = None) -> list[str]:
    """What axe finds wrong with the page as it stands, but for one rule; a line for each place."""
    rules = {} if but is None else {but: {"enabled": False}}
    # Evaluated, not added as a script: the page's own policy stays in force.
    await page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = await page.evaluate(RUN, rules)
    return [
        f"{rule['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
