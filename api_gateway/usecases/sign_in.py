"""Somebody proves who they are."""

from dataclasses import dataclass

from api_gateway.adapters.attempts import Attempts
from api_gateway.errors import InvalidCredentials
from malmoi.contracts.problems import TooManyAttempts
from malmoi.observability.metrics import LOGINS_REFUSED_TOTAL
from malmoi.persistence.database import Database
from malmoi.persistence.tables import User
from malmoi.persistence.users import user_of_email
from malmoi.web.passwords import Passwords


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody claims, and from where."""

    email: str
    password: str
    client_address: str


async def sign_in(
    database: Database, passwords: Passwords, attempts: Attempts, given: Credentials
) -> User:
    """The account whose password it is.

    Raises:
        InvalidCredentials: unknown address or wrong password; both take the same time.
        TooManyAttempts: this address has failed too often with this account.

    """
    try:
        await attempts.begin(given.email, given.client_address)
    except TooManyAttempts:
        LOGINS_REFUSED_TOTAL.labels("throttled").inc()
        raise
    async with database.reading() as session:
        user = await user_of_email(session, given.email)
    stored = None if user is None else user.password_hash
    if not await passwords.verify(given.password, stored) or user is None:
        LOGINS_REFUSED_TOTAL.labels("wrong").inc()
        raise InvalidCredentials("wrong address or password")
    await attempts.succeeded(given.email, given.client_address)
    return user
