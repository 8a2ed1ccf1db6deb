"""Somebody opens an account."""

from api_gateway.errors import EmailTaken
from malmoi.persistence.database import Database
from malmoi.persistence.tables import User
from malmoi.persistence.users import add_user
from malmoi.web.passwords import Passwords


async def sign_up(database: Database, passwords: Passwords, *, email: str, password: str) -> User:
    """Create the account.

    Raises:
        EmailTaken: the address has one already.

    """
    password_hash = await passwords.hash(password)
    async with database.transaction() as transaction:
        user = await add_user(transaction, email=email, password_hash=password_hash)
    if user is None:
        raise EmailTaken("this address has an account already; sign in instead")
    return user
