"""What is left of uploads that nobody completed, or handed in, in time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.object_store.keys import AUDIO_PREFIX, UPLOAD_PREFIX, upload_key, upload_of_key
from malmoi.object_store.multipart import Begun, Multipart
from malmoi.persistence.database import Database
from malmoi.persistence.uploads import forget_expired, known_uploads


async def forget_uploads(database: Database, multipart: Multipart, *, older_than: timedelta) -> int:
    """Abort expired uploads, and those that no row names for so long; returns how many."""
    async with database.transaction() as transaction:
        expired = await forget_expired(transaction)
    for upload in expired:
        key = upload_key(upload.id)
        await multipart.abort(key, upload.multipart_id)
        await multipart.store.delete(key)
    stale = await _stale(database, multipart, datetime.now(UTC) - older_than)
    for each in stale:
        await multipart.abort(each.key, each.multipart_id)
    return len(expired) + len(stale)


async def not_uploaded(session: AsyncSession, keys: Sequence[str]) -> list[str]:
    """Those of the keys that are no object of an upload that somebody still may use."""
    by_id = {upload_id: key for key in keys if (upload_id := upload_of_key(key)) is not None}
    usable = {by_id[each] for each in await known_uploads(session, list(by_id))}
    return [each for each in keys if each not in usable]


async def _stale(database: Database, multipart: Multipart, instant: datetime) -> list[Begun]:
    """Multipart uploads whose process died before it wrote a row, or while it fetched."""
    begun = await multipart.begun_before(UPLOAD_PREFIX, instant)
    fetched = await multipart.begun_before(AUDIO_PREFIX, instant)
    async with database.reading() as session:
        nobodys = set(await not_uploaded(session, [each.key for each in begun]))
    return [*(each for each in begun if each.key in nobodys), *fetched]
