"""The speaker's baton over HTTP (ARCHITECTURE section 5)."""

import asyncio
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.people import Person, two_in_a_room


@pytest.fixture(scope="module")
async def hasty(start_gateway: StartGateway) -> Gateway:
    """Turns are short here."""
    return await start_gateway(speaker_ttl_seconds=2, baton_max_hold_s=6)


def code_of(answer: object) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]  # type: ignore[attr-defined]


async def test_one_speaks_and_the_other_is_told_who_until_when(gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)

    granted = (await anna.acquire(room_id)).json()
    refused = await bora.acquire(room_id)

    assert granted["acquired"] is True
    assert granted["grant"] == 1
    left = (datetime.fromisoformat(granted["expires_at"]) - datetime.now(UTC)).total_seconds()
    assert 18 < left <= 20
    assert code_of(refused) == (409, "SPEAKER_TAKEN")
    assert refused.json()["current_speaker_user_id"] == str(anna.id)
    assert refused.json()["expires_at"] == granted["expires_at"]
    room = (await bora.get(f"/rooms/{room_id}")).json()
    assert room["current_speaker_user_id"] == str(anna.id)
    assert (room["expires_at"], room["baton_grant"]) == (granted["expires_at"], 1)


async def test_the_holders_own_acquire_returns_the_same_grant_extended(gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    first = (await anna.acquire(room_id)).json()
    await asyncio.sleep(0.05)

    again = (await anna.acquire(room_id)).json()

    assert again["grant"] == first["grant"]
    assert again["expires_at"] > first["expires_at"]


async def test_of_fifty_simultaneous_acquires_one_wins(gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)

    answers = await asyncio.gather(
        *(each.acquire(room_id) for each in (anna, bora) for _ in range(25))
    )

    granted = [each.json() for each in answers if each.status_code == 200]
    assert {each["grant"] for each in granted} == {1}
    assert len(granted) == 25  # all of one person, none of the other
    assert [each.status_code for each in answers].count(409) == 25


async def test_released_it_is_free_and_the_next_grant_has_the_next_number(gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)

    released = [await anna.post(f"/rooms/{room_id}/speaker/release") for _ in range(2)]
    granted = await bora.acquire(room_id)
    late = await anna.post(f"/rooms/{room_id}/speaker/release")

    assert [each.json() for each in released] == [{"released": True}] * 2
    assert granted.json()["grant"] == 2
    assert code_of(late) == (403, "NOT_SPEAKER")


async def test_who_never_spoke_has_nothing_to_release_or_extend(gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)

    for verb in ("release", "heartbeat"):
        assert code_of(await bora.post(f"/rooms/{room_id}/speaker/{verb}")) == (403, "NOT_SPEAKER")
    await anna.post(f"/rooms/{room_id}/speaker/release")
    assert code_of(await bora.post(f"/rooms/{room_id}/speaker/release")) == (403, "NOT_SPEAKER")


async def test_heartbeats_keep_it_up_to_the_longest_turn(hasty: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(hasty.url)
    grant = (await anna.acquire(room_id)).json()["grant"]
    ends: list[datetime] = []

    while len(ends) < 2 or ends[-1] > ends[-2]:
        await asyncio.sleep(0.5)
        beat = (await anna.post(f"/rooms/{room_id}/speaker/heartbeat", {"grant": grant})).json()
        assert beat["grant"] == grant
        assert (await bora.acquire(room_id)).status_code == 409
        ends.append(datetime.fromisoformat(beat["expires_at"]))

    assert ends[0] < ends[1] < ends[2]
    await asyncio.sleep((ends[-1] - datetime.now(UTC)).total_seconds() + 0.2)
    late = await anna.post(f"/rooms/{room_id}/speaker/heartbeat")
    assert code_of(late) == (403, "NOT_SPEAKER")
    assert (await bora.acquire(room_id)).status_code == 200


async def test_an_expired_holder_can_do_nothing_to_the_next(hasty: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(hasty.url)
    old = {"grant": (await anna.acquire(room_id)).json()["grant"]}
    await asyncio.sleep(2.2)
    new = {"grant": (await bora.acquire(room_id)).json()["grant"]}

    for verb in ("heartbeat", "release"):
        for claim in (old, new, {}):
            late = await anna.post(f"/rooms/{room_id}/speaker/{verb}", claim)
            assert code_of(late) == (403, "NOT_SPEAKER")
    assert code_of(await anna.say(room_id, grant="1")) == (403, "NOT_SPEAKER")
    kept = await bora.post(f"/rooms/{room_id}/speaker/heartbeat", new)
    assert kept.status_code == 200


async def test_an_own_older_grant_is_over_too(hasty: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(hasty.url)
    await anna.acquire(room_id)
    await asyncio.sleep(2.2)
    assert (await anna.acquire(room_id)).json()["grant"] == 2

    for verb in ("heartbeat",):
        late = await anna.post(f"/rooms/{room_id}/speaker/{verb}", {"grant": 1})
        assert code_of(late) == (403, "NOT_SPEAKER")
    assert code_of(await anna.say(room_id, grant="1")) == (403, "NOT_SPEAKER")


async def test_expiry_is_told_to_the_room_without_anybody_asking(hasty: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(hasty.url)
    async with bora.listening(room_id) as bora_hears:
        granted = (await anna.acquire(room_id)).json()

        begun = await bora_hears.next("speaker.changed")
        over = await bora_hears.next("speaker.changed")

    assert begun["payload"]["current_speaker_user_id"] == str(anna.id)
    assert begun["payload"]["expires_at"] == granted["expires_at"]
    assert over["payload"] == {"current_speaker_user_id": None, "expires_at": None, "grant": None}
    end = datetime.fromisoformat(granted["expires_at"])
    late_s = (datetime.fromisoformat(over["ts"]) - end).total_seconds()
    assert 0 <= late_s < 0.5


async def test_each_expiry_is_told_once_however_many_gateways_watch(
    start_gateway: StartGateway, hasty: Gateway
) -> None:
    await start_gateway()
    await start_gateway()
    anna, _, room_id = await two_in_a_room(hasty.url)
    for _ in range(3):
        await anna.acquire(room_id)
        await asyncio.sleep(2.7)

    told = (await anna.get(f"/rooms/{room_id}/events")).json()["events"]

    speakers = [
        each["payload"]["current_speaker_user_id"]
        for each in told
        if each["type"] == "speaker.changed"
    ]
    assert speakers == [str(anna.id), None] * 3


async def test_a_flushed_redis_grants_nobody_a_second_baton(gateway: Gateway, redis: Redis) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)

    await redis.flushall()
    answers = await asyncio.gather(*(bora.acquire(room_id) for _ in range(10)))
    beat = await anna.post(f"/rooms/{room_id}/speaker/heartbeat")

    assert {code_of(each) for each in answers} == {(409, "SPEAKER_TAKEN")}
    assert beat.status_code == 200
    key = f"malmoi:speaker:{room_id}"
    assert await redis.get(key) == str(anna.id).encode()  # the fast refusal is back


async def test_a_refused_claim_leaves_nothing_behind_in_redis(
    gateway: Gateway, redis: Redis
) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)
    await redis.flushall()

    await bora.acquire(room_id)

    assert await redis.get(f"malmoi:speaker:{room_id}") is None


async def test_leaving_hands_the_baton_back(gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)

    await anna.post(f"/rooms/{room_id}/leave")

    told = (await bora.get(f"/rooms/{room_id}/events")).json()["events"]
    assert [each["type"] for each in told[-2:]] == ["speaker.changed", "room.participant.left"]
    assert (await bora.get(f"/rooms/{room_id}")).json()["current_speaker_user_id"] is None


async def test_the_baton_needs_a_seat(gateway: Gateway) -> None:
    _, _, room_id = await two_in_a_room(gateway.url)
    stranger = await Person.sign_up(gateway.url)
    assert code_of(await stranger.acquire(room_id)) == (404, "NOT_FOUND")
