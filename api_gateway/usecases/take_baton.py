"""An operator takes the baton out of somebody's hand."""

from uuid import UUID

from api_gateway.errors import NotSpeaker
from api_gateway.usecases.pass_baton import Baton, Turn
from malmoi.contracts.problems import NotFound
from malmoi.persistence.baton import current_hold
from malmoi.persistence.database import Database
from malmoi.persistence.rooms import find_room


async def take_baton(database: Database, baton: Baton, room_id: UUID) -> bool:
    """Release the baton in its holder's name; False when nobody has it (any more).

    Raises:
        NotFound: there is no such room.

    """
    async with database.transaction() as transaction:
        if await find_room(transaction.session, room_id) is None:
            raise NotFound("there is no such room")
        hold = await current_hold(transaction.session, room_id)
    if hold is None:
        return False
    try:
        await baton.release(Turn(room_id, hold.user_id, hold.grant))
    except NotSpeaker:
        return False  # it went on in the meantime
    return True
