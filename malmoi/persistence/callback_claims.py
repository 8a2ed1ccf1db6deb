"""Who sends which callback: one deliverer per job at a time, in the order of the events.

Whoever holds a job's lease sends the first of its pending events. A lease that runs out with its
holder lets another send the same event again, under the same id.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Text, Uuid, all_, literal, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from malmoi.contracts.callbacks import DeliveryState
from malmoi.persistence.database import Transaction
from malmoi.persistence.many import among
from malmoi.persistence.tables import Callback, CallbackDelivery


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt that this process is to make."""

    lease_id: UUID
    callback: Callback
    delivery: CallbackDelivery
    at: datetime


@dataclass(slots=True)
class Room:
    """How many more requests may be open at once."""

    in_all: int
    per_user: int
    per_host: int
    users: Counter[UUID] = field(default_factory=Counter)
    """Open requests of each."""
    hosts: Counter[str] = field(default_factory=Counter)

    def take(self, callback: Callback) -> bool:
        """Whether there is room for one more of these; counts it then."""
        user, host = callback.owner_user_id, callback.host
        if self.in_all < 1 or self.users[user] >= self.per_user:
            return False
        if self.hosts[host] >= self.per_host:
            return False
        self.in_all -= 1
        self.users[user] += 1
        self.hosts[host] += 1
        return True

    def full_users(self) -> list[UUID]:
        """Those who must wait."""
        return [user for user, count in self.users.items() if count >= self.per_user]

    def full_hosts(self) -> list[str]:
        """Those who must wait."""
        return [host for host, count in self.hosts.items() if count >= self.per_host]


async def claim_callbacks(
    transaction: Transaction, room: Room, *, now: datetime, lease: timedelta
) -> tuple[list[Claim], bool]:
    """Take what is due and has room, and count it there; also whether there may be more."""
    found = await _due(transaction, room, now)
    first = await _first_pending(transaction, [each.job_id for each in found])
    claims = []
    for callback in found:
        delivery = first.get(callback.job_id)
        if delivery is None:
            continue
        if callback.refused_at is not None:
            await drop_pending(transaction, callback.job_id, now=now)
        elif delivery.due_at > now:
            await hold_back(transaction, callback.job_id, until=delivery.due_at)
        elif room.take(callback):
            callback.lease_id, callback.lease_until = uuid4(), now + lease
            claims.append(Claim(callback.lease_id, callback, delivery, now))
    return claims, bool(found)


async def lock_claim(
    transaction: Transaction, claim: Claim
) -> tuple[Callback, CallbackDelivery] | None:
    """Hold what was claimed until the transaction ends; None when job or lease are gone."""
    rows = await transaction.session.execute(
        select(Callback, CallbackDelivery)
        .join(CallbackDelivery, CallbackDelivery.job_id == Callback.job_id)
        .where(CallbackDelivery.id == claim.delivery.id, Callback.lease_id == claim.lease_id)
        .with_for_update(of=Callback, key_share=True)
    )
    row = rows.one_or_none()
    return None if row is None else (row[0], row[1])


async def hold_back(transaction: Transaction, job_id: UUID, *, until: datetime) -> None:
    """Let the job's pending events wait for the one that is before them."""
    await transaction.session.execute(
        update(CallbackDelivery)
        .where(
            CallbackDelivery.job_id == job_id,
            CallbackDelivery.state == DeliveryState.PENDING,
            CallbackDelivery.due_at < until,
        )
        .values(due_at=until)
    )


async def drop_pending(transaction: Transaction, job_id: UUID, *, now: datetime) -> int:
    """Send none of the job's pending events; returns how many there were."""
    gone = await transaction.session.execute(
        update(CallbackDelivery)
        .where(CallbackDelivery.job_id == job_id, CallbackDelivery.state == DeliveryState.PENDING)
        .values(state=DeliveryState.DROPPED, ended_at=now)
        .returning(CallbackDelivery.id)
    )
    return len(gone.all())


async def _due(transaction: Transaction, room: Room, now: datetime) -> Sequence[Callback]:
    """Receivers of something due whom nobody sends anything now, locked, longest due first."""
    found = await transaction.session.scalars(
        select(Callback)
        .join(CallbackDelivery, CallbackDelivery.job_id == Callback.job_id)
        .where(
            CallbackDelivery.state == DeliveryState.PENDING,
            CallbackDelivery.due_at <= now,
            or_(Callback.lease_until.is_(None), Callback.lease_until <= now),
            Callback.host != all_(literal(room.full_hosts(), ARRAY(Text))),
            Callback.owner_user_id != all_(literal(room.full_users(), ARRAY(Uuid))),
        )
        .order_by(CallbackDelivery.due_at)
        .limit(max(0, room.in_all))
        # Not the keys: writing further events must not wait for us.
        .with_for_update(of=Callback, key_share=True, skip_locked=True)
    )
    return found.unique().all()


async def _first_pending(
    transaction: Transaction, job_ids: Sequence[UUID]
) -> dict[UUID, CallbackDelivery]:
    found = await transaction.session.scalars(
        select(CallbackDelivery)
        .where(
            among(CallbackDelivery.job_id, job_ids),
            CallbackDelivery.state == DeliveryState.PENDING,
        )
        .order_by(CallbackDelivery.job_id, CallbackDelivery.seq)
        .ext(distinct_on(CallbackDelivery.job_id))
    )
    return {each.job_id: each for each in found}
