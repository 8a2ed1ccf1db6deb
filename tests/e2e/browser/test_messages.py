"""What has been said is mended, taken back, and taken home."""

import json
from pathlib import Path

import pytest
from playwright.async_api import Download, expect

from tests.e2e.browser.conftest import Newcomers
from tests.e2e.browser.person import Person
from tests.e2e.browser.words import ko
from tests.e2e.conftest import SPEECH

pytestmark = [pytest.mark.cluster, pytest.mark.model]


async def test_who_mends_a_message_keeps_what_was_recognised_and_may_take_it_back(
    newcomer: Newcomers,
) -> None:
    jiyoung, minsu = await newcomer.two_in_a_room()
    await jiyoung.sends_a_recording(SPEECH / "ko_study.flac")
    [recognised] = await jiyoung.reads(1)

    await jiyoung.chooses("said.edit", of=jiyoung.messages)
    await jiyoung.page.get_by_role("textbox", name=ko("edit.label")).fill("저는 부산에 삽니다.")
    await jiyoung.page.get_by_role("button", name=ko("edit.save")).click()

    for each in (jiyoung, minsu):
        await expect(each.texts).to_have_text(["저는 부산에 삽니다."])
        await expect(each.messages.get_by_text(ko("said.edited"))).to_be_visible()
    await jiyoung.page.get_by_text(ko("said.original")).click()
    await expect(jiyoung.page.get_by_text(recognised)).to_be_visible()
    await expect(minsu.page.get_by_text(ko("said.original"))).to_have_count(0)
    assert await offers(minsu) == [ko("said.copy")]

    await jiyoung.chooses("said.delete", of=jiyoung.messages)
    await jiyoung.page.get_by_role("button", name=ko("said.delete")).click()
    for each in (jiyoung, minsu):
        await expect(each.messages).to_have_count(0)


async def test_the_conversation_is_taken_home_in_three_formats(newcomer: Newcomers) -> None:
    jiyoung, minsu = await newcomer.two_in_a_room()
    await jiyoung.sends_a_recording(SPEECH / "ko_study.flac")
    await minsu.sends_a_recording(SPEECH / "ko_lunch.flac")
    first, second = await jiyoung.reads(2)

    text, subtitles, document = [
        await saved(jiyoung, format_) for format_ in ("txt", "srt", "json")
    ]

    assert text.index(first) < text.index(second)
    assert subtitles.startswith("1\n00:00:0")
    assert first in subtitles
    assert [each["text"] for each in json.loads(document)["messages"]] == [first, second]


async def offers(person: Person) -> list[str]:
    """What the menu of the only message offers."""
    await person.messages.get_by_role("button", name=ko("said.more")).click()
    offered = await person.page.get_by_role("menuitem").all_inner_texts()
    await person.page.keyboard.press("Escape")
    return offered


async def saved(person: Person, format_: str) -> str:
    async with person.page.expect_download() as waiting:
        await person.chooses(f"menu.{format_}")
    download: Download = await waiting.value
    assert download.suggested_filename == f"말모이.{format_}"
    return Path(await download.path()).read_text(encoding="utf-8")
