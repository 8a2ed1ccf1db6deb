"""Sign videos without the gateway: accepted, stored, and answered by real processes."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from malmoi.contracts.events import Event, room_stream
from malmoi.object_store.keys import sign_source_key, sign_tries_key
from malmoi.object_store.store import ObjectStore
from malmoi.persistence.database import Database
from malmoi.persistence.events import events_after
from malmoi.persistence.rooms import lock_room
from malmoi.persistence.sign_videos import NewSignVideo, accept_sign
from malmoi.persistence.tables import RoomMessage, SignVideo
from malmoi.settings import ObjectStoreSettings
from result_handler.settings import Settings
from result_handler.setup import set_up
from tests.fixtures.sign_videos import video
from tests.integration.conftest import Rooms
from tests.integration.pipeline.conftest import eventually


@pytest.fixture(scope="module")
def quick(environment: dict[str, str]) -> dict[str, str]:
    """The services' environment with little patience."""
    return {
        **environment,
        "RECONCILE_INTERVAL_S": "0.5",
        "KAFKA_SESSION_TIMEOUT_S": "6",
        "SIGN_RETRY_S": "1",
        "SIGN_MAX_ATTEMPTS": "3",
        "SIGN_DEADLINE_S": "60",
    }


@pytest.fixture(scope="module")
async def store(quick: dict[str, str]) -> ObjectStore:
    variables = {name.lower(): value for name, value in quick.items()}
    await set_up(Settings(**variables))
    return ObjectStore(ObjectStoreSettings(**variables))


@dataclass(frozen=True)
class Signs:
    """Hands in sign videos as the gateway would, and looks at what became of them."""

    database: Database
    rooms: Rooms
    store: ObjectStore

    async def hand_in(self, content: bytes | None, *, begun: int = 0) -> UUID:
        """Accept a video; None is one that got lost, `begun` says how often it was tried before."""
        user_id, room_id = await self.rooms.room()
        message_id = uuid4()
        key = sign_source_key(message_id)
        if content is not None:
            await self._put(key, content)
        if begun:
            await self._put(sign_tries_key(message_id, 1), str(begun).encode())
        new = NewSignVideo(
            message_id=message_id,
            room_id=room_id,
            owner_user_id=user_id,
            video_key=key,
            video_bytes=len(content or b""),
            content_type="video/mp4",
            trace_id=uuid4().hex,
        )
        async with self.database.transaction() as transaction:
            room = await lock_room(transaction, room_id)
            assert room is not None
            await accept_sign(transaction, new, room)
        return message_id

    async def _put(self, key: str, content: bytes) -> None:
        body = BytesIO(content)
        await self.store.put(key, body, length=len(content), content_type="video/mp4")

    async def now(self, message_id: UUID) -> SignVideo:
        async with self.database.transaction() as transaction:
            return await transaction.session.get_one(SignVideo, message_id)

    async def message(self, message_id: UUID) -> RoomMessage:
        async with self.database.transaction() as transaction:
            return await transaction.session.get_one(RoomMessage, message_id)

    async def ended(self, message_id: UUID, *, within_s: float = 60) -> SignVideo:
        async def has_ended() -> bool:
            return (await self.now(message_id)).state != "open"

        await eventually(has_ended, within_s=within_s)
        return await self.now(message_id)

    async def told(self, message_id: UUID) -> list[Event]:
        room_id = (await self.message(message_id)).room_id
        async with self.database.transaction() as transaction:
            return await events_after(transaction.session, room_stream(room_id), 0)


@pytest.fixture(scope="module")
async def signs(database: Database, rooms: Rooms, store: ObjectStore) -> Signs:
    return Signs(database, rooms, store)


@pytest.fixture(scope="module")
def short_video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return video(tmp_path_factory.mktemp("video") / "v.mp4").read_bytes()


@pytest.fixture(scope="module")
def long_video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Takes some seconds to be made playable."""
    path: Path = tmp_path_factory.mktemp("video") / "v.mp4"
    return video(path, seconds=20, fps=30, size=(960, 540)).read_bytes()
