"""How long sign videos wait: all that is known of the service that makes them playable."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.persistence.tables import SignVideo


@dataclass(frozen=True, slots=True)
class SignsWaiting:
    """Videos that were handed in and are not playable yet."""

    videos: int
    oldest_s: float


async def signs_waiting(session: AsyncSession) -> SignsWaiting:
    """Those that are open now."""
    age = func.extract("epoch", func.now() - func.min(SignVideo.dispatched_at))
    row = (await session.execute(select(func.count(), age).where(SignVideo.state == "open"))).one()
    return SignsWaiting(videos=row[0], oldest_s=float(row[1] or 0))
