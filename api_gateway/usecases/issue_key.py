"""Somebody makes a key for a system of theirs."""

from collections.abc import Sequence
from uuid import UUID

from api_gateway.errors import TooManyKeys
from malmoi.persistence.api_keys import keys_of
from malmoi.persistence.database import Database
from malmoi.persistence.roles import lock_user
from malmoi.persistence.tables import ApiKey
from malmoi.web.api_keys import NewKey, Scope, new_key

_KEYS_MAX = 50


async def issue_key(
    database: Database, owner_user_id: UUID, *, name: str, scopes: Sequence[Scope]
) -> tuple[ApiKey, NewKey]:
    """The key as it is kept, and its secret, which is told only now.

    Raises:
        TooManyKeys: the account has as many as it may.

    """
    secret = new_key()
    async with database.transaction() as transaction:
        await lock_user(transaction, owner_user_id)
        if len(await keys_of(transaction.session, owner_user_id)) >= _KEYS_MAX:
            raise TooManyKeys(f"an account has {_KEYS_MAX} keys at most; revoke one first")
        key = ApiKey(
            owner_user_id=owner_user_id,
            name=name,
            secret_sha256=secret.sha256,
            begins=secret.begins,
            scopes=sorted(set(scopes)),
        )
        transaction.session.add(key)
        await transaction.session.flush()
        await transaction.session.refresh(key)
    return key, secret
