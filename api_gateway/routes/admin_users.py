"""The console: accounts."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api_gateway.admins import admins_only
from api_gateway.errors import LastAdmin
from api_gateway.schemas.admin_people import (
    PasswordOut,
    RoleIn,
    RoleOut,
    UserAdminOut,
    UsersAdminOut,
)
from api_gateway.schemas.pages import Cursor, Limit, cut
from api_gateway.state import StateDep
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.persistence.overviews import users_overview
from malmoi.persistence.pages import Place
from malmoi.web.problems import Malformed, problems

router = APIRouter(
    prefix="/admin/users",
    tags=["console"],
    dependencies=[admins_only],
    responses=problems(Unauthorized, NotFound, Malformed),
)


@router.get("")
async def list_users(
    state: StateDep,
    after: Cursor,
    q: Annotated[str, Query(max_length=200)] = "",
    limit: Limit = 50,
) -> UsersAdminOut:
    """Accounts, newest first; `q` stands somewhere in the address."""
    words = q.replace("\0", "").strip()
    async with state.database.reading() as session:
        rows = await users_overview(session, words, after=after, limit=limit + 1)
    shown, following = cut(rows, limit, lambda each: Place(each.user.created_at, each.user.id))
    return UsersAdminOut(users=[UserAdminOut.of(each) for each in shown], next=following)


@router.post("/{user_id}/end-sessions", status_code=HTTPStatus.NO_CONTENT)
async def end_sessions(user_id: UUID, state: StateDep) -> None:
    """Let no token count that the account has now."""
    await state.users.end_sessions(user_id)


@router.post("/{user_id}/reset-password")
async def reset_password(user_id: UUID, state: StateDep) -> PasswordOut:
    """Give the account a random password, told this once; its sessions end."""
    return PasswordOut(password=await state.users.reset_password(user_id))


@router.put("/{user_id}/role", responses=problems(LastAdmin))
async def put_role(user_id: UUID, body: RoleIn, state: StateDep) -> RoleOut:
    """Make the account an admin, or no longer one."""
    await state.users.set_role(user_id, body.role)
    return RoleOut(role=body.role)
