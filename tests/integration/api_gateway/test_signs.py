"""A signed message: handed in by anybody in the room, watched by everybody in it."""

import asyncio
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from malmoi.contracts.sign import SignErrorCode, SignFailed, SignReady, SignResult
from malmoi.contracts.topics import SIGN_REQUESTS
from malmoi.object_store.keys import sign_source_key
from malmoi.object_store.store import ObjectMissing, ObjectStore
from malmoi.persistence.database import Database
from malmoi.persistence.tables import OutboxRow, RoomMessage, SignVideo
from result_handler.usecases.settle_sign import settle_sign
from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.people import Person, two_in_a_room

VIDEO = b"not really a video; nobody looks at it here"
PLAYABLE = bytes(range(256)) * 40


@pytest.fixture
def store(gateway: Gateway) -> ObjectStore:
    return ObjectStore(gateway.state.settings)


async def sign(
    person: Person, room_id: str, content: bytes = VIDEO, key: str | None = None
) -> httpx.Response:
    return await person.http.post(
        f"/rooms/{room_id}/sign/upload",
        files={"video_file": ("sign.webm", content, "video/webm")},
        headers={"Idempotency-Key": key} if key else {},
    )


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def settle(database: Database, report: SignResult) -> None:
    async with database.transaction() as transaction:
        await settle_sign(transaction, report)


async def made_playable(database: Database, store: ObjectStore, message_id: str) -> None:
    keys = {"playable_key": f"sign/{message_id}/1.a.mp4", "poster_key": f"sign/{message_id}/1.jpg"}
    for key in keys.values():
        await store.put(
            key, BytesIO(PLAYABLE), length=len(PLAYABLE), content_type="application/x-odd"
        )
    known: dict[str, Any] = {"message_id": message_id, "attempt": 1, "worker_id": "w"}
    await settle(database, SignReady(**known, **keys, duration_s=3, width=640, height=360))


async def test_what_one_signs_the_other_sees_at_once(
    gateway: Gateway, database: Database, store: ObjectStore
) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    async with bora.listening(room_id) as bora_hears:
        answer = await sign(anna, room_id)
        created = await bora_hears.next("message.created")

    assert answer.status_code == 200
    message_id = answer.json()["message_id"]
    assert answer.json() == {"job_id": message_id, "message_id": message_id, "status": "pending"}
    payload = created["payload"]
    assert (payload["message_id"], payload["sender_user_id"]) == (message_id, str(anna.id))
    assert (payload["type"], payload["status"], payload["text"]) == ("sign", "pending", None)
    assert payload["sign"]["state"] == "open"
    assert created["trace_id"] == answer.headers["x-trace-id"]
    [shown] = (await bora.get("/messages", room_id=room_id)).json()
    assert {**shown, "original_text": None} == {**payload, "original_text": None}
    assert await store.read(sign_source_key(UUID(message_id))) == VIDEO
    async with database.transaction() as transaction:
        video = await transaction.session.get_one(SignVideo, UUID(message_id))
        request = await transaction.session.scalar(
            select(OutboxRow.value).where(OutboxRow.key == message_id)
        )
    assert request is not None
    assert SIGN_REQUESTS.decode(request).video_key == video.video_key
    assert (video.content_type, video.video_bytes) == ("video/webm", len(VIDEO))


