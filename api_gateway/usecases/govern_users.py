"""An operator changes an account: its role, its password, its sessions."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from api_gateway.errors import LastAdmin
from malmoi.contracts.problems import NotFound
from malmoi.persistence.database import Database
from malmoi.persistence.roles import ADMIN, Role, end_sessions, lock_admins, set_role
from malmoi.web.passwords import Passwords

_PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True)
class UserOffice:
    """Every method raises NotFound when there is no such account."""

    database: Database
    passwords: Passwords

    async def end_sessions(self, user_id: UUID) -> None:
        """Let no token count that was issued until now."""
        async with self.database.transaction() as transaction:
            _require(await end_sessions(transaction, user_id))

    async def reset_password(self, user_id: UUID) -> str:
        """Give the account a random password, which nobody is told again; ends its sessions."""
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        hashed = await self.passwords.hash(password)
        async with self.database.transaction() as transaction:
            _require(await end_sessions(transaction, user_id, password_hash=hashed))
        return password

    async def set_role(self, user_id: UUID, role: Role) -> None:
        """Make the account an admin, or no longer one.

        Raises:
            LastAdmin: nobody would be left who can grant the role.

        """
        async with self.database.transaction() as transaction:
            # Locked, so that two admins who remove each other do not both succeed.
            admins = await lock_admins(transaction)
            if role != ADMIN and admins == {user_id}:
                raise LastAdmin("this is the last admin; make somebody else one first")
            _require(await set_role(transaction, user_id, role))


def _require(found: bool) -> None:  # noqa: FBT001 - what the statement says
    if not found:
        raise NotFound("there is no such account")
