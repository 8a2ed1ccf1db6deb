"""Gateways on real servers, answering real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from redis.asyncio import Redis

from api_gateway.__main__ import Server, server_config
from api_gateway.app import create_app
from api_gateway.settings import Settings
from api_gateway.state import State
from local_cluster.ports import free_port
from malmoi.live.bus import publish_events
from malmoi.object_store.store import ObjectStore
from malmoi.persistence.database import Database, Transaction, open_database
from malmoi.process import end_tasks
from malmoi.web import passwords
from tests.integration.api_gateway.operators import Pipeline, operator
from tests.integration.api_gateway.people import OPEN, Person, two_in_a_room
from tests.integration.api_gateway.recogniser import Recogniser


@pytest.fixture(scope="module", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hashed by the same algorithm at its least cost: people sign up a thousand times here."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = passwords._HASHER.using(memory_cost=8, time_cost=1)
        patch.setattr(passwords, "_HASHER", cheap)
        yield


@dataclass
class Gateway:
    """A running gateway."""

    url: str
    app: FastAPI
    server: uvicorn.Server

    @property
    def state(self) -> State:
        state: State = self.app.state.malmoi
        return state


StartGateway = Callable[..., Awaitable[Gateway]]


@asynccontextmanager
async def running_gateway(environment: dict[str, str], **overrides: Any) -> AsyncIterator[Gateway]:
    read = {name.lower(): value for name, value in environment.items()}
    quick = {"ping_interval_s": 0.3, "stt_wait_s": 10, "gateway_port": free_port()}
    # Everybody has one address here, and more people sign up than from any office.
    patient = {"login_max_failures": 1000}
    settings = Settings(**{**read, **quick, **patient, **overrides})
    app = create_app(settings)
    server = Server(server_config(app, settings))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done(), serving.exception()
        await asyncio.sleep(0.01)
    try:
        yield Gateway(f"http://127.0.0.1:{settings.gateway_port}", app, server)
    finally:
        server.should_exit = True
        await serving


@pytest.fixture(scope="module")
async def start_gateway(
    environment: dict[str, str],
    database: Database,  # with the schema in it
) -> AsyncIterator[StartGateway]:
    await ObjectStore(
        Settings(**{name.lower(): value for name, value in environment.items()})
    ).ensure_bucket()
    async with AsyncExitStack() as stack:

        async def start(**overrides: Any) -> Gateway:
            return await stack.enter_async_context(running_gateway(environment, **overrides))

        yield start


@pytest.fixture(scope="module")
async def gateway(start_gateway: StartGateway) -> Gateway:
    return await start_gateway()


@pytest.fixture(scope="module")
async def redis(environment: dict[str, str]) -> AsyncIterator[Redis]:
    client = Redis.from_url(environment["REDIS_URL"])
    yield client
    await client.aclose()


@pytest.fixture
async def recogniser(
    environment: dict[str, str], redis: Redis, gateway: Gateway
) -> AsyncIterator[Recogniser]:
    """The gateway is asked for first: it brings the bucket."""

    async def after_commit(transaction: Transaction) -> None:
        await publish_events(redis, transaction.events)

    settings = Settings(**{name.lower(): value for name, value in environment.items()})
    async with open_database(settings) as database:
        database.after_commit = after_commit
        recogniser = Recogniser(database)
        running = asyncio.create_task(recogniser.run())
        yield recogniser
        await end_tasks(running)
        if not running.cancelled():
            running.result()  # what ended it is the reason of a failed test


@pytest.fixture(autouse=True)
async def closed_clients() -> AsyncIterator[None]:
    """Whoever signed up in a test goes home after it."""
    yield
    while OPEN:
        await OPEN.pop().aclose()


@pytest.fixture
async def admin(gateway: Gateway, database: Database) -> Person:
    return await operator(gateway.url, database)


@pytest.fixture
async def pipeline(database: Database) -> Pipeline:
    return Pipeline(database)


@pytest.fixture
async def speaking(gateway: Gateway, recogniser: Recogniser) -> tuple[Person, str]:
    """Somebody with the baton of a room."""
    anna, _, room_id = await two_in_a_room(gateway.url)
    assert (await anna.acquire(room_id)).status_code == 200
    return anna, room_id