async def test_signing_needs_a_seat_and_no_baton(gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    stranger = await Person.sign_up(gateway.url)
    await anna.acquire(room_id)

    assert (await sign(bora, room_id)).status_code == 200
    assert code_of(await sign(stranger, room_id)) == (404, "NOT_FOUND")


async def test_the_same_key_is_the_same_message(gateway: Gateway, database: Database) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    first = await sign(anna, room_id, key="sign-1")

    again = await sign(anna, room_id, key="sign-1")
    other_video = await sign(anna, room_id, b"another video", key="sign-1")
    other_user = await sign(bora, room_id, key="sign-1")

    assert again.json() == first.json()
    assert code_of(other_video) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert other_user.json()["message_id"] != first.json()["message_id"]


async def test_ten_simultaneous_posts_of_one_key_are_one_message_and_one_object(
    gateway: Gateway, database: Database, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    put: list[str] = []
    original = ObjectStore.put

    async def noted(self: ObjectStore, key: str, *arguments: Any, **named: Any) -> None:
        put.append(key)
        await original(self, key, *arguments, **named)

    monkeypatch.setattr(ObjectStore, "put", noted)

    answers = await asyncio.gather(*(sign(anna, room_id, key="once") for _ in range(10)))

    assert {each.status_code for each in answers} == {200}
    assert len({each.json()["message_id"] for each in answers}) == 1
    async with database.transaction() as transaction:
        count = select(func.count()).where(RoomMessage.room_id == UUID(room_id))
        assert await transaction.session.scalar(count) == 1
    assert len(put) > 1
    assert [await exists(store, key) for key in put].count(True) == 1


async def exists(store: ObjectStore, key: str) -> bool:
    try:
        await store.read(key)
    except ObjectMissing:
        return False
    return True


async def test_malformed_uploads_are_refused(gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    path = f"/rooms/{room_id}/sign/upload"

    assert code_of(await sign(anna, room_id, b"")) == (422, "VIDEO_EMPTY")
    assert (await anna.http.post(path, files={"other": b"x"})).status_code == 422
    assert (await anna.post(path, {"video_file": "text"})).status_code == 422
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        broken = await anna.http.post(path, content=b"no form", headers={"Content-Type": kind})
        assert code_of(broken) == (422, "MALFORMED_REQUEST")
    assert (await anna.get("/messages", room_id=room_id)).json() == []


async def test_a_video_may_be_larger_than_a_clip_and_not_larger_than_its_limit(
    start_gateway: StartGateway,
) -> None:
    small = await start_gateway(max_upload_size=100_000, max_sign_upload_size=400_000)
    anna, _, room_id = await two_in_a_room(small.url)

    assert (await sign(anna, room_id, b"x" * 390_000)).status_code == 200
    assert code_of(await sign(anna, room_id, b"x" * 600_000)) == (413, "BODY_TOO_LARGE")
    await anna.acquire(room_id)
    assert code_of(await anna.say(room_id, b"x" * 390_000)) == (413, "BODY_TOO_LARGE")


async def test_a_playable_video_is_served_whole_and_in_parts(
    gateway: Gateway, database: Database, store: ObjectStore
) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    message_id = (await sign(anna, room_id)).json()["message_id"]
    path = f"/messages/{message_id}/video"
    early = await bora.get(path)
    await made_playable(database, store, message_id)

    whole = await bora.get(path)
    part = await bora.http.get(path, headers={"Range": "bytes=100-199"})
    behind = await bora.http.get(path, headers={"Range": "bytes=999999-"})
    poster = await bora.get(f"/messages/{message_id}/poster")

    assert code_of(early) == (409, "SIGN_NOT_READY")
    assert (whole.status_code, whole.content) == (200, PLAYABLE)
    assert whole.headers["content-type"] == "video/mp4"
    assert (part.status_code, part.content) == (206, PLAYABLE[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(PLAYABLE)}"
    assert behind.status_code == 416
    assert (poster.status_code, poster.headers["content-type"]) == (200, "image/jpeg")
    [shown] = (await bora.get("/messages", room_id=room_id)).json()
    assert shown["sign"]["state"] == "ready"
    assert (shown["status"], shown["duration_s"]) == ("pending", 3)


async def test_only_people_of_the_room_watch_it(
    gateway: Gateway, database: Database, store: ObjectStore
) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    stranger = await Person.sign_up(gateway.url)
    message_id = (await sign(anna, room_id)).json()["message_id"]
    await made_playable(database, store, message_id)

    for what in ("video", "poster"):
        path = f"/messages/{message_id}/{what}"
        assert code_of(await stranger.get(path)) == (404, "NOT_FOUND")
        async with httpx.AsyncClient() as nobody:
            assert (await nobody.get(gateway.url + path)).status_code == 401


async def test_a_failed_video_says_why(gateway: Gateway, database: Database) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    message_id = (await sign(anna, room_id)).json()["message_id"]
    report = SignFailed(
        message_id=message_id,
        attempt=1,
        worker_id="w",
        code=SignErrorCode.VIDEO_TOO_LONG,
        detail="Send a shorter one.",
    )

    await settle(database, report)

    refused = await anna.get(f"/messages/{message_id}/video")
    assert code_of(refused) == (409, "SIGN_NOT_READY")
    assert "Send a shorter one." in refused.json()["detail"]
    [shown] = (await anna.get("/messages", room_id=room_id)).json()
    assert (shown["sign"]["state"], shown["sign"]["code"]) == ("failed", "VIDEO_TOO_LONG")


async def test_a_deleted_message_has_no_video(
    gateway: Gateway, database: Database, store: ObjectStore
) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    message_id = (await sign(anna, room_id)).json()["message_id"]
    await made_playable(database, store, message_id)

    assert (await anna.http.delete(f"/messages/{message_id}")).status_code == 204

    assert code_of(await bora.get(f"/messages/{message_id}/video")) == (404, "NOT_FOUND")
    assert (await bora.get("/messages", room_id=room_id)).json() == []
