"""Recordings that exist already become texts, for nobody but their owner."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Locator, Request, expect

from tests.e2e.browser.conftest import Newcomers
from tests.e2e.browser.microphone import lecture, silence, sound_of, written
from tests.e2e.browser.person import SLOW_MS, Person
from tests.e2e.browser.spoken import is_said
from tests.e2e.browser.words import ko as room_ko
from tests.e2e.browser.words import recordings_ko as ko
from tests.e2e.conftest import SPEECH

pytestmark = [pytest.mark.cluster, pytest.mark.model]
SECOND_PART = re.compile(r"/malmoi/uploads/.*partNumber=2")
LETTER = {"name": "letter.mp3", "mimeType": "audio/mpeg", "buffer": b"no sound at all " * 200}


async def test_recordings_are_handed_in_read_heard_taken_home_and_forgotten(
    newcomer: Newcomers,
) -> None:
    jiyoung, minsu = await newcomer("jiyoung"), await newcomer("minsu")
    page = jiyoung.page
    await opens_recordings(jiyoung)
    await expect(page.get_by_text(ko("empty.title"))).to_be_visible()

    await hands_in(jiyoung, SPEECH / "ko_study.flac", SPEECH / "ko_lunch.flac")

    rows = rows_of(jiyoung)
    await expect(rows).to_have_count(2, timeout=SLOW_MS)
    await expect(rows.get_by_text(ko("state.completed"))).to_have_count(2, timeout=SLOW_MS)
    await expect(page.get_by_role("list", name=ko("sending.list"))).to_have_count(0)
    await rows.filter(has_text="ko_lunch.flac").click()
    await expect(page.get_by_role("heading", level=1, name="ko_lunch.flac")).to_be_visible()
    text = await reads(jiyoung)
    assert is_said(text, "ko_lunch")
    await hears_the_first_stretch(jiyoung)
    assert is_said(spoken_lines(await saved(jiyoung, "srt")), "ko_lunch")
    assert is_said(await saved(jiyoung, "txt"), "ko_lunch")

    await opens_recordings(minsu)
    await expect(minsu.page.get_by_text(ko("empty.title"))).to_be_visible()
    await minsu.page.goto(page.url)
    await expect(minsu.page.get_by_text(ko("one.missing"))).to_be_visible()

    await page.get_by_role("button", name=ko("one.delete"), exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name=ko("one.delete"), exact=True).click()
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("ko_study.flac")


async def test_a_recording_that_is_open_is_followed_to_its_end(
    newcomer: Newcomers, tmp_path: Path
) -> None:
    jiyoung = await newcomer("jiyoung")
    page = jiyoung.page
    await opens_recordings(jiyoung)
    await hands_in(jiyoung, lecture("ko_study", 1, tmp_path))

    async with page.expect_request("**/events") as following:
        await rows_of(jiyoung).click()

    await following.value
    await expect(page.get_by_role("progressbar")).to_be_visible()
    assert "한국어" in await reads(jiyoung)
    await expect(page.get_by_role("progressbar")).to_have_count(0)


async def test_the_words_of_a_long_recording_are_read_while_it_is_recognised(
    newcomer: Newcomers, tmp_path: Path
) -> None:
    jiyoung = await newcomer("jiyoung")
    page = jiyoung.page
    await opens_recordings(jiyoung)
    await hands_in(jiyoung, lecture("ko_study", 2, tmp_path))
    await rows_of(jiyoung).click()

    so_far = page.get_by_role("region", name=ko("soFar.title"))
    parts = so_far.get_by_role("listitem")
    await expect(parts.first).to_contain_text("한국어", timeout=4 * SLOW_MS)
    await expect(parts.last).to_contain_text(room_ko("live.gap"))
    await page.reload()
    await expect(parts.first).to_contain_text("한국어")

    await expect(stretches_of(jiyoung).first).to_be_visible(timeout=4 * SLOW_MS)
    await expect(so_far).to_have_count(0)


async def test_a_file_that_is_no_recording_says_why(newcomer: Newcomers) -> None:
    jiyoung = await newcomer("jiyoung")
    page = jiyoung.page
    await opens_recordings(jiyoung)

    await page.get_by_test_id("recording-files").set_input_files(LETTER)  # type: ignore[arg-type]

    await rows_of(jiyoung).filter(has_text=ko("state.failed")).click(timeout=SLOW_MS)
    await expect(page.get_by_text(ko("verdict.failed"))).to_be_visible()
    await expect(page.get_by_text(room_ko("problem.AUDIO_UNREADABLE"))).to_be_visible()
    first = page.url
    await page.get_by_role("button", name=ko("one.retry")).click()
    await expect(page).not_to_have_url(first)
    await expect(page.get_by_text(ko("verdict.failed"))).to_be_visible(timeout=SLOW_MS)
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name=ko("one.download")).click()
    download = await waiting.value
    assert download.suggested_filename == LETTER["name"]
    assert Path(await download.path()).read_bytes() == LETTER["buffer"]


async def test_a_large_recording_that_is_cut_off_goes_on_where_it_was(
    newcomer: Newcomers, tmp_path: Path
) -> None:
    jiyoung = await newcomer("jiyoung")
    page = jiyoung.page
    page.on("dialog", lambda dialog: dialog.accept())
    film = written(tmp_path / "film.wav", sound_of("ko_lunch"), silence(380))
    assert film.stat().st_size > 12_000_000
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(part_of(asked)) if asked.method == "PUT" else None)
    await page.route(SECOND_PART, lambda route: route.abort())
    await opens_recordings(jiyoung)

    async with page.expect_request_finished(
        lambda asked: asked.method == "PUT" and part_of(asked) == "1"
    ):
        await hands_in(jiyoung, film)
    await page.reload()

    unfinished = page.get_by_role("listitem").filter(has_text=ko("sending.unfinished"))
    await expect(unfinished).to_contain_text("film.wav")
    await page.unroute(SECOND_PART)
    sent.clear()
    async with page.expect_file_chooser() as choosing:
        await unfinished.get_by_role(
            "button", name=ko("sending.choose.of", name="film.wav")
        ).click()
    await (await choosing.value).set_files(film)

    await rows_of(jiyoung).filter(has_text=ko("state.completed")).click(timeout=SLOW_MS)
    assert is_said(await reads(jiyoung), "ko_lunch")
    # Straight to the bucket, the rest of it, and once.
    assert sent == ["2"]


def part_of(request: Request) -> str:
    """The number of the part of an upload that a request puts into the bucket."""
    address = urlsplit(request.url)
    assert address.path.startswith("/malmoi/uploads/")
    return parse_qs(address.query)["partNumber"][0]


async def opens_recordings(person: Person) -> None:
    """By the link that stands on every page."""
    await person.page.goto("/rooms")
    places = person.page.get_by_role("navigation", name=room_ko("shell.places"))
    await places.get_by_role("link", name=room_ko("shell.recordings"), exact=True).click()
    heading = person.page.get_by_role("heading", level=1, name=ko("title"))
    await expect(heading).to_be_visible()


async def hands_in(person: Person, *files: Path) -> None:
    await person.page.get_by_test_id("recording-files").set_input_files(files)


def rows_of(person: Person) -> Locator:
    return person.page.get_by_role("list", name=ko("list")).get_by_role("link")


def stretches_of(person: Person) -> Locator:
    said = person.page.get_by_role("region", name=ko("said.title"), exact=True)
    return said.get_by_role("list").get_by_role("listitem")


async def reads(person: Person) -> str:
    """The text of the recording that is open, without its times."""
    await expect(stretches_of(person).first).to_be_visible(timeout=SLOW_MS)
    return " ".join(await stretches_of(person).get_by_role("paragraph").all_inner_texts())


async def hears_the_first_stretch(person: Person) -> None:
    """By its time, which is marked while it is heard."""
    first = stretches_of(person).first
    await first.get_by_role("button").click()
    await expect(first).to_have_attribute("aria-current", "true")
    place = person.page.get_by_role("slider", name=room_ko("said.audio"))
    await expect(place).not_to_have_value("0")


async def saved(person: Person, format_: str) -> str:
    button = person.page.get_by_role("button", name=ko("save.as", format=format_))
    async with person.page.expect_download() as waiting:
        await button.click()
    download = await waiting.value
    assert download.suggested_filename == f"ko_lunch.{format_}"
    return Path(await download.path()).read_text(encoding="utf-8")


def spoken_lines(subtitles: str) -> str:
    """What the cues say: neither their numbers nor their times."""
    assert subtitles.startswith("1\n00:00:0")
    lines = subtitles.splitlines()
    return " ".join(each for each in lines if "-->" not in each and not each.isdigit())
