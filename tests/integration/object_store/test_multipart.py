"""Multipart uploads by private calls of the client library, against a real S3 server."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from malmoi.object_store.multipart import (
    PART_BYTES,
    PARTS_MAX,
    Multipart,
    StoredPart,
    part_bytes_for,
)
from malmoi.object_store.presigned import NoAddress, Presigner
from malmoi.object_store.store import (
    MultipartMissing,
    ObjectMissing,
    ObjectStore,
    ObjectTooLarge,
    PartsRefused,
)
from malmoi.settings import ObjectStoreSettings

MIB = 1024**2
FIVE = bytes(5 * MIB)
TYPE = "audio/flac"


@pytest.fixture
async def settings(environment: dict[str, str]) -> ObjectStoreSettings:
    return ObjectStoreSettings(**{name.lower(): value for name, value in environment.items()})


@pytest.fixture
async def multipart(settings: ObjectStoreSettings) -> Multipart:
    store = ObjectStore(settings)
    await store.ensure_bucket()
    return Multipart(store)


@pytest.fixture
def key() -> str:
    return f"uploads/{uuid4()}"


async def whole(multipart: Multipart, key: str) -> bytes:
    return await multipart.store.read(key)


async def test_parts_in_any_order_become_one_object(multipart: Multipart, key: str) -> None:
    begun = await multipart.begin(key, content_type=TYPE)
    await multipart.put(key, begun, 2, b"the end")
    await multipart.put(key, begun, 1, FIVE)

    parts = await multipart.parts(key, begun)
    await multipart.complete(key, begun, parts)

    assert [(each.number, each.size) for each in parts] == [(1, len(FIVE)), (2, 7)]
    assert await whole(multipart, key) == FIVE + b"the end"
    assert (await multipart.store.stat(key)).content_type == TYPE


async def test_a_part_that_comes_again_replaces_the_first(multipart: Multipart, key: str) -> None:
    begun = await multipart.begin(key, content_type=TYPE)
    await multipart.put(key, begun, 1, b"cut o")
    again = await multipart.put(key, begun, 1, b"cut off, and sent again")

    assert await multipart.parts(key, begun) == [again]


async def test_more_parts_than_one_page_lists(multipart: Multipart, key: str) -> None:
    begun = await multipart.begin(key, content_type=TYPE)
    for number in range(1, 1003):
        await multipart.put(key, begun, number, b"x")

    assert [each.number for each in await multipart.parts(key, begun)] == list(range(1, 1003))
    await multipart.abort(key, begun)


async def test_parts_that_are_others_by_now_become_nothing(multipart: Multipart, key: str) -> None:
    begun = await multipart.begin(key, content_type=TYPE)
    await multipart.put(key, begun, 1, b"one")
    listed = [StoredPart(1, 3, "0" * 32)]

    with pytest.raises(PartsRefused):
        await multipart.complete(key, begun, listed)


async def test_what_was_aborted_is_gone_and_aborting_it_again_is_no_error(
    multipart: Multipart, key: str
) -> None:
    begun = await multipart.begin(key, content_type=TYPE)
    part = await multipart.put(key, begun, 1, b"one")
    await multipart.abort(key, begun)
    await multipart.abort(key, begun)

    with pytest.raises(MultipartMissing):
        await multipart.parts(key, begun)
    with pytest.raises(MultipartMissing):
        await multipart.complete(key, begun, [part])
    with pytest.raises(ObjectMissing):
        await multipart.store.stat(key)


async def test_what_was_begun_long_ago_is_found(multipart: Multipart, key: str) -> None:
    begun = await multipart.begin(key, content_type=TYPE)
    now = datetime.now(UTC)

    young = await multipart.begun_before(key, now - timedelta(minutes=5))
    old = await multipart.begun_before(key, now + timedelta(minutes=5))

    assert young == []
    assert [(each.key, each.multipart_id) for each in old] == [(key, begun)]


async def test_a_stream_becomes_an_object_part_by_part(multipart: Multipart, key: str) -> None:
    piece = bytes(range(256)) * 4096 * 3

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(7):
            yield piece

    size = await multipart.put_stream(key, chunks(), content_type=TYPE, max_bytes=100 * MIB)

    assert size == 7 * len(piece) > 2 * PART_BYTES
    assert await whole(multipart, key) == 7 * piece


async def test_a_stream_over_the_limit_leaves_nothing(multipart: Multipart, key: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield FIVE

    with pytest.raises(ObjectTooLarge):
        await multipart.put_stream(key, endless(), content_type=TYPE, max_bytes=12 * MIB)

    assert await multipart.begun_before(key, datetime.now(UTC) + timedelta(days=1)) == []
    with pytest.raises(ObjectMissing):
        await multipart.store.stat(key)


async def test_a_presigned_part_is_taken_by_the_address_it_was_signed_for_only(
    multipart: Multipart, settings: ObjectStoreSettings, key: str
) -> None:
    presigner = Presigner(settings)
    begun = await multipart.begin(key, content_type=TYPE)
    url = presigner.part_url(f"http://{settings.s3_endpoint}", key, begun, 1)
    elsewhere = presigner.part_url("http://stt.example.org", key, begun, 1)
    async with httpx.AsyncClient() as client:
        taken = await client.put(url, content=b"signed")
        # Neither another part, nor another way to use it.
        others = [
            await client.put(url.replace("partNumber=1", "partNumber=2"), content=b"x"),
            await client.put(url.replace(key, f"uploads/{uuid4()}"), content=b"x"),
            await client.get(url),
            await client.delete(url),
            await client.put(
                f"http://{settings.s3_endpoint}{urlsplit(elsewhere).path}"
                f"?{urlsplit(elsewhere).query}",
                content=b"x",
            ),
        ]

    assert taken.status_code == httpx.codes.OK
    assert {each.status_code for each in others} == {httpx.codes.FORBIDDEN}
    assert [(each.number, each.size) for each in await multipart.parts(key, begun)] == [(1, 6)]


@pytest.mark.parametrize("origin", ["http://", "http://a b", "http://host/path", "http://a:b"])
def test_nothing_is_signed_for_what_is_no_address(
    settings: ObjectStoreSettings, origin: str
) -> None:
    with pytest.raises(NoAddress):
        Presigner(settings).part_url(origin, "uploads/x", "id", 1)


@pytest.mark.parametrize(
    ("size", "parts", "part_bytes"),
    [
        (1, 1, 8 * MIB),
        (8 * MIB, 1, 8 * MIB),
        (8 * MIB + 1, 2, 8 * MIB),
        (10 * 1024 * MIB, 1280, 8 * MIB),
        (5 * 1024 * 1024 * MIB, 9987, 525 * MIB),
    ],
)
def test_no_object_has_more_parts_than_s3_takes(size: int, parts: int, part_bytes: int) -> None:
    assert part_bytes_for(size) == part_bytes
    assert -(-size // part_bytes) == parts <= PARTS_MAX
