"""How many tasks an inference process has in hand, from the worker's side."""

from asyncio import Semaphore
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager


class Places:
    """As many places as the engine recognises at once, and one more for what is urgent."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._ordinary, self._urgent = Semaphore(at_once), Semaphore(1)

    @asynccontextmanager
    async def one(self, *, urgent: bool) -> AsyncIterator[None]:
        """Wait for a place."""
        async with self._urgent if urgent else self._ordinary:
            yield

    @asynccontextmanager
    async def all(self) -> AsyncIterator[None]:
        """Wait until nobody else has one."""
        async with AsyncExitStack() as held:
            # The same order for everybody: none waits for another that waits for it.
            await held.enter_async_context(self._urgent)
            for _ in range(self._at_once):
                await held.enter_async_context(self._ordinary)
            yield
