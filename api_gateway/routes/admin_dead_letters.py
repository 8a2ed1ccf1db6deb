"""The console: what was given up."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from api_gateway.admins import admins_only
from api_gateway.errors import WrongState
from api_gateway.schemas.admin_operation import DeadLetterOut, DeadLettersOut, RequeuedOut
from api_gateway.schemas.pages import Cursor, Limit, cut
from api_gateway.state import StateDep
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.persistence.dead_letters import letters_page
from malmoi.persistence.pages import Place
from malmoi.web.problems import Malformed, problems

router = APIRouter(
    prefix="/admin/dead-letters",
    tags=["console"],
    dependencies=[admins_only],
    responses=problems(Unauthorized, NotFound, Malformed),
)


@router.get("")
async def list_dead_letters(state: StateDep, after: Cursor, limit: Limit = 50) -> DeadLettersOut:
    """Letters that nobody has dealt with, newest first."""
    async with state.database.reading() as session:
        rows = await letters_page(session, after=after, limit=limit + 1)
    shown, following = cut(rows, limit, lambda row: Place(row.created_at, row.id))
    return DeadLettersOut(letters=[DeadLetterOut.of(each) for each in shown], next=following)


@router.post("/{letter_id}/requeue", responses=problems(WrongState))
async def requeue(letter_id: UUID, state: StateDep) -> RequeuedOut:
    """A task is done again as a new job; a message that was not read is sent again."""
    return RequeuedOut(job_id=await state.letters.requeue(letter_id))


@router.post(
    "/{letter_id}/discard", status_code=HTTPStatus.NO_CONTENT, responses=problems(WrongState)
)
async def discard(letter_id: UUID, state: StateDep) -> None:
    """Put the letter aside. Its job stays failed."""
    await state.letters.discard(letter_id)
