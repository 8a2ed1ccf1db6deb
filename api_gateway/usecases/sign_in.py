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


@dataclass(frozen=True, slots=True)
class SignInAttempts:
    """Slows who guesses at one account, at many accounts, or from many addresses.

    Strangers cannot lock an account out from one address: that address's own limit ends its
    guessing first, and what is refused does not count any further. From many addresses at once
    they can, until the window is over. That is the price of slowing them at all; it is short, and
    whoever is signed in stays so.
    """

    of_pair: Attempts
    """By account and address; the narrowest."""
    of_address: Attempts
    of_account: Attempts

    async def begin(self, given: Credentials) -> None:
        """Count one attempt; raises TooManyAttempts."""
        await self.of_pair.begin(given.email, given.client_address)
        await self.of_address.begin(given.client_address)
        await self.of_account.begin(given.email)

    async def succeeded(self, given: Credentials) -> None:
        """Let the pair begin anew.

        Of the wider counts only this attempt is taken back: else an account of one's own would
        buy an address new guesses at all the others.
        """
        await self.of_pair.succeeded(given.email, given.client_address)
        await self.of_address.forgive(given.client_address)
        await self.of_account.forgive(given.email)


async def sign_in(
    database: Database, passwords: Passwords, attempts: SignInAttempts, given: Credentials
) -> User:
    """The account whose password it is.

    Raises:
        InvalidCredentials: unknown address or wrong password; both take the same time.
        TooManyAttempts: there were too many failures with this account, or from this address.

    """
    try:
        await attempts.begin(given)
    except TooManyAttempts:
        LOGINS_REFUSED_TOTAL.labels("throttled").inc()
        raise
    async with database.reading() as session:
        user = await user_of_email(session, given.email)
    stored = None if user is None else user.password_hash
    if not await passwords.verify(given.password, stored) or user is None:
        LOGINS_REFUSED_TOTAL.labels("wrong").inc()
        raise InvalidCredentials("wrong address or password")
    await attempts.succeeded(given)
    return user
