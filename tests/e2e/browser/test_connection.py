"""The network goes and comes back: nothing is missing, nothing is twice."""

import asyncio

import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.e2e.browser.conftest import Newcomers
from tests.e2e.browser.line import line_to
from tests.e2e.browser.words import ko
from tests.e2e.conftest import SPEECH, RunningCluster

pytestmark = [pytest.mark.cluster, pytest.mark.model]


async def test_who_was_cut_off_is_told_and_then_reads_everything_once(
    cluster: RunningCluster, newcomer: Newcomers
) -> None:
    async with line_to(cluster.port) as line:
        jiyoung, minsu = await newcomer("jiyoung"), await newcomer("minsu", url=line.url)
        await minsu.enters(await jiyoung.makes_a_room("말모이"))
        reconnecting = minsu.page.get_by_role("status").filter(has_text=ko("room.reconnecting"))
        await jiyoung.sends_a_recording(SPEECH / "ko_study.flac")
        before = await minsu.reads(1)

        line.cut()
        await expect(reconnecting).to_be_visible()
        await jiyoung.sends_a_recording(SPEECH / "ko_lunch.flac")
        await jiyoung.sends_a_recording(SPEECH / "ko_commute.flac")
        assert await minsu.texts.all_inner_texts() == before
        line.mend()

        heard = await minsu.reads(3)
        await expect(reconnecting).to_be_hidden()
        assert heard == await jiyoung.reads(3)
        assert len(set(heard)) == 3


async def test_what_is_said_between_the_page_and_its_socket_is_read_too(
    newcomer: Newcomers,
) -> None:
    jiyoung, minsu = await newcomer("jiyoung"), await newcomer("minsu")
    await minsu.enters(await jiyoung.makes_a_room("말모이"))
    may_connect = asyncio.Event()

    async def late(socket: WebSocketRoute) -> None:
        await may_connect.wait()
        socket.connect_to_server()

    await minsu.page.route_web_socket("**/ws/rooms/**", late)
    async with minsu.page.expect_response("**/api/messages?**"):
        await minsu.page.reload()
    await jiyoung.sends_a_recording(SPEECH / "ko_study.flac")
    may_connect.set()

    assert await minsu.reads(1) == await jiyoung.reads(1)


async def test_a_recording_that_could_not_be_sent_is_kept_over_a_reload_and_sent_later(
    cluster: RunningCluster, newcomer: Newcomers
) -> None:
    async with line_to(cluster.port) as line:
        jiyoung, minsu = await newcomer("jiyoung", url=line.url), await newcomer("minsu")
        await minsu.enters(await jiyoung.makes_a_room("말모이"))
        kept = jiyoung.page.get_by_role("list", name=ko("clip.list"))

        line.cut()
        await jiyoung.page.get_by_test_id("audio-file").set_input_files(SPEECH / "ko_study.flac")
        await jiyoung.is_told(ko("problem.NETWORK"))
        await expect(kept.get_by_text(ko("clip.kept"))).to_be_visible()
        line.mend()
        await jiyoung.page.reload()
        await expect(kept.get_by_text(ko("reason.LEFT_OVER"))).to_be_visible()
        await kept.get_by_role("button", name=ko("clip.send")).click()

        assert await minsu.reads(1) == await jiyoung.reads(1)
        await expect(kept).to_be_hidden()
