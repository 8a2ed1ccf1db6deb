"""Rooms, seats and doors (seed 000 sections 5 and 8)."""

import asyncio
from uuid import uuid4

from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.people import Person, another_address, two_in_a_room


async def test_a_room_is_created_shown_and_listed(gateway: Gateway) -> None:
    anna = await Person.sign_up(gateway.url)

    created = await anna.post(
        "/rooms",
        {
            "title": " 말모이 ",
            "password": "열려라",
            "language": "EN",
            "vocabulary": ["Malmoi", "말모이"],
        },
    )

    body = created.json()
    assert created.status_code == 201
    assert (body["title"], body["has_password"], body["language"]) == ("말모이", True, "en")
    assert body["vocabulary"] == ["Malmoi", "말모이"]
    assert (body["capacity"], body["occupancy"], body["joined"]) == (2, 0, False)
    listed = (await anna.get("/rooms")).json()["rooms"]
    assert listed[0]["room_id"] == body["room_id"]
    assert "열려라" not in created.text
    assert "hash" not in created.text


async def test_a_room_without_a_language_takes_the_default(gateway: Gateway) -> None:
    anna = await Person.sign_up(gateway.url)
    assert (await anna.post("/rooms", {"title": "t"})).json()["language"] == "ko"
    assert (await anna.post("/rooms", {"title": "t", "language": "auto"})).json()[
        "language"
    ] == "auto"


async def test_malformed_rooms_are_refused(gateway: Gateway) -> None:
    anna = await Person.sign_up(gateway.url)
    for body in (
        {},
        {"title": ""},
        {"title": "   "},
        {"title": "x" * 201},
        {"title": "line\nbreak"},
        {"title": "null\0byte"},
        {"title": "t", "language": "korean"},
        {"title": "t", "language": "qq"},
        {"title": "t", "vocabulary": ["a\nb"]},
        {"title": "t", "vocabulary": ["x" * 61]},
        {"title": "t", "vocabulary": ["x" * 60] * 11},
        {"title": "t", "password": "x" * 129},
    ):
        assert (await anna.post("/rooms", body)).status_code == 422, body


async def test_rooms_are_listed_page_by_page_each_once(gateway: Gateway) -> None:
    anna = await Person.sign_up(gateway.url)
    made = [await anna.open_room(title=f"page {n}") for n in range(7)]
    seen: list[str] = []
    after: dict[str, str] = {}

    while len(seen) < len(made):
        page = (await anna.get("/rooms", limit=3, **after)).json()
        seen += [each["room_id"] for each in page["rooms"]]
        after = {"after": page["next"]}

    assert seen[:7] == made[::-1]


async def test_two_people_join_and_see_each_other(gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)

    room = (await anna.get(f"/rooms/{room_id}")).json()
    people = (await bora.get(f"/rooms/{room_id}/participants")).json()

    assert (room["occupancy"], room["joined"], room["current_speaker_user_id"]) == (2, True, None)
    assert [each["user_id"] for each in people] == [str(anna.id), str(bora.id)]
    assert {each["status"] for each in people} == {"offline"}


