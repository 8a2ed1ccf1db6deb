"""Somebody opens an account."""

from api_gateway.adapters.attempts import Attempts
from api_gateway.errors import EmailTaken
from api_gateway.usecases.sign_in import Credentials
from malmoi.persistence.database import Database
from malmoi.persistence.tables import User
from malmoi.persistence.users import add_user
from malmoi.web.passwords import Passwords


async def sign_up(
    database: Database, passwords: Passwords, attempts: Attempts, wanted: Credentials
) -> User:
    """Create the account.

    Every attempt counts, the successful ones too: with new accounts one could guess anew at the
    doors of rooms, and the refused ones tell who has an account.

    Raises:
        EmailTaken: the address has one already.
        TooManyAttempts: too many were asked for from the client's address.

    """
    await attempts.begin(wanted.client_address)
    password_hash = await passwords.hash(wanted.password)
    async with database.transaction() as transaction:
        user = await add_user(transaction, email=wanted.email, password_hash=password_hash)
    if user is None:
        raise EmailTaken("this address has an account already; sign in instead")
    return user
