"""What was given up, until an operator sends it again or discards it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from malmoi.contracts.messages import DeadLetter
from malmoi.persistence.database import Transaction
from malmoi.persistence.pages import Place, behind
from malmoi.persistence.tables import DeadLetterRow, OutboxRow


async def keep_letter(
    transaction: Transaction, letter: DeadLetter, *, letter_id: UUID, trace_id: str | None
) -> bool:
    """Write the letter into the table; False when it was written before."""
    written = await transaction.session.scalar(
        insert(DeadLetterRow)
        .values(
            id=letter_id,
            task_id=letter.task_id,
            job_id=letter.job_id,
            source_topic=letter.source_topic,
            reason=letter.reason,
            payload=letter.payload,
            trace_id=trace_id,
        )
        .on_conflict_do_nothing()
        .returning(DeadLetterRow.id)
    )
    return written is not None


async def letters_page(
    session: AsyncSession, *, after: Place | None, limit: int
) -> Sequence[DeadLetterRow]:
    """Those that nobody has dealt with, newest first."""
    page = (
        select(DeadLetterRow)
        .where(DeadLetterRow.resolved_at.is_(None))
        .order_by(DeadLetterRow.created_at.desc(), DeadLetterRow.id.desc())
        .limit(limit)
    )
    if after is not None:
        page = page.where(behind(after, DeadLetterRow.created_at, DeadLetterRow.id))
    return (await session.scalars(page)).all()


async def find_letter(session: AsyncSession, letter_id: UUID) -> DeadLetterRow | None:
    """The letter as it is now."""
    return await session.get(DeadLetterRow, letter_id, populate_existing=True)


async def resolve(transaction: Transaction, letter_id: UUID) -> DeadLetterRow | None:
    """Note that the letter was dealt with; None when it was before, or is not there."""
    letter: DeadLetterRow | None = await transaction.session.scalar(
        select(DeadLetterRow)
        .where(DeadLetterRow.id == letter_id, DeadLetterRow.resolved_at.is_(None))
        .with_for_update()
    )
    if letter is not None:
        letter.resolved_at = func.now()
    return letter


def send_again(transaction: Transaction, letter: DeadLetterRow, *, trace_id: str) -> None:
    """Put the message back on its topic, as it was read; its reader judges it anew."""
    row = OutboxRow(
        topic=letter.source_topic,
        key=str(letter.id),
        value=letter.payload.encode(),
        trace_id=letter.trace_id or trace_id,
    )
    transaction.session.add(row)
    transaction.outbox.append(row)
