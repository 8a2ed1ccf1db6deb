"""How long your recordings and texts are kept."""

from fastapi import APIRouter

from api_gateway.callers import CurrentUser
from api_gateway.errors import RetentionTooLong
from api_gateway.schemas.retention import RetentionIn, RetentionOut
from api_gateway.state import State, StateDep
from api_gateway.usecases.keep_for import Days, keep_for
from malmoi.contracts.problems import Unauthorized
from malmoi.web.problems import Malformed, problems

router = APIRouter(
    prefix="/me/retention", tags=["accounts"], responses=problems(Unauthorized, Malformed)
)


@router.get("")
async def show_retention(user: CurrentUser, state: StateDep) -> RetentionOut:
    """What you want, and what the cluster does anyway."""
    return _shown(Days(user.retain_audio_days, user.retain_text_days), state)


@router.put("", responses=problems(RetentionTooLong))
async def put_retention(body: RetentionIn, user: CurrentUser, state: StateDep) -> RetentionOut:
    """Have things erased sooner than everybody's. What was erased does not come back."""
    wish = Days(body.audio_days, body.text_days)
    await keep_for(state.database, user.id, wish, everybody=_everybodys(state))
    return _shown(wish, state)


def _shown(wish: Days, state: State) -> RetentionOut:
    everybodys = _everybodys(state)
    return RetentionOut(
        audio_days=wish.audio,
        text_days=wish.text,
        cluster_audio_days=everybodys.audio,
        cluster_text_days=everybodys.text,
    )


def _everybodys(state: State) -> Days:
    return Days(state.settings.retain_audio_days, state.settings.retain_text_days)
