"""The console's rooms and users."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from malmoi.persistence.database import Database
from malmoi.persistence.roles import USER, admins, set_role
from tests.integration.api_gateway.conftest import Gateway
from tests.integration.api_gateway.operators import operator
from tests.integration.api_gateway.people import Person, two_in_a_room


async def room_of(admin: Person, room_id: str) -> dict[str, object]:
    page = (await admin.get("/admin/rooms", limit=100)).json()
    [found] = [each for each in page["rooms"] if each["id"] == room_id]
    return dict(found)


async def log_in(gateway: Gateway, email: str, password: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=gateway.url) as http:
        return await http.post("/auth/login", json={"email": email, "password": password})


async def test_a_room_shows_who_is_there_and_who_speaks(admin: Person, gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    grant = (await anna.acquire(room_id)).json()["grant"]
    await bora.post(f"/rooms/{room_id}/speaker/hand")

    async with anna.listening(room_id):
        room = await room_of(admin, room_id)

    assert room["title"] == "our room"
    assert [(each["email"], each["online"]) for each in room["participants"]] == [
        (anna.email, True),
        (bora.email, False),
    ]
    assert room["holder"]["user_id"] == str(anna.id)
    assert room["holder"]["grant"] == room["grant"] == grant
    assert room["queue"] == [str(bora.id)]


async def test_the_baton_can_be_taken_out_of_a_hand(admin: Person, gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)

    async with anna.listening(room_id) as listening:
        released = await admin.post(f"/admin/rooms/{room_id}/release-baton")
        told = await listening.next("speaker.changed")

    assert released.json() == {"released": True}
    assert told["payload"]["current_speaker_user_id"] is None
    assert (await room_of(admin, room_id))["holder"] is None
    again = await admin.post(f"/admin/rooms/{room_id}/release-baton")
    assert again.json() == {"released": False}
    assert (await admin.post(f"/admin/rooms/{uuid4()}/release-baton")).status_code == 404


async def test_rooms_and_users_are_paged(admin: Person, gateway: Gateway) -> None:
    anna, _, _ = await two_in_a_room(gateway.url)
    for _ in range(3):
        await anna.open_room()

    for path, name in (("/admin/rooms", "rooms"), ("/admin/users", "users")):
        everything = (await admin.get(path, limit=100)).json()
        ids = [each["id"] for each in everything[name]]
        by_twos: list[str] = []
        cursor: dict[str, str] = {}
        while len(by_twos) < len(ids):
            page = (await admin.get(path, limit=2, **cursor)).json()
            by_twos += [each["id"] for each in page[name]]
            cursor = {"cursor": page["next"]}
        assert by_twos == ids
        assert page["next"] is None


async def test_a_user_is_found_by_a_part_of_the_address(admin: Person, gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)

    [found] = (await admin.get("/admin/users", q=anna.email[2:15].upper())).json()["users"]

    assert (found["id"], found["role"]) == (str(anna.id), "user")
    assert found["rooms"] == [{"id": room_id, "title": "our room", "status": "offline"}]
    assert (await admin.get("/admin/users", q="%")).json()["users"] == []
    assert "password" not in (await admin.get("/admin/users")).text


async def test_ended_sessions_are_over_at_once(admin: Person, gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    await asyncio.sleep(1.1)  # tokens carry whole seconds

    ended = await admin.post(f"/admin/users/{anna.id}/end-sessions")

    assert ended.status_code == 204
    assert (await anna.get("/me")).status_code == 401
    assert (await anna.get(f"/rooms/{room_id}/participants")).status_code == 401
    assert (await log_in(gateway, anna.email, "a long enough password")).status_code == 200


async def test_a_reset_password_is_told_once_and_works(admin: Person, gateway: Gateway) -> None:
    anna = await Person.sign_up(gateway.url)
    await asyncio.sleep(1.1)

    reset = await admin.post(f"/admin/users/{anna.id}/reset-password")
    password = reset.json()["password"]

    assert len(password) >= 12
    assert (await anna.get("/me")).status_code == 401
    assert (await log_in(gateway, anna.email, "a long enough password")).status_code == 401
    assert (await log_in(gateway, anna.email, password)).status_code == 200


async def test_a_role_is_given_and_taken(admin: Person, gateway: Gateway) -> None:
    anna = await Person.sign_up(gateway.url)

    given = await admin.http.put(f"/admin/users/{anna.id}/role", json={"role": "admin"})
    seen = await anna.get("/admin/users")
    taken = await admin.http.put(f"/admin/users/{anna.id}/role", json={"role": "user"})

    assert given.json() == {"role": "admin"}
    assert seen.status_code == 200
    assert (await anna.get("/me")).json()["user"]["role"] == "user"
    assert taken.status_code == 200
    assert (await anna.get("/admin/users")).status_code == 404
    for body in ({"role": "emperor"}, {}):
        refused = await admin.http.put(f"/admin/users/{anna.id}/role", json=body)
        assert refused.status_code == 422


async def test_two_admins_who_remove_each_other_do_not_both_succeed(
    admin: Person, gateway: Gateway, database: Database
) -> None:
    other = await operator(gateway.url, database)
    async with database.transaction() as transaction:
        for each in await admins(transaction.session):
            if each.id not in {admin.id, other.id}:
                await set_role(transaction, each.id, USER)

    answers = await asyncio.gather(
        admin.http.put(f"/admin/users/{other.id}/role", json={"role": "user"}),
        other.http.put(f"/admin/users/{admin.id}/role", json={"role": "user"}),
    )

    async with database.transaction() as transaction:
        left = await admins(transaction.session)
    assert len(left) == 1
    last = admin if left[0].id == admin.id else other
    refused = await last.http.put(f"/admin/users/{last.id}/role", json={"role": "user"})
    assert (refused.status_code, refused.json()["code"]) == (409, "LAST_ADMIN")
    assert 200 in {each.status_code for each in answers}


@pytest.mark.parametrize("what", ["end-sessions", "reset-password"])
async def test_of_nobody_nothing_is_changed(admin: Person, what: str) -> None:
    assert (await admin.post(f"/admin/users/{uuid4()}/{what}")).status_code == 404
    role = await admin.http.put(f"/admin/users/{uuid4()}/role", json={"role": "user"})
    assert role.status_code == 404
