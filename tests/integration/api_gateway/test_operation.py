"""Health, metrics, traces, CORS, and what happens when a part is away."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import uuid4

import httpx
import pytest

from tests.fixtures.servers import Servers
from tests.integration.api_gateway.conftest import Gateway
from tests.integration.api_gateway.people import Person, two_in_a_room
from tests.integration.api_gateway.recogniser import Recogniser


@pytest.fixture
async def http(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=gateway.url, timeout=30) as client:
        yield client


async def until_ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(20):
        while (await http.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.1)


async def test_the_gateway_says_how_it_is(http: httpx.AsyncClient) -> None:
    health = (await http.get("/health")).json()
    ready = await http.get("/readyz")

    assert health["status"] == "healthy"
    assert datetime.fromisoformat(health["timestamp"]).tzinfo is not None
    assert (await http.get("/healthz")).text == "alive\n"
    assert ready.status_code == 200
    assert set(ready.json()["parts"].values()) == {"ok"}


async def test_metrics_name_routes_and_never_rooms(gateway: Gateway) -> None:
    anna, _, room_id = await two_in_a_room(gateway.url)
    await anna.get(f"/rooms/{room_id}/participants")
    await anna.get(f"/nothing/{room_id}")

    shown = (await anna.get("/metrics")).text

    assert 'route="/rooms/{room_id}/participants"' in shown
    assert 'malmoi_http_request_seconds_count{method="any",route="unmatched"' in shown
    assert room_id not in shown


async def test_a_trace_id_is_taken_made_and_answered(http: httpx.AsyncClient) -> None:
    offered = uuid4().hex
    taken = await http.get("/me", headers={"X-Trace-Id": offered})
    made = await http.get("/me", headers={"X-Trace-Id": "no\ttrace id; at all"})

    assert taken.headers["x-trace-id"] == taken.json()["trace_id"] == offered
    assert len(made.headers["x-trace-id"]) == 32


async def test_a_path_that_does_not_exist_is_a_problem_too(http: httpx.AsyncClient) -> None:
    lost = await http.get("/nothing")
    wrong = await http.put("/me")
    assert (lost.status_code, lost.json()["code"]) == (404, "NOT_FOUND")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "METHOD_NOT_ALLOWED")


async def test_only_the_allowed_origins_may_call_from_a_browser(http: httpx.AsyncClient) -> None:
    async def preflight(origin: str) -> httpx.Response:
        return await http.options(
            "/rooms",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization,idempotency-key,prefer",
            },
        )

    allowed, foreign = (
        await preflight("http://localhost:3000"),
        await preflight("https://evil.test"),
    )
    refused = await http.get("/me", headers={"Origin": "http://localhost:3000"})

    assert allowed.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert "access-control-allow-origin" not in foreign.headers
    assert refused.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert "x-trace-id" in refused.headers["access-control-expose-headers"].lower()


async def test_openapi_describes_bodies_refusals_and_servers(http: httpx.AsyncClient) -> None:
    described = (await http.get("/openapi.json")).json()

    stt = described["paths"]["/rooms/{room_id}/stt"]["post"]
    form = stt["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(form["properties"]) == {"audio_file", "language", "grant"}
    assert {"200", "202", "403", "409", "413", "503"} <= set(stt["responses"])
    assert [each["url"] for each in described["servers"]] == ["/api", "/"]
    assert "/metrics" not in described["paths"]
    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert operation["tags"], path
            assert operation["description"], path


async def test_without_redis_nobody_gets_the_baton_but_everything_else_works(
    gateway: Gateway, servers: Servers, recogniser: Recogniser, http: httpx.AsyncClient
) -> None:
    if servers.embedded is None:
        pytest.skip("the servers are containers; only embedded ones are stopped here")
    anna, bora, room_id = await two_in_a_room(gateway.url)
    grant = (await anna.acquire(room_id)).json()["grant"]
    await servers.embedded.redis.stop()
    try:
        denied = await bora.acquire(room_id)
        beat = await anna.post(f"/rooms/{room_id}/speaker/heartbeat", {"grant": grant})
        said = await anna.say(room_id)
        signed_in = await http.post(
            "/auth/login", json={"email": anna.email, "password": "a long enough password"}
        )
        async with bora.listening(room_id, after=0) as hears:
            heard = await hears.next("message.created")
        ready = await http.get("/readyz")
    finally:
        await servers.embedded.redis.start()
        await until_ready(http)

    assert (denied.status_code, denied.json()["code"]) == (503, "UNAVAILABLE")
    assert beat.status_code == 200
    assert said.json()["text"] == heard["payload"]["text"] == "안녕하세요"
    assert signed_in.status_code == 200
    assert (ready.status_code, ready.json()["parts"]["redis"]) == (503, "away")


async def test_a_socket_outlives_a_restart_of_redis(
    gateway: Gateway, servers: Servers, http: httpx.AsyncClient
) -> None:
    if servers.embedded is None:
        pytest.skip("the servers are containers; only embedded ones are stopped here")
    anna, _, room_id = await two_in_a_room(gateway.url)
    async with anna.listening(room_id) as hears:
        await servers.embedded.redis.kill()
        await servers.embedded.redis.start()
        await until_ready(http)
        await anna.acquire(room_id)
        heard = await hears.next("speaker.changed")
    assert heard["seq"] == hears.state["seq"] + 1


async def test_without_the_object_store_a_clip_is_not_accepted(
    gateway: Gateway, servers: Servers, http: httpx.AsyncClient
) -> None:
    if servers.embedded is None:
        pytest.skip("the servers are containers; only embedded ones are stopped here")
    anna, _, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)
    await servers.embedded.s3.stop()
    try:
        refused = await anna.say(room_id)
    finally:
        await servers.embedded.s3.start()
        await until_ready(http)

    assert (refused.status_code, refused.json()["code"]) == (503, "UNAVAILABLE")
    told = (await anna.get(f"/rooms/{room_id}/events")).json()["events"]
    assert "message.pending" not in [each["type"] for each in told]


async def test_without_kafka_clips_are_accepted_and_the_gateway_stays_ready(
    gateway: Gateway, servers: Servers, recogniser: Recogniser, http: httpx.AsyncClient
) -> None:
    if servers.embedded is None:
        pytest.skip("the servers are containers; only embedded ones are stopped here")
    anna, _, room_id = await two_in_a_room(gateway.url)
    await anna.acquire(room_id)
    await servers.embedded.kafka.stop()
    try:
        async with asyncio.timeout(20):
            while (await http.get("/readyz")).json()["parts"]["kafka"] == "ok":
                await asyncio.sleep(0.2)
        ready = await http.get("/readyz")
        accepted = await anna.say(room_id)
    finally:
        await servers.embedded.kafka.start()

    assert ready.status_code == 200
    assert accepted.status_code == 200


async def test_without_the_database_the_gateway_says_so_and_comes_back(
    gateway: Gateway, servers: Servers, http: httpx.AsyncClient
) -> None:
    if servers.embedded is None:
        pytest.skip("the servers are containers; only embedded ones are stopped here")
    anna = await Person.sign_up(gateway.url)
    await servers.embedded.postgres.stop()
    try:
        refused = await anna.get("/rooms")
        openai_refused = await anna.get("/v1/models")
        ready = await http.get("/readyz")
    finally:
        await servers.embedded.postgres.start()
        await until_ready(http)

    assert (refused.status_code, refused.json()["code"]) == (503, "UNAVAILABLE")
    assert refused.headers["retry-after"] == "1"
    assert openai_refused.json()["error"]["code"] == "unavailable"
    assert (ready.status_code, ready.json()["parts"]["database"]) == (503, "away")
    assert (await anna.get("/rooms")).status_code == 200
    assert not gateway.app.state.background_failed.is_set()
