"""The room's story by WebSocket: everything once, in order, to those who may hear it."""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from jose import jwt
from redis.asyncio import Redis
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from api_gateway.live import protocol
from malmoi.contracts.events import EventType
from malmoi.persistence.database import Database
from malmoi.persistence.events import tell_room
from malmoi.persistence.rooms import lock_room
from tests.integration.api_gateway.conftest import Gateway, StartGateway
from tests.integration.api_gateway.people import Listening, Person, two_in_a_room


async def happen(database: Database, room_id: str, count: int, **payload: object) -> int:
    """Events that some other process writes, and Redis does not tell; returns the last number."""
    seq = 0
    for _ in range(count):
        async with database.transaction() as transaction:
            await tell_room(
                transaction, UUID(room_id), EventType.MESSAGE_EMPTY, {"n": seq, **payload}
            )
            seq = transaction.events[-1][1].seq
    return seq


def numbers(hears: Listening) -> list[int]:
    return [each["seq"] for each in hears.story]


async def test_the_first_frame_is_the_rooms_state(gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    grant = (await anna.acquire(room_id)).json()

    async with bora.listening(room_id) as hears:
        state = hears.state["payload"]

    assert state["current_speaker_user_id"] == str(anna.id)
    assert state["expires_at"] == grant["expires_at"]
    statuses = {each["user_id"]: each["status"] for each in state["participants"]}
    assert statuses == {str(anna.id): "offline", str(bora.id): "online"}
    assert state["last_seq"] == hears.state["seq"] == 4  # two joins, a speaker, Bora's presence


async def test_both_hear_the_same_story_on_two_gateways(
    gateway: Gateway, start_gateway: StartGateway
) -> None:
    other = await start_gateway()
    anna, bora, room_id = await two_in_a_room(gateway.url, other.url)
    async with anna.listening(room_id, after=0) as here, bora.listening(room_id, after=0) as there:
        for person in (anna, bora, anna):
            assert (await person.acquire(room_id)).status_code == 200
            await person.post(f"/rooms/{room_id}/speaker/release")
        stories = [await each.until(10) for each in (here, there)]

    assert stories[0] == stories[1]
    assert [each["seq"] for each in stories[0]] == list(range(1, 11))
    assert {"type", "payload", "ts", "seq", "trace_id"} == set(stories[0][0])


async def test_a_listener_comes_back_where_it_was(gateway: Gateway, database: Database) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    async with anna.listening(room_id) as before:
        start = before.state["seq"]
        await happen(database, room_id, 2)
        await before.until(start + 2)
    last = await happen(database, room_id, 700)

    async with anna.listening(room_id, after=start + 2) as hears:
        await hears.until(last)
        last = await happen(database, room_id, 3)
        await hears.until(last)

    # Between them: Anna was offline and online again, which is part of the story.
    assert numbers(hears) == list(range(start + 3, last + 1))


async def test_a_number_from_the_future_means_from_now_on(gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    async with anna.listening(room_id, after=10**9) as hears:
        await anna.acquire(room_id)
        heard = await hears.next("speaker.changed")
    assert heard["seq"] == hears.state["seq"] + 1


async def test_events_that_redis_never_told_come_with_the_next_ping(
    gateway: Gateway, database: Database
) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    async with anna.listening(room_id) as hears:
        last = await happen(database, room_id, 5)

        await hears.until(last, within_s=2)
        ping = await hears.next("ping")

    assert numbers(hears) == list(range(hears.state["seq"] + 1, last + 1))
    assert ping["seq"] == last


async def test_a_gap_is_filled_and_a_repetition_dropped_at_once(
    start_gateway: StartGateway, database: Database, redis: Redis
) -> None:
    calm = await start_gateway(ping_interval_s=60)  # so that no ping can help
    anna, _, room_id = await two_in_a_room(calm.url)
    async with anna.listening(room_id) as hears:
        start = hears.state["seq"]
        await happen(database, room_id, 3)
        third, fourth = (
            json.dumps({
                "type": "message.empty", "payload": {}, "seq": start + number,
                "ts": datetime.now(UTC).isoformat(), "trace_id": None,
            })
            for number in (3, 3)
        )  # fmt: skip
        await redis.publish(f"malmoi:events:room:{room_id}", third)
        await redis.publish(f"malmoi:events:room:{room_id}", fourth)

        await hears.until(start + 3, within_s=2)
        await happen(database, room_id, 1)
        await redis.publish(
            f"malmoi:events:room:{room_id}", third.replace(str(start + 3), str(start + 4))
        )
        await hears.until(start + 4, within_s=2)

    assert numbers(hears) == [start + 1, start + 2, start + 3, start + 4]


async def test_after_redis_dropped_the_connection_nothing_is_missing(
    gateway: Gateway, redis: Redis
) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    async with anna.listening(room_id) as hears:
        start = hears.state["seq"]
        for _ in range(5):
            await redis.client_kill_filter(_type="pubsub")
            await anna.acquire(room_id)
            await anna.post(f"/rooms/{room_id}/speaker/release")
        await hears.until(start + 10)

    assert numbers(hears) == list(range(start + 1, start + 11))


async def test_many_writers_and_listeners_see_one_order(
    gateway: Gateway, start_gateway: StartGateway
) -> None:
    other = await start_gateway()
    anna, bora, room_id = await two_in_a_room(gateway.url, other.url)

    async def talk(person: Person) -> None:
        for _ in range(10):
            await person.acquire(room_id)
            await person.post(f"/rooms/{room_id}/speaker/release")

    async with anna.listening(room_id, after=0) as here, bora.listening(room_id, after=0) as there:
        await asyncio.gather(talk(anna), talk(bora), talk(anna), talk(bora))
        last = (await anna.get(f"/rooms/{room_id}/events", limit=1)).json()["last_seq"]
        stories = [await each.until(last) for each in (here, there)]

    assert stories[0] == stories[1]
    assert [each["seq"] for each in stories[0]] == list(range(1, last + 1))


async def test_the_same_story_can_be_polled(gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    async with bora.listening(room_id, after=0) as hears:
        await anna.acquire(room_id)
        await hears.until(4)
        polled = (await bora.get(f"/rooms/{room_id}/events")).json()
        rest = (await bora.get(f"/rooms/{room_id}/events", after=1, limit=2)).json()

    assert polled["events"] == hears.story
    assert polled["last_seq"] == 4
    assert [each["seq"] for each in rest["events"]] == [2, 3]
    assert rest["last_seq"] == 4


async def test_the_server_answers_with_its_subprotocol(gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    async with anna.listening(room_id) as hears:
        assert hears.socket.subprotocol == "malmoi.v1"
    headers = {"Authorization": f"Bearer {anna.token}"}
    async with connect(anna.socket_url(room_id), additional_headers=headers) as plain:
        assert json.loads(await plain.recv())["type"] == "room.state"


async def test_who_may_not_listen_is_told_why(gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    stranger = await Person.sign_up(gateway.url)
    secret = gateway.state.settings.jwt_secret_key.get_secret_value()
    old = jwt.encode({**jwt.get_unverified_claims(anna.token), "exp": 1}, secret)
    url = anna.socket_url(room_id)

    assert await anna.refused_socket(url) == 4401
    assert await anna.refused_socket(f"{url}?token={anna.token}") == 4401
    assert await anna.refused_socket(url, "malmoi.v1", f"bearer.{old}") == 4401
    assert await anna.refused_socket(url, "malmoi.v1", f"bearer.{stranger.token}") == 4404
    own = f"bearer.{anna.token}"
    assert await anna.refused_socket(anna.socket_url(str(uuid4())), "malmoi.v1", own) == 4404
    assert await anna.refused_socket(anna.socket_url("none"), "malmoi.v1", own) == 4404
    assert await anna.refused_socket(f"{url}?after=-1", "malmoi.v1", own) == 4400


async def test_pages_of_other_sites_may_not_listen(gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    headers = {"Authorization": f"Bearer {anna.token}"}
    own = gateway.url
    for allowed in ("http://localhost:3000", own):
        async with connect(anna.socket_url(room_id), additional_headers=headers, origin=allowed):
            pass
    for foreign in ("https://evil.example", "null", "http://localhost:3001"):
        with pytest.raises(InvalidStatus, match="403"):
            await connect(anna.socket_url(room_id), additional_headers=headers, origin=foreign)


async def test_a_socket_ends_with_its_token(start_gateway: StartGateway) -> None:
    gateway = await start_gateway()
    anna, _, room_id = await two_in_a_room(gateway.url)
    secret = gateway.state.settings.jwt_secret_key.get_secret_value()
    end = datetime.now(UTC) + timedelta(seconds=6)
    anna.token = jwt.encode({**jwt.get_unverified_claims(anna.token), "exp": end}, secret)

    async with anna.listening(room_id) as hears:
        assert await hears.closed(within_s=8) == 4401


async def test_who_leaves_hears_it_and_is_seen_off(gateway: Gateway) -> None:
    anna, bora, room_id = await two_in_a_room(gateway.url)
    async with (
        anna.listening(room_id) as first,
        anna.listening(room_id) as second,
        bora.listening(room_id) as hears,
    ):
        await anna.post(f"/rooms/{room_id}/leave")

        assert await first.closed() == 4409
        assert await second.closed() == 4409
        left = await hears.next("room.participant.left")

    assert first.story[-1]["type"] == "room.participant.left"
    assert left["payload"] == {"user_id": str(anna.id), "reason": "left"}


async def test_a_talkative_client_is_sent_away(gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    async with anna.listening(room_id) as hears:
        await hears.socket.send("hello")
        await hears.next("ping")  # little is ignored
        for _ in range(30):
            await hears.socket.send("hello")
        assert await hears.closed() == 4429
    async with anna.listening(room_id) as hears:
        await hears.socket.send("x" * 5000)
        assert await hears.closed() == 1009


async def test_a_client_that_stops_reading_is_cut_off(
    start_gateway: StartGateway, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "STALLED_AFTER_S", 2)
    gateway = await start_gateway(ping_interval_s=30)
    anna, bora, room_id = await two_in_a_room(gateway.url)
    async with bora.listening(room_id) as hears, deaf_client(gateway, anna, room_id):
        await asyncio.sleep(0.3)
        assert len(gateway.state.pulse.sockets) == 2
        last = await happen(database, room_id, 50, filler="x" * 200_000)
        await gateway.state.hub.refresh_all()

        await hears.until(last, within_s=30)
        for _ in range(200):
            if len(gateway.state.pulse.sockets) == 1:
                break
            await asyncio.sleep(0.1)
        assert len(gateway.state.pulse.sockets) == 1
        offline = {"user_id": str(anna.id), "status": "offline"}
        await hears.told("room.participant.status", offline)
        held = [each for each in gateway.server.server_state.connections if is_socket(each)]
        assert len(held) == 1  # not even the connection and its buffer are kept


def is_socket(connection: object) -> bool:
    return isinstance(connection, protocol.ListenerProtocol)


@asynccontextmanager
async def deaf_client(gateway: Gateway, person: Person, room_id: str) -> AsyncIterator[None]:
    """A handshake, and then nothing is ever read."""
    host, port = gateway.url.removeprefix("http://").split(":")
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect((host, int(port)))
    raw.sendall(
        f"GET /ws/rooms/{room_id} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {os.urandom(16).hex()[:22]}==\r\n"
        f"Authorization: Bearer {person.token}\r\n\r\n".encode()
    )
    with contextlib.closing(raw):
        yield


async def test_a_socket_that_is_let_in_slowly_is_noted_once(
    gateway: Gateway, database: Database
) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    async with AsyncExitStack() as stack:
        async with database.transaction() as transaction:
            await lock_room(transaction, UUID(room_id))
            entering = asyncio.create_task(stack.enter_async_context(anna.listening(room_id)))
            await asyncio.sleep(0.7)  # two ticks of the gateway, which must not note it too
            assert gateway.state.pulse.sockets_of(UUID(room_id), anna.id) == 0
        hears = await entering
        await hears.next("ping")

    assert hears.state["payload"]["participants"][0]["status"] == "online"
