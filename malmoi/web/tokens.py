"""Access tokens: signed JWTs (RFC 7519) that name the caller and end by themselves."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from jose import JWTError, jwt
from pydantic import SecretStr

from malmoi.contracts.problems import Unauthorized

_ALGORITHM = "HS256"
_REQUIRED = {"require_sub": True, "require_exp": True, "require_iat": True}
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever a token speaks for, until it expires."""

    user_id: UUID
    issued_at: datetime
    expires_at: datetime


class Tokens:
    """Issues and reads the tokens of one secret; another algorithm than ours is never accepted."""

    def __init__(self, secret: SecretStr, *, life: timedelta) -> None:
        self._secret = secret.get_secret_value()
        self.life = life

    def issue(self, user_id: UUID) -> str:
        """A token that speaks for the user from now on."""
        now = datetime.now(UTC)
        # With fractions: a token of the second in which older ones were ended must count.
        claims = {"sub": str(user_id), "iat": now.timestamp(), "exp": now + self.life}
        return str(jwt.encode(claims, self._secret, algorithm=_ALGORITHM))

    def read(self, token: str) -> Caller:
        """Who the token speaks for.

        Raises:
            Unauthorized: it is expired, forged, or no token at all.

        """
        if len(token) > _LONGEST:
            raise Unauthorized("this is no access token; sign in again")
        try:
            claims = jwt.decode(token, self._secret, algorithms=[_ALGORITHM], options=_REQUIRED)
            return Caller(
                user_id=UUID(str(claims["sub"])),
                issued_at=datetime.fromtimestamp(claims["iat"], UTC),
                expires_at=datetime.fromtimestamp(claims["exp"], UTC),
            )
        except (JWTError, TypeError, ValueError, OverflowError) as error:
            raise Unauthorized(
                "the access token is invalid or has expired; sign in again"
            ) from error
