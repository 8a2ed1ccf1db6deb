"""docs/first-conversation.md: its clicks lead two newcomers to their first words."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.browser.conftest import VOICES, Newcomers
from tests.e2e.browser.microphone import time_to_say_s
from tests.e2e.browser.person import Person
from tests.e2e.browser.spoken import is_said
from tests.e2e.browser.words import catalogue, ko
from tests.e2e.conftest import ROOT

CLICKS = ROOT / "docs/first-conversation.md"
BUTTON = re.compile(r"\*\*([^*]+)\*\* \((\w[^)]*)\)")


@pytest.mark.cluster
@pytest.mark.model
async def test_two_newcomers_talk_without_having_read_anything(newcomer: Newcomers) -> None:
    # Their own address, as a real one could copy and paste it.
    allowed = {"permissions": ["microphone", "clipboard-read", "clipboard-write"]}
    jiyoung = await newcomer("jiyoung", signed_in=False, **allowed)
    minsu = await newcomer("minsu", signed_in=False)

    await jiyoung.page.goto("/")
    await jiyoung.signs_up()
    await clicks(jiyoung, "rooms.create")
    await jiyoung.page.get_by_label(ko("create.name")).fill("첫 대화")
    await clicks(jiyoung, "create.submit")
    await clicks(jiyoung, "invite.open")
    await clicks(jiyoung, "invite.copy")
    await expect(jiyoung.page.get_by_text(ko("invite.copied"), exact=True)).to_be_visible()
    link = await jiyoung.page.evaluate("navigator.clipboard.readText()")
    await jiyoung.page.get_by_role("dialog").get_by_label(ko("common.close")).click()

    await minsu.page.goto(link)
    await minsu.signs_up()
    await minsu.stands_in_a_room()

    await jiyoung.speaks_for(time_to_say_s(VOICES[0]))
    [text] = await minsu.reads(1)
    assert is_said(text, VOICES[0]), text
    await jiyoung.gives_the_turn_back()
    await minsu.mic_says("mic.idle")


def test_the_written_clicks_name_the_buttons_as_they_stand_on_the_screen() -> None:
    korean, english = catalogue("i18n/ko.ts"), catalogue("i18n/en.ts")
    pairs = {(korean[key], english[key]) for key in korean}
    named = set(BUTTON.findall(CLICKS.read_text()))

    assert len(named) >= 8
    assert named <= pairs


async def clicks(person: Person, button: str) -> None:
    await person.page.get_by_role("button", name=ko(button), exact=True).click()
