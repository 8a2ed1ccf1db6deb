"""axe finds nothing wrong with any page, in either language, light or dark."""

from collections.abc import AsyncIterator
from typing import Literal

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser.accessibility import violations
from tests.e2e.browser.conftest import Newcomers
from tests.e2e.browser.person import Person
from tests.e2e.browser.places import BEFORE_SIGNING_IN, CONSOLE, Lived, lived_in, under_way
from tests.e2e.browser.window import TOKEN_KEY
from tests.e2e.browser.words import account_ko, console_ko, ko, recordings_ko
from tests.e2e.conftest import RunningCluster

pytestmark = [pytest.mark.cluster, pytest.mark.model]

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
AT_REST = {"reduced_motion": "reduce"}
"""Colours that are on their way to others are nobody's to judge."""
PLACES = (
    "rooms",
    "room",
    "account",
    "recordings",
    "recording",
    "recording-long",
    "recording-failed",
    *CONSOLE,
    "admin-job",
    "admin-job-callbacks",
    "admin-job-long",
    "admin-job-failed",
)


@pytest.fixture(scope="module")
async def lived(cluster: RunningCluster) -> AsyncIterator[Lived]:
    async with httpx.AsyncClient(base_url=cluster.url, timeout=60) as client:
        yield await lived_in(cluster, client)


@pytest.fixture
async def admin(newcomer: Newcomers, lived: Lived) -> Person:
    admin = await newcomer("admin", signed_in=False, **AT_REST)
    await admin.remembers(TOKEN_KEY, lived.admin.token)
    return admin


@pytest.mark.parametrize("name", BEFORE_SIGNING_IN)
async def test_the_pages_before_signing_in_are_for_everybody(
    newcomer: Newcomers, name: str
) -> None:
    anybody = await newcomer("anybody", signed_in=False, **AT_REST)

    await anybody.page.goto(BEFORE_SIGNING_IN[name])

    assert await violations_in_every_look(anybody.page) == []


@pytest.mark.parametrize("name", PLACES)
async def test_the_pages_behind_the_sign_in_are_for_everybody(
    admin: Person, lived: Lived, name: str
) -> None:
    await admin.page.goto(lived.places()[name])

    assert await violations_in_every_look(admin.page) == []


async def test_the_pages_of_a_recording_under_way_are_for_everybody(
    admin: Person, lived: Lived
) -> None:
    async with under_way(lived.admin) as places:
        for path in places.values():
            await admin.page.goto(path)
            # Its events keep coming: the network is never idle.
            await expect(
                admin.page.get_by_role("listitem").filter(has_text="한국어").first
            ).to_be_visible()

            assert await violations_in_every_look(admin.page, until="domcontentloaded") == []


async def test_what_opens_over_a_page_is_for_everybody(admin: Person, lived: Lived) -> None:
    page = admin.page
    openers = {
        "/rooms": (ko("rooms.create"),),
        f"/rooms/{lived.room_id}": (ko("invite.open"), ko("sign.open"), ko("menu.open")),
        "/account": (account_ko("keys.make"), account_ko("keys.revoke.of", name="신문사 받아쓰기")),
        f"/recordings/{lived.recording}": (recordings_ko("one.delete"),),
        f"/admin/jobs/{lived.heard_job}": (console_ko("job.delete"),),
    }

    for path, buttons in openers.items():
        await page.goto(path)
        for button in buttons:
            await page.get_by_role("button", name=button, exact=True).first.click()
            await page.locator("[role=dialog], [role=alertdialog], [role=menu]").wait_for()
            for theme in THEMES:
                await turn(page, theme)
                # What floats over a page is outside its landmarks.
                assert await violations(page, but="region") == [], (path, button, theme)
            await page.keyboard.press("Escape")


async def violations_in_every_look(
    page: Page, *, until: Literal["networkidle", "domcontentloaded"] = "networkidle"
) -> list[str]:
    """Of the page that has just been opened, once it shows what it has."""
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await page.wait_for_load_state(until)
    found = []
    for _ in ("ko", "en"):
        for theme in THEMES:
            await turn(page, theme)
            found += [f"{theme}: {each}" for each in await violations(page)]
        # It bears the name of the other language.
        await page.locator(".shell-tools button[lang]").click()
    return found


async def turn(page: Page, theme: Literal["light", "dark"]) -> None:
    """Have the page drawn in this theme."""
    await page.emulate_media(color_scheme=theme)
    await page.wait_for_function(
        """theme => document.documentElement.dataset.theme === theme
            && new Promise(drawn => setTimeout(() => requestAnimationFrame(drawn), 50))""",
        arg=theme,
    )
