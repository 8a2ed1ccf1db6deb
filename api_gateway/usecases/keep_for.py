"""Somebody wants their recordings and texts kept for fewer days than everybody's."""

from dataclasses import dataclass
from uuid import UUID

from api_gateway.errors import RetentionTooLong
from malmoi.contracts.problems import NotFound
from malmoi.persistence.database import Database
from malmoi.persistence.tables import User


@dataclass(frozen=True, slots=True)
class Days:
    """After a job's end; None: for ever, or, as somebody's wish: as everybody's."""

    audio: int | None = None
    text: int | None = None


async def keep_for(database: Database, user_id: UUID, wish: Days, *, everybody: Days) -> None:
    """Note the wish; what is too old by it goes with the next hourly sweep.

    Raises:
        RetentionTooLong: it is longer than the cluster keeps things.

    """
    _require(wish.audio, everybody.audio, "recordings")
    _require(wish.text, everybody.text, "texts")
    async with database.transaction() as transaction:
        user = await transaction.session.get(User, user_id)
        if user is None:
            raise NotFound("this account does not exist (any more)")
        user.retain_audio_days, user.retain_text_days = wish.audio, wish.text


def _require(wish: int | None, longest: int | None, what: str) -> None:
    if wish is not None and longest is not None and wish > longest:
        raise RetentionTooLong(f"{what} are kept {longest} days here; ask for as many or fewer")
