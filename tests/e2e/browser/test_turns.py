"""Whose turn it is: raced for, waited for, lost."""

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.e2e.browser.conftest import VOICES, Newcomers
from tests.e2e.browser.line import line_to
from tests.e2e.browser.microphone import time_to_say_s
from tests.e2e.browser.person import Person
from tests.e2e.browser.spoken import is_said
from tests.e2e.browser.words import ko
from tests.e2e.conftest import RunningCluster

pytestmark = [pytest.mark.cluster, pytest.mark.model]


async def test_of_two_who_press_at_once_one_speaks_and_the_other_sees_who(
    newcomer: Newcomers,
) -> None:
    people = await newcomer.two_in_a_room()
    both_asked = asyncio.Barrier(2)

    async def together(route: Route) -> None:
        await both_asked.wait()
        await route.continue_()

    for each in people:
        await each.page.route("**/speaker/acquire", together)
    await asyncio.gather(*(each.mic.click() for each in people))

    async def speaks(person: Person) -> bool:
        await expect(person.mic).to_have_attribute("data-state", re.compile("recording|disabled"))
        return await person.mic.get_attribute("data-state") == "recording"

    spoke = [await speaks(each) for each in people]
    assert sorted(spoke) == [False, True]
    await people[spoke.index(False)].sees_speak(people[spoke.index(True)])


async def test_a_raised_hand_is_offered_the_next_turn(newcomer: Newcomers) -> None:
    jiyoung, minsu = await newcomer.two_in_a_room()

    await jiyoung.begins_to_speak()
    await minsu.page.get_by_role("button", name=ko("hand.raise")).click()
    await expect(jiyoung.page.get_by_text(ko("people.place", place=1))).to_be_visible()
    await jiyoung.page.get_by_role("button", name=ko("mic.discard")).click()
    await jiyoung.page.get_by_role("button", name=ko("mic.release")).click()
    await jiyoung.mic_says("mic.offered", name=minsu.name)
    await expect(jiyoung.mic).to_be_disabled()
    await minsu.page.get_by_role("button", name=ko("hand.take").partition("(")[0]).click()

    await minsu.mic_says("mic.recording")
    await jiyoung.sees_speak(minsu)
    await expect(jiyoung.page.get_by_text(ko("people.place", place=1))).to_be_hidden()


async def test_a_turn_that_ends_while_its_speaker_is_cut_off_costs_no_recording(
    cluster: RunningCluster, newcomer: Newcomers
) -> None:
    async with line_to(cluster.port) as line:
        jiyoung = await newcomer("jiyoung", url=line.url)
        minsu = await newcomer("minsu")
        await minsu.enters(await jiyoung.makes_a_room("말모이"))

        await jiyoung.begins_to_speak()
        await minsu.sees_speak(jiyoung)
        await jiyoung.page.wait_for_timeout(time_to_say_s(VOICES[0]) * 1000)
        line.cut()
        await minsu.mic_says("mic.idle")
        line.mend()
        await jiyoung.is_told(ko("reason.TURN_ENDED"))
        kept = jiyoung.page.get_by_role("list", name=ko("clip.list"))
        await jiyoung.mic_says("mic.idle")
        await kept.get_by_role("button", name=ko("clip.send")).click()

        [text] = await minsu.reads(1)
        assert is_said(text, VOICES[0]), text
        await expect(kept).to_be_hidden()
        assert await jiyoung.reads(1) == [text]
