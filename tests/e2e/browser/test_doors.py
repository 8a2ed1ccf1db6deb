"""Who comes in: passwords, seats, invitations; and who may not use the microphone."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.browser.conftest import Newcomers
from tests.e2e.browser.words import ko

pytestmark = pytest.mark.cluster


async def test_a_wrong_password_is_told_and_the_right_one_lets_in(newcomer: Newcomers) -> None:
    jiyoung, minsu = await newcomer("jiyoung"), await newcomer("minsu")
    room = await jiyoung.makes_a_room("둘만의 방", password="열려라 참깨")
    password = minsu.page.get_by_label(ko("entrance.password"))
    enter = minsu.page.get_by_role("button", name=ko("entrance.enter"))

    await minsu.page.goto(room)
    await password.fill("닫혀라 참깨")
    await enter.click()
    await minsu.is_told(ko("problem.INVALID_PASSWORD"))
    await password.fill("열려라 참깨")
    await enter.click()

    await minsu.stands_in_a_room()
    await expect(jiyoung.page.get_by_role("listitem").filter(has_text=minsu.name)).to_be_visible()


async def test_a_third_is_told_that_the_room_is_full_until_somebody_leaves(
    newcomer: Newcomers,
) -> None:
    jiyoung, minsu = await newcomer.two_in_a_room()
    third = await newcomer("third")

    await third.page.goto(jiyoung.page.url)
    await third.is_told(ko("problem.ROOM_FULL"))
    await minsu.chooses("menu.leave")
    await expect(minsu.page).to_have_url(f"{minsu.url}/rooms")
    await third.page.get_by_role("button", name=ko("talk.again")).click()

    await third.stands_in_a_room()


async def test_an_invitation_needs_no_password_until_it_is_revoked(newcomer: Newcomers) -> None:
    jiyoung, minsu = await newcomer("jiyoung"), await newcomer("minsu")
    await jiyoung.makes_a_room("둘만의 방", password="열려라 참깨")

    await jiyoung.page.get_by_role("button", name=ko("invite.open")).click()
    shown = jiyoung.page.get_by_role("textbox", name=ko("invite.link"))
    await expect(shown).to_have_value(re.compile(".*/rooms/.+[?]invite=.+"))
    link = await shown.input_value()
    await minsu.page.goto(link)
    await minsu.stands_in_a_room()
    await minsu.chooses("menu.leave")
    await expect(minsu.page).to_have_url(f"{minsu.url}/rooms")
    await jiyoung.page.get_by_role("button", name=ko("invite.revoke")).click()
    await expect(shown).to_be_hidden()
    await minsu.page.goto(link)

    await expect(minsu.page.get_by_label(ko("entrance.password"))).to_be_visible()


async def test_who_may_not_use_the_microphone_is_told_the_way_out_and_blocks_nobody(
    newcomer: Newcomers,
) -> None:
    jiyoung, minsu = await newcomer.two_in_a_room(permissions=[])

    await jiyoung.mic.click()

    await jiyoung.is_told(ko("reason.MIC_DENIED"))
    await jiyoung.mic_says("mic.idle")
    await minsu.mic_says("mic.idle")
    await jiyoung.page.get_by_role("button", name=ko("common.close")).click()
    await expect(jiyoung.page.get_by_text(ko("reason.MIC_DENIED"))).to_be_hidden()
