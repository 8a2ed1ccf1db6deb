"""One's own account: keys for programs, limits, and how long things are kept."""

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser.conftest import Newcomers
from tests.e2e.browser.person import Person
from tests.e2e.browser.words import account_ko as ko
from tests.e2e.browser.words import ko as room_ko
from tests.e2e.conftest import SPEECH

pytestmark = pytest.mark.cluster
CLIP = SPEECH / "ko_lunch.flac"


async def test_a_program_speaks_for_an_account_until_its_key_is_revoked(
    newcomer: Newcomers, client: httpx.AsyncClient
) -> None:
    jiyoung = await newcomer("jiyoung")
    page = jiyoung.page
    await opens_the_account(jiyoung)

    secret = await makes_a_key(page, "신문사", without="recordings:write")
    program = {"Authorization": f"Bearer {secret}"}
    assert (await client.get("/api/jobs", headers=program)).status_code == 200
    refused = await client.post("/api/jobs", headers=program, files={"file": b"x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "SCOPE_MISSING")
    await page.get_by_role("button", name=ko("secret.done")).press("Enter")
    await expect(page.get_by_text(ko("secret.title"))).to_have_count(0)
    await page.reload()
    row = page.get_by_role("list", name=ko("keys.list")).get_by_role("listitem")
    await expect(row).to_contain_text(secret[:10])
    await expect(row).not_to_contain_text(ko("keys.unused"))

    await page.get_by_role("button", name=ko("keys.revoke.of", name="신문사")).press("Enter")
    await page.get_by_role("dialog").get_by_role("button", name=ko("keys.revoke")).press("Enter")

    await expect(page.get_by_text(ko("keys.none"))).to_be_visible()
    assert (await client.get("/api/jobs", headers=program)).status_code == 401


async def test_an_account_sees_its_limits_and_is_asked_before_things_are_kept_shorter(
    newcomer: Newcomers, client: httpx.AsyncClient
) -> None:
    jiyoung = await newcomer("jiyoung", signed_in=False)
    headers = {"Authorization": f"Bearer {await jiyoung.is_signed_in()}"}
    handed_in = await client.post("/api/jobs", headers=headers, files={"file": CLIP.read_bytes()})
    assert handed_in.status_code == 202
    page = jiyoung.page
    await opens_the_account(jiyoung)

    uploaded = page.get_by_role("progressbar", name=ko("limits.bytes"))
    await expect(uploaded).to_have_attribute("value", str(CLIP.stat().st_size))
    days = page.get_by_role("textbox", name=ko("keep.audio"))
    await days.fill("0")
    await expect(page.get_by_role("button", name=ko("keep.save"))).to_be_disabled()
    await days.fill("7")
    await days.press("Enter")
    await page.get_by_role("button", name=ko("keep.shorter.confirm")).click()
    await expect(page.get_by_text(ko("keep.saved")).first).to_be_visible()

    kept = (await client.get("/api/me/retention", headers=headers)).json()
    assert (kept["audio_days"], kept["text_days"]) == (7, None)
    await page.reload()
    await expect(days).to_have_value("7")


async def opens_the_account(person: Person) -> None:
    """From the menu that stands on every page, by keyboard alone."""
    page = person.page
    await page.goto("/rooms")
    await page.get_by_role("button", name=room_ko("shell.account")).press("Enter")
    await page.get_by_role("menuitem", name=room_ko("shell.account")).press("Enter")
    await expect(page.get_by_role("heading", level=1, name=ko("title"))).to_be_visible()


async def makes_a_key(page: Page, name: str, *, without: str) -> str:
    """By keyboard alone; returns the secret."""
    await page.get_by_role("button", name=ko("keys.make")).press("Enter")
    await page.keyboard.type(name)
    await page.get_by_role("checkbox", name=ko(f"scope.{without}")).press("Space")
    await page.get_by_label(ko("new.name")).press("Enter")
    field = page.get_by_role("textbox", name=ko("secret.label", name=name))
    await expect(field).to_be_visible()
    return await field.input_value()
