"""Coming in: accounts, languages, and addresses that lead nowhere."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.e2e.browser.conftest import Newcomers
from tests.e2e.browser.words import en, ko

pytestmark = pytest.mark.cluster


async def test_who_makes_an_account_stands_before_the_rooms_and_comes_back_later(
    newcomer: Newcomers,
) -> None:
    jiyoung = await newcomer("jiyoung", signed_in=False)
    page = jiyoung.page

    await page.goto("/")
    await jiyoung.signs_up()
    await page.get_by_role("button", name=ko("shell.account")).click()
    await page.get_by_role("menuitem", name=ko("shell.signOut", email=jiyoung.email)).click()
    await expect(page.get_by_role("heading", name=ko("login.title"))).to_be_visible()
    await jiyoung.fills_in_the_account()
    await page.get_by_role("button", name=ko("login.submit")).click()

    await expect(page).to_have_url(f"{jiyoung.url}/rooms")


async def test_a_menu_stays_open_when_the_account_comes_late(newcomer: Newcomers) -> None:
    jiyoung = await newcomer("jiyoung")
    page = jiyoung.page

    async def late(route: Route) -> None:
        await asyncio.sleep(1)
        await route.continue_()

    await page.route("**/api/me", late)
    await page.goto("/rooms")
    await page.get_by_role("button", name=ko("shell.account")).click()

    leave = page.get_by_role("menuitem", name=ko("shell.signOut", email=jiyoung.email))
    await expect(leave).to_be_visible()


async def test_a_wrong_password_is_told_and_nobody_is_let_in(newcomer: Newcomers) -> None:
    jiyoung = await newcomer("jiyoung", signed_in=False)
    await jiyoung.page.goto("/rooms")

    await jiyoung.fills_in_the_account()
    await jiyoung.page.get_by_role("button", name=ko("login.submit")).click()

    await jiyoung.is_told(ko("problem.INVALID_CREDENTIALS"))
    assert "/login" in jiyoung.page.url


async def test_the_language_changes_at_once_and_is_remembered(newcomer: Newcomers) -> None:
    jiyoung = await newcomer("jiyoung", signed_in=False)
    page = jiyoung.page
    await page.goto("/login")

    await page.get_by_role("button", name=ko("shell.otherLanguage")).click()
    await expect(page.get_by_role("heading", name=en("login.title"))).to_be_visible()
    await page.reload()

    await expect(page.get_by_role("heading", name=en("login.title"))).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "en"


async def test_an_address_that_leads_nowhere_says_so(newcomer: Newcomers) -> None:
    jiyoung = await newcomer("jiyoung", signed_in=False)

    await jiyoung.page.goto("/nothing/here")

    await expect(jiyoung.page.get_by_role("heading", name=ko("notFound.title"))).to_be_visible()
