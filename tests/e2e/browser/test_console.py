"""Who runs the place looks into the very job that two people in a room have just caused."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser.conftest import Newcomers
from tests.e2e.browser.microphone import lecture
from tests.e2e.browser.person import Person
from tests.e2e.browser.spoken import letters
from tests.e2e.browser.words import console_ko as ko
from tests.e2e.browser.words import ko as room_ko
from tests.e2e.conftest import SPEECH, RunningCluster

pytestmark = [pytest.mark.cluster, pytest.mark.model]
HOPS = ("accepted", "dispatched", "started", "finished")


@pytest.fixture
async def admin(cluster: RunningCluster, newcomer: Newcomers) -> Person:
    admin = await newcomer("admin")
    cluster.malmoi("admin", "grant", admin.email)
    return admin


async def test_the_job_of_a_message_is_found_heard_and_understood(
    newcomer: Newcomers, admin: Person
) -> None:
    jiyoung = await newcomer("jiyoung")
    await jiyoung.makes_a_room("금요일 회의")
    await jiyoung.sends_a_recording(SPEECH / "ko_study.flac")
    [text] = await jiyoung.reads(1)
    page = admin.page

    await page.goto("/rooms")
    await page.get_by_role("button", name=room_ko("shell.account")).click()
    await page.get_by_role("menuitem", name=room_ko("shell.console")).click()
    await page.get_by_label(ko("filters.q"), exact=True).fill(jiyoung.email)
    rows = page.get_by_role("table", name=ko("jobs.caption")).get_by_role("row")
    await expect(rows).to_have_count(2)
    await expect(rows.last).to_contain_text(text)
    await rows.last.get_by_role("link").click()

    hops = page.get_by_role("table", name=ko("job.hops.caption"))
    for hop in HOPS:
        await expect(hops.get_by_role("row").filter(has_text=ko(f"hop.{hop}"))).to_be_visible()
    await expect(hops.get_by_text(ko("job.hops.pending"))).to_have_count(0)
    words = page.locator(".segments .words").get_by_role("button")
    assert letters("".join(await words.all_inner_texts())) == letters(text)
    await page.get_by_role("button", name=ko("player.play"), exact=True).click()
    place = page.get_by_role("slider", name=ko("player.seek"))
    await expect(place).not_to_have_value("0")


async def test_the_job_of_an_awkward_file_says_why_and_what_to_do(
    newcomer: Newcomers, admin: Person
) -> None:
    jiyoung = await newcomer("jiyoung")
    await jiyoung.makes_a_room("금요일 회의")
    letter = {"name": "letter.mp3", "mimeType": "audio/mpeg", "buffer": b"no sound at all " * 200}
    await jiyoung.page.get_by_test_id("audio-file").set_input_files(letter)  # type: ignore[arg-type]
    await expect(jiyoung.messages.get_by_text(room_ko("said.failed"))).to_be_visible()
    page = admin.page

    await page.goto(f"/admin/jobs?q={jiyoung.email}&state=failed")
    await page.get_by_role("table").get_by_role("link").click()

    await expect(page.get_by_text(ko("job.said.failed"))).to_be_visible()
    for told in ("why", "todo"):
        answer = page.get_by_role("definition").filter(
            has_text=ko(f"error.AUDIO_UNREADABLE.{told}")
        )
        await expect(answer).to_be_visible()


async def test_a_job_that_is_cancelled_ends_on_both_screens_and_is_done_again_on_demand(
    newcomer: Newcomers, admin: Person, tmp_path: Path
) -> None:
    jiyoung = await newcomer("jiyoung")
    await jiyoung.makes_a_room("긴 강의")
    long = lecture("ko_study", 1, tmp_path)
    await jiyoung.page.get_by_test_id("audio-file").set_input_files(long)
    page = admin.page
    await page.goto(f"/admin/jobs?q={jiyoung.email}")
    await page.get_by_role("table").get_by_role("link").click()

    await page.get_by_role("button", name=ko("job.cancel")).click()
    await page.get_by_role("dialog").get_by_role("button", name=ko("job.cancel")).click()

    await expect(page.get_by_text(ko("job.said.cancelled"))).to_be_visible()
    await expect(jiyoung.messages.get_by_text(room_ko("said.failed"))).to_be_visible()
    await page.get_by_role("button", name=ko("job.retry")).click()
    await expect(page.get_by_text(ko("job.said.cancelled"))).to_be_hidden()
    assert await jiyoung.reads(1)


async def test_every_page_of_the_console_shows_the_running_system(
    cluster: RunningCluster, newcomer: Newcomers, admin: Person
) -> None:
    jiyoung = await newcomer("jiyoung")
    await jiyoung.makes_a_room(f"방 {jiyoung.name}")
    page = admin.page

    await page.goto("/admin")
    await goes_to(page, "deadLetters", heading="dead")
    await expect(page.get_by_text(ko("dead.empty"), exact=True)).to_be_visible()
    await goes_to(page, "workers")
    worker = page.get_by_role("table", name=ko("workers.caption")).get_by_role("row").last
    await expect(worker).to_contain_text(ko("workers.alive"))
    await goes_to(page, "rooms")
    room = page.get_by_role("row").filter(has_text=f"방 {jiyoung.name}")
    await expect(room).to_contain_text(jiyoung.email)
    await goes_to(page, "users")
    await page.get_by_label(ko("users.q")).fill(jiyoung.email)
    await expect(page.get_by_role("row")).to_have_count(2)
    await goes_to(page, "health")
    await expect(page.get_by_text(ko("health.allOk"))).to_be_visible()
    assert await page.get_by_role("row").count() >= len(cluster.parts())


async def test_the_console_is_not_there_for_anybody_else(newcomer: Newcomers) -> None:
    jiyoung = await newcomer("jiyoung")

    await jiyoung.page.goto("/admin/jobs")

    await expect(jiyoung.page.get_by_text(room_ko("notFound.title"))).to_be_visible()
    await expect(jiyoung.page.get_by_role("table")).to_have_count(0)


async def goes_to(page: Page, where: str, *, heading: str | None = None) -> None:
    links = page.get_by_role("navigation", name=ko("nav"))
    await links.get_by_role("link", name=ko(f"nav.{where}"), exact=True).click()
    title = ko(f"{heading or where}.title")
    await expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
