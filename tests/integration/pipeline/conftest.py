"""Handler and worker as real processes, on real servers."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local_cluster.ports import free_port
from malmoi.object_store.store import ObjectStore
from malmoi.settings import ObjectStoreSettings
from result_handler.settings import Settings
from result_handler.setup import set_up

ROOT = Path(__file__).parents[3]


@dataclass
class Process:
    """One of our services, started as users start it."""

    module: str
    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    running: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self.module,
            env={**os.environ, **self.environment, "HEALTH_PORT": str(self.port)},
            cwd=ROOT,
        )

    async def ready(self, within_s: float = 60) -> None:
        async with asyncio.timeout(within_s), httpx.AsyncClient() as client:
            while True:
                try:
                    answer = await client.get(f"http://127.0.0.1:{self.port}/readyz")
                except httpx.TransportError:
                    pass
                else:
                    if answer.status_code == httpx.codes.OK:
                        return
                await asyncio.sleep(0.1)

    async def kill(self) -> None:
        assert self.running is not None
        self.running.kill()
        await self.running.wait()

    async def terminate(self, within_s: float = 60) -> int:
        assert self.running is not None
        if self.running.returncode is None:
            self.running.send_signal(signal.SIGTERM)
        async with asyncio.timeout(within_s):
            return await self.running.wait()


@asynccontextmanager
async def processes(*wanted: Process) -> AsyncIterator[None]:
    """Start all, wait until all are ready, stop all."""
    try:
        for each in wanted:
            await each.start()
        await asyncio.gather(*(each.ready() for each in wanted))
        yield
    finally:
        await asyncio.gather(*(each.terminate() for each in wanted if each.running))


@pytest.fixture(scope="module")
def fast(environment: dict[str, str]) -> dict[str, str]:
    """The services' environment with short leases and the engine that injects faults."""
    return {
        **environment,
        "LEASE_S": "3",
        "RECONCILE_INTERVAL_S": "0.5",
        "HEARTBEAT_S": "0.5",
        "KAFKA_SESSION_TIMEOUT_S": "6",
        "TASK_MIN_DEADLINE_S": "5",
        "ENGINE": "tests.fixtures.fault_engine:FaultEngine",
        "WORKER_SLOTS": "4",
        "LOG_LEVEL": "info",
    }


async def eventually(
    check: Callable[[], Coroutine[Any, Any, bool]], *, within_s: float = 60
) -> None:
    """Return once `check` holds."""
    async with asyncio.timeout(within_s):
        while not await check():
            await asyncio.sleep(0.1)


async def open_store(environment: dict[str, str]) -> ObjectStore:
    """The bucket and its database as the handler sets them up."""
    variables = {name.lower(): value for name, value in environment.items()}
    await set_up(Settings(**variables))
    return ObjectStore(ObjectStoreSettings(**variables))


async def stored(store: ObjectStore, recording: Path) -> str:
    """The key under which the recording now lies."""
    key, content = f"audio/{uuid4()}", recording.read_bytes()
    await store.put(key, BytesIO(content), length=len(content), content_type="audio/flac")
    return key
