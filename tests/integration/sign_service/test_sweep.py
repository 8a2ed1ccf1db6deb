"""What the hourly sweep leaves of stored videos, in a real bucket."""

from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, update

from malmoi.contracts.sign import SignReady
from malmoi.object_store.keys import SIGN_PREFIX, sign_result_key, sign_source_key
from malmoi.object_store.store import ObjectMissing, ObjectStore
from malmoi.persistence.database import Database
from malmoi.persistence.jobs import recordings_of_nobody
from malmoi.persistence.tables import RoomMessage
from result_handler import housekeeping
from result_handler.housekeeping import Housekeeping
from result_handler.retention import Retention
from result_handler.usecases.settle_sign import settle_sign
from tests.integration.sign_service.conftest import Signs


@pytest.fixture(autouse=True)
def nothing_is_too_young(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "_KEEP", timedelta(hours=-1))


async def made(database: Database, store: ObjectStore, message_id: UUID, name: str) -> list[str]:
    """Keys of the mp4 and the poster of one of two services that worked at once."""
    keys = [sign_result_key(message_id, 1, name=f"{name}.{kind}") for kind in ("mp4", "jpg")]
    for key in keys:
        await store.put(key, BytesIO(b"x"), length=1, content_type="video/mp4")
    report = SignReady(
        message_id=message_id,
        attempt=1,
        worker_id=name,
        playable_key=keys[0],
        poster_key=keys[1],
        duration_s=1,
        width=2,
        height=2,
    )
    async with database.transaction() as transaction:
        await settle_sign(transaction, report)
    return keys


async def kept(store: ObjectStore, keys: list[str]) -> list[bool]:
    found: list[bool] = []
    for key in keys:
        try:
            await store.stat(key)
        except ObjectMissing:
            found.append(False)
        else:
            found.append(True)
    return found


async def test_what_nobody_can_watch_goes_and_all_else_stays(
    database: Database, store: ObjectStore, signs: Signs
) -> None:
    waiting, shown, deleted = [await signs.hand_in(b"video") for _ in range(3)]
    winner = await made(database, store, shown, "first")
    loser = await made(database, store, shown, "second")
    taken_back = await made(database, store, deleted, "only")
    async with database.transaction() as transaction:
        await transaction.session.execute(
            update(RoomMessage).where(RoomMessage.id == deleted).values(deleted_at=func.now())
        )
    never_accepted = sign_source_key(uuid4())
    await store.put(never_accepted, BytesIO(b"x"), length=1, content_type="video/mp4")

    await Housekeeping(database, store, Retention(database, store)).sweep()

    stays = [sign_source_key(waiting), sign_source_key(shown), *winner]
    goes = [*loser, *taken_back, sign_source_key(deleted), never_accepted]
    assert all(await kept(store, stays))
    assert not any(await kept(store, goes))
    assert all(key.startswith(SIGN_PREFIX) for key in stays + goes)


async def test_more_recordings_than_a_statement_has_parameters_are_looked_up(
    database: Database,
) -> None:
    many = [f"audio/{uuid4()}" for _ in range(40_000)]

    async with database.transaction() as transaction:
        assert await recordings_of_nobody(transaction.session, many) == many
