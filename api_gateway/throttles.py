"""How often somebody may try: every limit derives from LOGIN_MAX_FAILURES."""

from dataclasses import dataclass
from typing import Final, Self

from redis.asyncio import Redis

from api_gateway.adapters.attempts import Attempts
from api_gateway.usecases.join_room import DoorAttempts
from api_gateway.usecases.sign_in import SignInAttempts

_PER_ADDRESS: Final = 10
"""Times the limit: an office, a school or a mobile network has one address for everybody."""
_PER_ACCOUNT: Final = 5
"""Times the limit: so many addresses have to guess at one account before its owner waits, too."""


@dataclass(frozen=True, slots=True)
class Throttles:
    """Who has tried often enough."""

    sign_ins: SignInAttempts
    sign_ups: Attempts
    door: DoorAttempts

    @classmethod
    def of(cls, redis: Redis, *, failures: int, window_s: int) -> Self:
        """`failures`: how often one may fail from one address at one account, or at one door."""

        def attempts(purpose: str, times: int = 1) -> Attempts:
            return Attempts(redis, purpose, limit=times * failures, window_s=window_s)

        return cls(
            sign_ins=SignInAttempts(
                of_pair=attempts("login"),
                of_address=attempts("login-address", _PER_ADDRESS),
                of_account=attempts("login-account", _PER_ACCOUNT),
            ),
            sign_ups=attempts("sign-up-address", _PER_ADDRESS),
            door=DoorAttempts(
                of_user=attempts("room"), of_address=attempts("room-address", _PER_ADDRESS)
            ),
        )
