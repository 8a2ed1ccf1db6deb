"""Raised hands over HTTP: who is next, what the room hears, and the offer that ends by itself."""

from datetime import datetime
from uuid import UUID

import httpx
import pytest

from tests.integration.api_gateway.conftest import Gateway, StartGateway, running_gateway
from tests.integration.api_gateway.people import Person, two_in_a_room

OFFER_S = 3.0


@pytest.fixture(scope="module")
async def hasty(start_gateway: StartGateway) -> Gateway:
    """Offers are short here, and a second gateway sweeps them up too."""
    await start_gateway(hand_offer_s=OFFER_S)
    return await start_gateway(hand_offer_s=OFFER_S)


async def raise_hand(person: Person, room_id: str) -> httpx.Response:
    return await person.post(f"/rooms/{room_id}/speaker/hand")


async def lower_hand(person: Person, room_id: str) -> httpx.Response:
    return await person.http.delete(f"/rooms/{room_id}/speaker/hand")


async def release(person: Person, room_id: str) -> None:
    assert (await person.post(f"/rooms/{room_id}/speaker/release")).status_code == 200


async def test_a_raised_hand_has_its_place_and_is_shown(gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)

    answers = [await raise_hand(bora, room_id) for _ in range(2)]
    refused = await raise_hand(anna, room_id)
    room = (await anna.get(f"/rooms/{room_id}")).json()

    waiting = {
        "queue": [str(bora.id)],
        "place": 1,
        "offered_user_id": None,
        "offer_expires_at": None,
    }
    assert [each.json() for each in answers] == [waiting] * 2
    assert (refused.status_code, refused.json()["code"]) == (409, "SPEAKER_ALREADY")
    assert room["queue"] == [str(bora.id)]
    assert (await lower_hand(bora, room_id)).json() == {**waiting, "queue": [], "place": None}
    assert (await lower_hand(bora, room_id)).status_code == 200


async def test_the_released_baton_is_offered_to_the_hand_and_refused_to_others(
    gateway: Gateway,
) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)
    await raise_hand(bora, room_id)
    async with bora.listening(room_id) as hears:
        assert hears.state["payload"]["queue"] == [str(bora.id)]
        await release(anna, room_id)
        offer = (await hears.next("speaker.queue"))["payload"]
        refused = await anna.acquire(room_id)
        taken = await bora.acquire(room_id)
        story = [await hears.next("speaker.changed", "speaker.queue") for _ in range(2)]

    assert offer["offered_user_id"] == str(bora.id)
    assert (refused.status_code, refused.json()["code"]) == (409, "SPEAKER_TAKEN")
    assert refused.json()["offered_user_id"] == str(bora.id)
    ends = [datetime.fromisoformat(each) for each in (
        refused.json()["expires_at"], offer["offer_expires_at"])]  # fmt: skip
    assert ends[0] == ends[1]
    assert taken.status_code == 200
    assert [each["type"] for each in story] == ["speaker.changed", "speaker.queue"]
    nobody = {"queue": [], "offered_user_id": None, "offer_expires_at": None}
    assert story[1]["payload"] == nobody


async def test_a_free_baton_is_offered_as_soon_as_a_hand_goes_up(gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)

    raised = (await raise_hand(bora, room_id)).json()

    assert (raised["place"], raised["offered_user_id"]) == (1, str(bora.id))
    assert (await anna.acquire(room_id)).json()["code"] == "SPEAKER_TAKEN"


async def test_each_offer_that_expires_is_passed_on_once_however_many_gateways_watch(
    hasty: Gateway,
) -> None:
    anna, bora, room_id = await two_in_a_room(hasty.url)
    async with anna.listening(room_id) as hears:
        for each in (anna, bora):
            await raise_hand(each, room_id)
        told: list[dict[str, object]] = []
        while not told or told[-1]["queue"]:
            told.append((await hears.next("speaker.queue"))["payload"])

    a, b = str(anna.id), str(bora.id)
    assert [(each["queue"], each["offered_user_id"]) for each in told] == [
        ([a], a), ([a, b], a), ([b], b), ([], None),
    ]  # fmt: skip
    assert (await anna.acquire(room_id)).status_code == 200


async def test_whoever_leaves_the_room_leaves_the_line(gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)
    await raise_hand(bora, room_id)

    await bora.post(f"/rooms/{room_id}/leave")

    room = (await anna.get(f"/rooms/{room_id}")).json()
    assert (room["queue"], room["offered_user_id"]) == ([], None)
    assert (await bora.join(room_id)).status_code == 200
    assert UUID(room["current_speaker_user_id"]) == anna.id


async def test_a_lost_seat_lowers_the_hand(
    start_gateway: StartGateway, environment: dict[str, str]
) -> None:
    patient = await start_gateway(hand_offer_s=60)
    anna, bora, room_id = await two_in_a_room(patient.url)
    async with anna.listening(room_id) as hears:
        await raise_hand(bora, room_id)
        # Begun when the hand is up, and patient with sockets: a busy machine stops for a second.
        async with running_gateway(environment, seat_ttl_s=3.0, ping_interval_s=1.0):
            left = await hears.next("room.participant.left", within_s=30)

    assert left["payload"] == {"user_id": str(bora.id), "reason": "absent"}
    queues = [each["payload"] for each in hears.frames if each["type"] == "speaker.queue"]
    assert [each["offered_user_id"] for each in queues] == [str(bora.id), None]


async def test_hands_need_a_seat(gateway: Gateway) -> None:
    _, _, room_id = await two_in_a_room(gateway.url)
    stranger = await Person.sign_up(gateway.url)
    assert [
        (await raise_hand(stranger, room_id)).status_code,
        (await lower_hand(stranger, room_id)).status_code,
    ] == [404, 404]
