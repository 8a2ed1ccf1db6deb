"""Two people talk: what one says stands on the other's screen."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser.conftest import VOICES, Newcomers
from tests.e2e.browser.microphone import time_to_say_s
from tests.e2e.browser.spoken import is_said, letters
from tests.e2e.browser.window import PASSWORD, PATIENCE_MS
from tests.e2e.browser.words import ko
from tests.e2e.conftest import SPEECH

pytestmark = [pytest.mark.cluster, pytest.mark.model]


async def test_two_people_hold_a_conversation_in_korean(newcomer: Newcomers) -> None:
    jiyoung, minsu = await newcomer.two_in_a_room()

    await jiyoung.begins_to_speak()
    await minsu.sees_speak(jiyoung)
    await jiyoung.page.wait_for_timeout(time_to_say_s(VOICES[0]) * 1000)
    await jiyoung.mic.click()
    await jiyoung.is_understood()
    [question] = await minsu.reads(1)
    await jiyoung.gives_the_turn_back()

    await minsu.mic_says("mic.idle")
    async with minsu.holding_the_mic():
        await minsu.mic_says("mic.recording")
        await jiyoung.sees_speak(minsu)
        await minsu.page.wait_for_timeout(time_to_say_s(VOICES[1]) * 1000)
    await minsu.is_understood()
    heard = await jiyoung.reads(2)

    assert is_said(question, VOICES[0]), question
    assert heard[0] == question
    assert is_said(heard[1], VOICES[1]), heard[1]
    assert await minsu.reads(2) == heard


async def test_a_recording_is_sent_as_a_file_and_heard_word_by_word(newcomer: Newcomers) -> None:
    jiyoung, minsu = await newcomer.two_in_a_room()

    await jiyoung.sends_a_recording(SPEECH / "ko_commute.flac")
    [text] = await minsu.reads(1)
    await minsu.page.get_by_role("button", name=ko("said.play")).click()

    place = minsu.page.get_by_role("slider", name=ko("said.audio"))
    await expect(place).not_to_have_value("0")
    words = minsu.page.locator(".word")
    await expect(words.first).to_be_visible()
    assert letters("".join(await words.all_inner_texts())) == letters(text)
    await expect(minsu.page.locator(".word-now")).to_be_visible()


async def test_two_windows_of_one_person_know_of_each_other(newcomer: Newcomers) -> None:
    jiyoung, minsu = await newcomer.two_in_a_room()
    other = await jiyoung.another_tab()
    await other.enters(jiyoung.page.url)

    await jiyoung.begins_to_speak()
    await other.mic_says("mic.elsewhere")
    await jiyoung.page.wait_for_timeout(time_to_say_s(VOICES[0]) * 1000)
    await jiyoung.mic.click()
    await jiyoung.is_understood()
    await jiyoung.gives_the_turn_back()

    await other.mic_says("mic.idle")
    assert await other.reads(1) == await jiyoung.reads(1) == await minsu.reads(1)
    await other.page.close()
    await expect(minsu.page.get_by_text(ko("people.offline"))).to_have_count(0)


async def test_the_keyboard_is_enough_from_the_sign_in_to_a_sent_clip(newcomer: Newcomers) -> None:
    jiyoung = await newcomer("jiyoung", signed_in=False)
    page, keys = jiyoung.page, jiyoung.page.keyboard
    await page.goto("/")

    await tabs_to(page, ko("login.toSignup"))
    await keys.press("Enter")
    await tabs_to(page, ko("account.email"))
    await keys.type(jiyoung.email)
    await tabs_to(page, ko("account.password"))
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await tabs_to(page, ko("rooms.create"))
    await keys.press("Enter")
    await tabs_to(page, ko("create.name"))
    await keys.type("글쇠만으로")
    await keys.press("Enter")
    await tabs_to(page, ko("mic.idle"))
    await keys.down("Space")
    await jiyoung.mic_says("mic.recording")
    await page.wait_for_timeout(time_to_say_s(VOICES[0]) * 1000)
    await keys.up("Space")

    [text] = await jiyoung.reads(1)
    assert is_said(text, VOICES[0]), text


async def tabs_to(page: Page, name: str) -> None:
    """Press Tab until what has this name has the focus; a page that changes is waited for."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while name not in await page.evaluate(NAMES_OF_THE_FOCUSED):
            await page.keyboard.press("Tab")


NAMES_OF_THE_FOCUSED = """() => {
    const one = document.activeElement
    const names = [one.getAttribute('aria-label'), one.labels?.[0]?.innerText, one.innerText]
    return names.map(name => name?.trim())
}"""
