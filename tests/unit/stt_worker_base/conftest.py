"""A recording, and inference processes that are gone when their test is."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from stt_worker_base.child import InferenceChild
from stt_worker_base.settings import WorkerSettings
from tests.fixtures.recordings import Track, tone, write

StartChild = Callable[..., Awaitable[InferenceChild]]

FAULTY = "tests.fixtures.fault_engine:FaultEngine"
HUNGRY = "tests.fixtures.fault_engine:HungryEngine"
TOO_LARGE = "tests.fixtures.fault_engine:TooLargeEngine"
AT_ONCE = "tests.fixtures.fault_engine:FaultEngineAtOnce"


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Two seconds."""
    return write(tmp_path / "clip.flac", Track(tone(2), "flac"))


@pytest.fixture
async def start_child() -> AsyncIterator[StartChild]:
    """Starts a child that serves `engine`, with the settings given by name."""
    async with AsyncExitStack() as stack:

        async def start(engine: str = FAULTY, **changes: float) -> InferenceChild:
            child = InferenceChild(engine, WorkerSettings(engine=engine, **changes))
            stack.push_async_callback(child.stop)
            await child.start()
            return child

        yield start
