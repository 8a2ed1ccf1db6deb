"""`make screenshots`: every page as people see it, into one folder.

python -m tests.e2e.browser.screenshots FOLDER
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import httpx
from playwright.async_api import Browser, Page

from tests.e2e.browser.chromium import browsers
from tests.e2e.browser.microphone import microphone
from tests.e2e.browser.places import BEFORE_SIGNING_IN, Lived, lived_in, under_way
from tests.e2e.browser.window import TOKEN_KEY
from tests.e2e.browser.words import catalogue
from tests.e2e.conftest import RunningCluster, running_cluster

SETTINGS = {"SEAT_TTL_S": "600", "TASK_MAX_AUDIO_S": "30"}
"""Seats that last until the last picture, and chunks even in a short recording."""
WINDOWS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}
LOOKS: tuple[tuple[str, Literal["light", "dark"]], ...] = (
    ("ko", "light"),
    ("en", "light"),
    ("ko", "dark"),
)
MOMENTS = {
    "rooms-create": ("rooms", "i18n", "rooms.create"),
    "account-new-key": ("account", "account/i18n", "keys.make"),
    "room-invite": ("room", "i18n", "invite.open"),
    "room-sign": ("room", "i18n", "sign.open"),
    "room-speaking": ("room", "i18n", "mic.idle"),
}
"""What a press of a button opens on a page; the button by its catalogue and its key there."""
SETTLED_MS = 700
"""For requests to be answered and pictures to fade in; nothing on a page says that it is done."""


async def take_all(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="malmoi-screenshots-") as home:
        voice = microphone("ko_study", Path(home))
        with running_cluster(Path(home) / "cluster", **SETTINGS) as cluster:
            async with browsers([voice]) as [browser]:
                await _take(cluster, browser, folder)


async def _take(cluster: RunningCluster, browser: Browser, folder: Path) -> None:
    async with httpx.AsyncClient(base_url=cluster.url, timeout=60) as client:
        lived = await lived_in(cluster, client, "jiyoung", "minsu")
        async with under_way(lived.admin) as places:
            async for page, look, _ in _looks(cluster, browser):
                await _sign_in(page, lived)
                await _photograph(page, places, folder / f"{{}}-{look}.png")
    async for page, look, language in _looks(cluster, browser):
        await _walk(page, lived, folder / f"{{}}-{look}.png", language=language)


async def _looks(cluster: RunningCluster, browser: Browser) -> AsyncIterator[tuple[Page, str, str]]:
    """A fresh page for each device, language and theme, the name of all three, the language."""
    for device, window in WINDOWS.items():
        for language, theme in LOOKS:
            context = await browser.new_context(
                **window,
                base_url=cluster.url,
                locale=language,
                color_scheme=theme,
                permissions=["microphone"],
            )
            yield await context.new_page(), f"{device}-{language}-{theme}", language
            await context.close()


async def _walk(page: Page, lived: Lived, picture: Path, *, language: str) -> None:
    await _photograph(page, BEFORE_SIGNING_IN, picture)
    await _sign_in(page, lived)
    await _photograph(page, lived.places(), picture)
    for name, (place, texts, button) in MOMENTS.items():
        await page.goto(lived.places()[place])
        label = catalogue(f"{texts}/{language}.ts")[button]
        await page.get_by_role("button", name=label, exact=True).first.click()
        await _photograph(page, {name: None}, picture)


async def _sign_in(page: Page, lived: Lived) -> None:
    if page.url == "about:blank":
        await page.goto("/login")
    await page.evaluate(f"localStorage.setItem('{TOKEN_KEY}', '{lived.admin.token}')")


async def _photograph(page: Page, places: dict[str, str] | dict[str, None], picture: Path) -> None:
    for name, path in places.items():
        if path is not None:
            await page.goto(path)
        await page.wait_for_timeout(SETTLED_MS)
        await page.screenshot(path=str(picture).format(name))


if __name__ == "__main__":
    asyncio.run(take_all(Path(sys.argv[1])))
