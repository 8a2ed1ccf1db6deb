"""What the hourly sweep leaves of recordings and uploads, in a real bucket."""

from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest

from malmoi.object_store.keys import audio_key, upload_key
from malmoi.object_store.multipart import Multipart
from malmoi.object_store.store import MultipartMissing, ObjectMissing, ObjectStore
from malmoi.persistence.database import Database
from malmoi.persistence.tables import DirectUpload
from malmoi.persistence.uploads import begin_upload
from malmoi.settings import ObjectStoreSettings
from result_handler import housekeeping
from result_handler.housekeeping import Housekeeping
from result_handler.retention import Retention
from tests.integration.conftest import Rooms

LATER, OVER = timedelta(hours=1), timedelta(0)


@pytest.fixture(autouse=True)
def nothing_is_too_young(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "_KEEP", timedelta(hours=-1))


@pytest.fixture
async def store(environment: dict[str, str]) -> ObjectStore:
    settings = {name.lower(): value for name, value in environment.items()}
    store = ObjectStore(ObjectStoreSettings(**settings))
    await store.ensure_bucket()
    return store


class Bucket:
    """Uploads and objects, with and without rows."""

    def __init__(self, database: Database, store: ObjectStore, rooms: Rooms) -> None:
        self.database, self.store, self.rooms = database, store, rooms
        self.multipart = Multipart(store)

    async def upload(self, life: timedelta, *, job_id: UUID | None = None) -> DirectUpload:
        upload_id = uuid4()
        upload = DirectUpload(
            id=upload_id,
            owner_user_id=(await self.rooms.room())[0],
            multipart_id=await self.begun(upload_key(upload_id)),
            content_type="audio/flac",
            size_bytes=1,
            part_bytes=1,
            job_id=job_id,
        )
        async with self.database.transaction() as transaction:
            await begin_upload(transaction, upload, life)
        return upload

    async def begun(self, key: str) -> str:
        begun = await self.multipart.begin(key, content_type="audio/flac")
        await self.multipart.put(key, begun, 1, b"x")
        return begun

    async def put(self, key: str) -> str:
        await self.store.put(key, BytesIO(b"x"), length=1, content_type="audio/flac")
        return key

    async def has(self, key: str) -> bool:
        try:
            await self.store.stat(key)
        except ObjectMissing:
            return False
        return True

    async def goes_on(self, key: str, multipart_id: str) -> bool:
        try:
            return bool(await self.multipart.parts(key, multipart_id))
        except MultipartMissing:
            return False

    async def sweep(self) -> None:
        await Housekeeping(self.database, self.store, Retention(self.database, self.store)).sweep()


@pytest.fixture
def bucket(database: Database, store: ObjectStore, rooms: Rooms) -> Bucket:
    return Bucket(database, store, rooms)


async def test_uploads_whose_time_is_over_go_and_others_go_on(bucket: Bucket) -> None:
    over, current = await bucket.upload(OVER), await bucket.upload(LATER)
    whole_over, whole = await bucket.upload(OVER), await bucket.upload(LATER)
    for each in (whole_over, whole):
        await bucket.put(upload_key(each.id))

    await bucket.sweep()

    assert not await bucket.goes_on(upload_key(over.id), over.multipart_id)
    assert await bucket.goes_on(upload_key(current.id), current.multipart_id)
    assert not await bucket.has(upload_key(whole_over.id))
    assert await bucket.has(upload_key(whole.id))
    async with bucket.database.reading() as session:
        rows = [await session.get(DirectUpload, each.id) for each in (over, current, whole_over)]
    assert [row is not None for row in rows] == [False, True, False]


async def test_what_no_row_names_goes(bucket: Bucket) -> None:
    objects = [await bucket.put(upload_key(uuid4())), await bucket.put(audio_key(uuid4()))]
    keys = [upload_key(uuid4()), audio_key(uuid4())]
    begun = [(key, await bucket.begun(key)) for key in keys]

    await bucket.sweep()

    assert [await bucket.has(key) for key in objects] == [False, False]
    assert [await bucket.goes_on(*each) for each in begun] == [False, False]


async def test_a_jobs_recording_stays_however_it_came(bucket: Bucket) -> None:
    place = await bucket.rooms.room()
    upload = await bucket.upload(OVER)
    key = await bucket.put(upload_key(upload.id))
    clip = await bucket.rooms.clip(place, audio_key=key)
    async with bucket.database.transaction() as transaction:
        row = await transaction.session.get_one(DirectUpload, upload.id)
        row.job_id = clip.job.id
    own = await bucket.put(audio_key(uuid4()))
    for _ in range(2):
        await bucket.rooms.clip(place, audio_key=own)

    await bucket.sweep()

    assert await bucket.has(key)
    assert await bucket.has(own)
