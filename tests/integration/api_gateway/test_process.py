"""The gateway as a process: `python -m api_gateway`, SIGTERM and SIGKILL."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from local_cluster.ports import free_port
from tests.integration.api_gateway.conftest import Gateway
from tests.integration.api_gateway.people import Person, two_in_a_room
from tests.integration.api_gateway.recogniser import Recogniser

ROOT = Path(__file__).parents[3]


class GatewayProcess:
    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"

    async def ready(self) -> None:
        async with asyncio.timeout(30), httpx.AsyncClient() as http:
            while True:
                assert self.process.returncode is None
                try:
                    if (await http.get(f"{self.url}/readyz")).status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)

    async def end(self, with_signal: int) -> int:
        if self.process.returncode is None:
            self.process.send_signal(with_signal)
        async with asyncio.timeout(30):
            return await self.process.wait()


@asynccontextmanager
async def gateway_process(environment: dict[str, str]) -> AsyncIterator[GatewayProcess]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "api_gateway",
        env={
            **os.environ,
            **environment,
            "GATEWAY_PORT": str(port),
            "PING_INTERVAL_S": "0.3",
            "LOGIN_MAX_FAILURES": "1000",
        },
        cwd=ROOT,
    )
    running = GatewayProcess(process, port)
    try:
        await running.ready()
        yield running
    finally:
        await running.end(signal.SIGKILL)


@pytest.fixture
async def first(environment: dict[str, str], gateway: Gateway) -> AsyncIterator[GatewayProcess]:
    async with gateway_process(environment) as running:
        yield running


async def test_sigterm_answers_who_waits_closes_who_listens_and_exits_0(
    first: GatewayProcess, gateway: Gateway, recogniser: Recogniser
) -> None:
    recogniser.paused = True
    anna, bora, room_id = await two_in_a_room(first.url)
    await anna.acquire(room_id)
    async with bora.listening(room_id) as hears:
        waiting = asyncio.create_task(anna.say(room_id))
        await hears.next("message.pending")

        ending = asyncio.create_task(first.end(signal.SIGTERM))

        assert await hears.closed() == 1012
    answer = await waiting
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    assert await ending == 0

    recogniser.paused = False
    bora.http.base_url = httpx.URL(gateway.url)
    async with bora.listening(room_id, after=0) as hears:
        created = await hears.next("message.created")
    assert created["payload"]["message_id"] == answer.json()["message_id"]


async def test_a_gateway_killed_right_after_a_2xx_has_lost_nothing(
    first: GatewayProcess, gateway: Gateway, recogniser: Recogniser
) -> None:
    recogniser.paused = True
    anna, bora, room_id = await two_in_a_room(first.url)
    await anna.acquire(room_id)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(anna.listening(room_id))
        accepted = await anna.say(room_id, headers={"Prefer": "respond-async"})
        await first.end(signal.SIGKILL)

    recogniser.paused = False
    bora.http.base_url = httpx.URL(gateway.url)
    async with bora.listening(room_id, after=0) as hears:
        created = await hears.next("message.created")
        # The killed gateway's socket stops to count when nobody has touched it for a while.
        while True:
            status = await hears.next("room.participant.status")
            if status["payload"] == {"user_id": str(anna.id), "status": "offline"}:
                break
    assert created["payload"]["job_id"] == accepted.json()["job_id"]


async def test_a_missing_secret_keeps_the_gateway_from_starting(
    environment: dict[str, str],
) -> None:
    incomplete = {name: value for name, value in environment.items() if "JWT" not in name}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "api_gateway",
        env={**os.environ, **incomplete},
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await process.communicate()
    assert process.returncode != 0
    assert b"jwt_secret_key" in told.lower()


async def test_the_baton_passes_between_two_processes(
    first: GatewayProcess, environment: dict[str, str]
) -> None:
    async with gateway_process(environment) as second:
        anna, bora, room_id = await two_in_a_room(first.url, second.url)
        answers = await asyncio.gather(
            *(each.acquire(room_id) for each in (anna, bora) for _ in range(25))
        )
        assert [each.status_code for each in answers].count(200) == 25

        await first.end(signal.SIGKILL)
        assert (await bora.get(f"/rooms/{room_id}")).json()["baton_grant"] == 1
        carla = await Person.sign_up(second.url)
        assert (await carla.join(room_id)).status_code == 409
