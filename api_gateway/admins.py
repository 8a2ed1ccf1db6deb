"""The console is there for operators only; for everybody else there is no such page."""

from typing import Annotated

from fastapi import Depends

from api_gateway.callers import CurrentUser
from malmoi.contracts.problems import NotFound
from malmoi.persistence.roles import ADMIN
from malmoi.persistence.tables import User


async def _admin(user: CurrentUser) -> User:
    if user.role != ADMIN:
        raise NotFound("Not Found")
    return user


Admin = Annotated[User, Depends(_admin)]
"""The caller, who has the role `admin`."""
admins_only = Depends(_admin)
