"""Letting others in without the password."""

import secrets
from typing import Final
from uuid import UUID

from malmoi.contracts.problems import NotFound
from malmoi.persistence.database import Database
from malmoi.persistence.rooms import drop_invitation, keep_invitation

_CODE_BYTES: Final = 16
"""Nobody guesses 128 bits, so that guesses need not be counted."""


async def invite(database: Database, room_id: UUID) -> str:
    """The code of the room's invitation, which is made unless there is one."""
    async with database.transaction() as transaction:
        code = await keep_invitation(transaction, room_id, secrets.token_urlsafe(_CODE_BYTES))
    if code is None:
        raise NotFound("there is no such room")
    return code


async def revoke_invitation(database: Database, room_id: UUID) -> None:
    """End the invitation; without one there is nothing to do."""
    async with database.transaction() as transaction:
        await drop_invitation(transaction, room_id)