async def test_a_third_finds_the_room_full_until_somebody_leaves(gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    third = await Person.sign_up(gateway.url)

    refused = await third.join(room_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "ROOM_FULL")

    assert (await anna.post(f"/rooms/{room_id}/leave")).json() == {"left": True}
    assert (await anna.post(f"/rooms/{room_id}/leave")).json() == {"left": True}
    assert (await third.join(room_id)).json() == {"joined": True}
    assert (await anna.join(room_id)).json()["code"] == "ROOM_FULL"


async def test_of_fifty_simultaneous_joins_exactly_two_are_seated(
    gateway: Gateway,
) -> None:
    people = await asyncio.gather(*(Person.sign_up(gateway.url) for _ in range(50)))
    room_id = await people[0].open_room()

    answers = await asyncio.gather(*(each.join(room_id) for each in people))

    assert sorted(each.status_code for each in answers) == [200] * 2 + [409] * 48
    assert (await people[0].get("/rooms")).json()["rooms"][0]["occupancy"] == 2


async def test_joining_again_keeps_the_one_seat(gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)

    answers = await asyncio.gather(*(anna.join(room_id) for _ in range(10)))

    assert {each.status_code for each in answers} == {200}
    assert len((await anna.get(f"/rooms/{room_id}/participants")).json()) == 2


async def test_the_door_asks_for_the_password(gateway: Gateway) -> None:
    anna = await Person.sign_up(gateway.url)
    room_id = await anna.open_room(password="열려라 참깨")

    missing = await anna.join(room_id)
    without_body = await anna.http.post(f"/rooms/{room_id}/join")
    wrong = await anna.join(room_id, password="열려라")
    right = await anna.join(room_id, password="열려라 참깨")
    again = await anna.join(room_id)

    for refused in (missing, without_body, wrong):
        assert (refused.status_code, refused.json()["code"]) == (403, "INVALID_PASSWORD")
    assert (right.status_code, again.status_code) == (200, 200)


def moved(person: Person, gateway: Gateway, address: dict[str, str]) -> Person:
    """The same person, who now comes to that gateway from that address."""
    person.http.base_url = gateway.url
    person.http.headers.update(address)
    return person


async def test_guessing_at_a_door_is_throttled(
    gateway: Gateway, start_gateway: StartGateway
) -> None:
    strict = await start_gateway(login_max_failures=10)
    anna = moved(await Person.sign_up(gateway.url), strict, another_address())
    room_id = await anna.open_room(password="right")

    answers = [await anna.join(room_id, password="wrong") for _ in range(11)]

    assert [each.status_code for each in answers] == [403] * 10 + [429]
    assert (await anna.join(room_id, password="right")).status_code == 429


async def test_new_accounts_get_no_new_guesses_at_the_doors(
    gateway: Gateway, start_gateway: StartGateway
) -> None:
    strict = await start_gateway(login_max_failures=1)
    here = another_address()
    people = [moved(await Person.sign_up(gateway.url), strict, here) for _ in range(13)]
    room_id = await people[0].open_room(password="right")

    entered = await people[0].join(room_id, password="right")
    guesses = [await each.join(room_id, password="wrong") for each in people[1:12]]
    late = await moved(people[12], strict, another_address()).join(room_id, password="right")

    assert entered.status_code == 200
    assert [each.status_code for each in guesses] == [403] * 10 + [429]
    assert guesses[-1].json()["code"] == "TOO_MANY_ATTEMPTS"
    assert late.status_code == 200


async def test_others_see_title_and_occupancy_and_nothing_else(gateway: Gateway) -> None:
    _, _, room_id = await two_in_a_room(gateway.url)
    stranger = await Person.sign_up(gateway.url)

    seen = (await stranger.get(f"/rooms/{room_id}")).json()

    assert set(seen) == {
        "room_id", "title", "has_password", "capacity", "occupancy", "joined", "created_at",
    }  # fmt: skip


async def test_for_others_the_inside_of_a_room_does_not_exist(gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    stranger = await Person.sign_up(gateway.url)

    async def inside(who: Person, room: str) -> list[int]:
        answers = [
            await who.get(f"/rooms/{room}/participants"),
            await who.get(f"/rooms/{room}/events"),
            await who.get("/messages", room_id=room),
            await who.acquire(room),
            await who.post(f"/rooms/{room}/speaker/heartbeat"),
            await who.post(f"/rooms/{room}/speaker/release"),
            await who.say(room),
        ]
        return [each.status_code for each in answers]

    assert await inside(stranger, room_id) == [404] * 7
    assert await inside(anna, str(uuid4())) == [404] * 7
    await anna.post(f"/rooms/{room_id}/leave")
    assert await inside(anna, room_id) == [404] * 7


async def test_without_a_token_nothing_is_shown(gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    del anna.http.headers["Authorization"]

    for path in ("/me", "/rooms", f"/rooms/{room_id}", f"/rooms/{room_id}/participants"):
        assert (await anna.get(path)).status_code == 401, path
    assert (await anna.say(room_id)).status_code == 401
