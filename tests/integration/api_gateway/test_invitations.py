"""A link opens the door in place of the password, until it is revoked."""

import asyncio

from tests.integration.api_gateway.conftest import Gateway
from tests.integration.api_gateway.people import Person


async def behind_a_password(gateway: Gateway) -> tuple[Person, Person, str]:
    anna, bora = await Person.sign_up(gateway.url), await Person.sign_up(gateway.url)
    room_id = await anna.open_room(password="열려라 참깨")
    await anna.join(room_id, password="열려라 참깨")
    return anna, bora, room_id


async def test_whoever_has_the_code_needs_no_password(gateway: Gateway) -> None:
    anna, bora, room_id = await behind_a_password(gateway)
    made = await asyncio.gather(*(anna.post(f"/rooms/{room_id}/invitation") for _ in range(5)))

    assert len({each.json()["code"] for each in made}) == 1
    code = made[0].json()["code"]
    assert len(code) >= 20
    assert (await bora.join(room_id, invite=code)).json() == {"joined": True}


async def test_a_wrong_or_revoked_code_opens_nothing(gateway: Gateway) -> None:
    anna, bora, room_id = await behind_a_password(gateway)
    code = (await anna.post(f"/rooms/{room_id}/invitation")).json()["code"]
    for _ in range(2):
        assert (await anna.http.delete(f"/rooms/{room_id}/invitation")).status_code == 204

    for shown in (code, "wrong", "ß"):
        refused = await bora.join(room_id, invite=shown)
        assert (refused.status_code, refused.json()["code"]) == (403, "INVALID_INVITATION")
    assert (await bora.join(room_id)).json()["code"] == "INVALID_PASSWORD"
    assert (await anna.post(f"/rooms/{room_id}/invitation")).json()["code"] != code
    joined = await bora.join(room_id, invite=code, password="열려라 참깨")
    assert joined.status_code == 200


async def test_a_code_is_of_its_room_only(gateway: Gateway) -> None:
    anna, bora, room_id = await behind_a_password(gateway)
    other = await anna.open_room(password="another")
    code = (await anna.post(f"/rooms/{room_id}/invitation")).json()["code"]
    assert (await bora.join(other, invite=code)).json()["code"] == "INVALID_INVITATION"


async def test_only_participants_invite(gateway: Gateway) -> None:
    _, bora, room_id = await behind_a_password(gateway)
    assert (await bora.post(f"/rooms/{room_id}/invitation")).status_code == 404
    assert (await bora.http.delete(f"/rooms/{room_id}/invitation")).status_code == 404
