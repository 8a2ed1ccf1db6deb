"""An operator ends somebody's sessions: older tokens count no more, newer ones do."""

from uuid import UUID

from sqlalchemy import func, update

from api_gateway.live.listener import CloseCode
from malmoi.persistence.database import Database
from malmoi.persistence.tables import User
from tests.integration.api_gateway.conftest import Gateway
from tests.integration.api_gateway.people import Person, two_in_a_room


async def end_sessions(database: Database, user_id: UUID) -> None:
    async with database.transaction() as transaction:
        await transaction.session.execute(
            update(User).where(User.id == user_id).values(tokens_valid_from=func.now())
        )


async def test_ended_tokens_open_nothing(gateway: Gateway, database: Database) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)

    await end_sessions(database, anna.id)

    answers = [
        await anna.get("/me"),
        await anna.get(f"/rooms/{room_id}/events"),
        await anna.acquire(room_id),
        await anna.say(room_id),
        await anna.post("/rooms", {"title": "t"}),
        await anna.get("/v1/models"),
    ]
    assert {each.status_code for each in answers} == {401}
    assert {each.headers["www-authenticate"] for each in answers} == {"Bearer"}
    url = anna.socket_url(room_id)
    code = await anna.refused_socket(url, "malmoi.v1", f"bearer.{anna.token}")
    assert code == CloseCode.UNAUTHORIZED
    assert (await bora.get(f"/rooms/{room_id}/events")).status_code == 200


async def test_whoever_signs_in_again_at_once_is_in(gateway: Gateway, database: Database) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    await end_sessions(database, anna.id)

    answer = await anna.post(
        "/auth/login", {"email": anna.email, "password": "a long enough password"}
    )
    anna.http.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    assert (await anna.get("/me")).json()["user"]["role"] == "user"
    assert (await anna.acquire(room_id)).status_code == 200


async def test_live_sockets_of_an_ended_session_are_closed(
    gateway: Gateway, database: Database
) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    async with anna.listening(room_id) as hers, bora.listening(room_id) as his:
        await end_sessions(database, anna.id)

        assert await hers.closed() == CloseCode.UNAUTHORIZED

        told = await his.next("room.participant.status")
        while told["payload"]["status"] == "online":
            told = await his.next("room.participant.status")
    assert told["payload"] == {"user_id": str(anna.id), "status": "offline"}


async def test_a_token_that_is_older_by_less_than_a_second_is_told_apart(
    gateway: Gateway, database: Database
) -> None:
    """Sign up, end, sign in, all within one second: only the last token counts."""
    anna = await Person.sign_up(gateway.url)
    old = gateway.state.tokens.read(anna.token).issued_at
    new = gateway.state.tokens.read(gateway.state.tokens.issue(anna.id)).issued_at
    assert old < new
    assert new.microsecond or old.microsecond
