"""The service as a real process, with the handler beside it: nothing accepted is lost or repeated.

On servers of their own, because this module empties the broker.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import av
import httpx
import pytest
from redis.asyncio import Redis

from malmoi.contracts.events import EventType
from malmoi.contracts.sign import SignReady
from malmoi.contracts.topics import SIGN_RESULTS
from malmoi.live.services import live_processes
from malmoi.messaging.cluster import ClusterWatch
from malmoi.messaging.publisher import Publisher
from malmoi.object_store.keys import sign_tries_key
from malmoi.object_store.store import ObjectMissing, ObjectStore
from malmoi.settings import KafkaSettings
from tests.fixtures.servers import Servers, real_servers
from tests.fixtures.sign_videos import playlist, sound_only, video
from tests.integration.pipeline.conftest import Process, eventually, processes
from tests.integration.sign_service.conftest import Signs


@pytest.fixture(scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    async with real_servers(tmp_path_factory.mktemp("servers")) as running:
        if running.embedded is None:
            pytest.skip("these tests empty the broker, which needs it as a process of ours")
        yield running


@pytest.fixture(scope="module")
async def handler(quick: dict[str, str], store: ObjectStore) -> AsyncIterator[Process]:
    process = Process("result_handler", quick)
    async with processes(process):
        yield process


@pytest.fixture(scope="class")
async def service(quick: dict[str, str], handler: Process) -> AsyncIterator[Process]:
    """Gone before the tests that start services of their own, of which each wants every video."""
    process = Process("sign_service", quick)
    async with processes(process):
        yield process


async def begun(store: ObjectStore, message_id: UUID) -> bool:
    try:
        return bool(await store.read(sign_tries_key(message_id, 1)))
    except ObjectMissing:
        return False


async def updates(signs: Signs, message_id: UUID) -> int:
    told = await signs.told(message_id)
    return sum(event.type is EventType.MESSAGE_UPDATED for event in told)


@pytest.mark.usefixtures("service")
class TestWithAService:
    async def test_a_video_becomes_playable(
        self, signs: Signs, store: ObjectStore, short_video: bytes, tmp_path: Path
    ) -> None:
        message_id = await signs.hand_in(short_video)

        ready = await signs.ended(message_id)

        assert (ready.state, ready.width, ready.height) == ("ready", 320, 240)
        assert ready.playable_key is not None
        assert ready.playable_key.startswith(f"sign/{message_id}/1.")
        assert ready.poster_key is not None
        (tmp_path / "v.mp4").write_bytes(await store.read(ready.playable_key))
        with av.open(tmp_path / "v.mp4") as container:
            assert container.streams.video[0].codec_context.name == "h264"
        assert (await store.read(ready.poster_key)).startswith(b"\xff\xd8\xff")
        assert await updates(signs, message_id) == 1

    async def test_it_is_known_to_live(self, quick: dict[str, str], service: Process) -> None:
        async def instances() -> set[str]:
            async with Redis.from_url(quick["REDIS_URL"]) as redis:
                live = await live_processes(redis)
            return {each.instance for each in live if each.service == "sign_service"}

        async def known() -> bool:
            assert service.running is not None
            return f"sign-{socket.gethostname()}-{service.running.pid}" in await instances()

        async def forgotten() -> bool:
            return not await known()

        await eventually(known)
        await service.terminate()
        await eventually(forgotten, within_s=10)  # sooner than Redis would by itself
        await service.start()
        await eventually(known)

    async def test_what_is_no_video_fails_by_name_and_the_next_one_is_made(
        self, signs: Signs, short_video: bytes, tmp_path: Path
    ) -> None:
        sound = sound_only(tmp_path / "a.mp4").read_bytes()
        cut = short_video[: short_video.index(b"moov")]
        bad = {
            "VIDEO_FORMAT_REFUSED": playlist(video(tmp_path / "secret.ts", container="mpegts")),
            "VIDEO_UNREADABLE": cut,
            "NO_VIDEO_TRACK": sound,
        }
        ids = {code: await signs.hand_in(content) for code, content in bad.items()}
        good = await signs.hand_in(short_video)

        ended = {code: await signs.ended(message_id) for code, message_id in ids.items()}

        assert {code: each.error_code for code, each in ended.items()} == {c: c for c in bad}
        assert all(each.error_detail for each in ended.values())
        assert (await signs.ended(good)).state == "ready"

    async def test_a_video_that_is_gone_from_the_store_fails_by_name(self, signs: Signs) -> None:
        message_id = await signs.hand_in(None)

        ended = await signs.ended(message_id)

        assert (ended.state, ended.error_code) == ("failed", "VIDEO_MISSING")

    async def test_a_video_that_killed_its_service_too_often_is_given_up(
        self, signs: Signs, short_video: bytes
    ) -> None:
        message_id = await signs.hand_in(short_video, begun=3)

        ended = await signs.ended(message_id)

        assert (ended.state, ended.error_code) == ("failed", "SIGN_SERVICE_LOST")

    async def test_a_repeated_result_changes_nothing_and_is_counted(
        self, signs: Signs, handler: Process, quick: dict[str, str], short_video: bytes
    ) -> None:
        message_id = await signs.hand_in(short_video)
        ready = await signs.ended(message_id)
        assert ready.playable_key is not None
        assert ready.poster_key is not None
        report = SignReady(
            message_id=message_id,
            attempt=1,
            worker_id="another",
            playable_key="sign/other.mp4",
            poster_key=ready.poster_key,
            duration_s=1,
            width=2,
            height=2,
        )
        before = await duplicates(handler)

        await publish(quick, report)

        async def counted() -> bool:
            return await duplicates(handler) > before

        await eventually(counted)
        assert (await signs.now(message_id)).playable_key == ready.playable_key
        assert await updates(signs, message_id) == 1

    async def test_a_service_killed_in_the_middle_of_a_video(
        self, signs: Signs, store: ObjectStore, service: Process, long_video: bytes
    ) -> None:
        message_id = await signs.hand_in(long_video)
        await eventually(lambda: begun(store, message_id))
        await service.kill()
        assert (await signs.now(message_id)).state == "open"
        await service.start()

        ended = await signs.ended(message_id, within_s=90)

        assert (ended.state, ended.attempt) == ("ready", 1)
        assert await updates(signs, message_id) == 1
        assert int(await store.read(sign_tries_key(message_id, 1))) == 2

    async def test_a_broker_that_was_restarted_and_emptied(
        self, servers: Servers, signs: Signs, short_video: bytes, service: Process
    ) -> None:
        await service.terminate()
        waiting = [await signs.hand_in(short_video) for _ in range(3)]
        await asyncio.sleep(2)
        assert servers.embedded is not None
        await servers.embedded.kafka.restart_empty()
        await service.start()

        for message_id in waiting:
            ended = await signs.ended(message_id, within_s=120)
            assert ended.state == "ready"
            assert ended.attempt >= 2
            assert await updates(signs, message_id) == 1


async def test_a_stopped_service_leaves_its_video_to_the_next_and_counts_no_try(
    signs: Signs, store: ObjectStore, quick: dict[str, str], handler: Process, long_video: bytes
) -> None:
    hasty = Process("sign_service", {**quick, "SIGN_DRAIN_S": "0"})
    async with processes(hasty):
        message_id = await signs.hand_in(long_video)
        await eventually(lambda: begun(store, message_id))
        assert await hasty.terminate() == 0
    assert int(await store.read(sign_tries_key(message_id, 1))) == 0

    async with processes(Process("sign_service", quick)):
        assert (await signs.ended(message_id, within_s=90)).state == "ready"


async def duplicates(handler: Process) -> float:
    wanted = 'malmoi_messages_handled_total{effect="duplicate",topic="sign.results"}'
    async with httpx.AsyncClient() as client:
        page = (await client.get(f"http://127.0.0.1:{handler.port}/metrics")).text
    found = [line.rpartition(" ")[2] for line in page.splitlines() if line.startswith(wanted)]
    return float(found[0]) if found else 0.0


async def publish(environment: dict[str, str], report: SignReady) -> None:
    settings = KafkaSettings(
        **{name.lower(): value for name, value in environment.items() if "KAFKA" in name}
    )
    watch = ClusterWatch(settings)
    watching = asyncio.create_task(watch.run())
    await watch.wait_until_present()
    publisher = Publisher(settings, watch)
    await publisher.publish(SIGN_RESULTS, report, trace_id="0" * 32)
    await publisher.close()
    watching.cancel()
    await asyncio.wait([watching])
