"""A sign video: on both screens, playable; and what is no video."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.browser.conftest import Newcomers
from tests.e2e.browser.person import SLOW_MS, Person
from tests.e2e.browser.words import ko
from tests.fixtures.sign_videos import video

pytestmark = pytest.mark.cluster
HAVE_CURRENT_DATA = 2


async def test_a_sign_video_stands_on_both_screens_and_plays(
    newcomer: Newcomers, tmp_path: Path
) -> None:
    jiyoung, minsu = await newcomer.two_in_a_room()

    await sends_signs(jiyoung, video(tmp_path / "hello.mp4", seconds=2))

    for each in (jiyoung, minsu):
        await expect(each.messages.get_by_text(ko("sign.pending"))).to_be_visible()
        poster = each.messages.get_by_role("button", name=ko("sign.play"))
        await expect(poster.locator("img")).to_have_js_property(
            "naturalWidth", 320, timeout=SLOW_MS
        )
        await poster.click()
        playing = each.messages.get_by_label(ko("sign.video"), exact=True)
        await expect(playing).to_have_js_property("videoWidth", 320)
        shown = await playing.evaluate("video => [video.readyState, video.error]")
        assert shown[0] >= HAVE_CURRENT_DATA
        assert shown[1] is None


async def test_what_is_no_video_is_told_to_its_sender_only_with_the_reason(
    newcomer: Newcomers, tmp_path: Path
) -> None:
    jiyoung, minsu = await newcomer.two_in_a_room()
    letter = tmp_path / "letter.mp4"
    letter.write_text("이것은 영상이 아니라 글입니다.\n" * 100)

    await sends_signs(jiyoung, letter)

    for each in (jiyoung, minsu):
        await expect(each.messages.get_by_text(ko("sign.failed"))).to_be_visible(timeout=SLOW_MS)
    why = ko("problem.VIDEO_UNREADABLE")
    await expect(jiyoung.messages.get_by_text(why)).to_be_visible()
    await expect(minsu.messages.get_by_text(why)).to_have_count(0)


async def sends_signs(person: Person, file: Path) -> None:
    await person.page.get_by_role("button", name=ko("sign.open")).click()
    await person.page.get_by_test_id("sign-file").set_input_files(file)
    await person.page.get_by_role("button", name=ko("clip.send")).click()
    await expect(person.page.get_by_role("dialog")).to_be_hidden()
