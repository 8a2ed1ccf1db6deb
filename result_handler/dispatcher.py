"""Releases waiting tasks to workers as these become free."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Final

import structlog

from malmoi.contracts.jobs import Engine
from malmoi.persistence.database import Database
from malmoi.persistence.dispatch import anything_waits, release
from malmoi.persistence.faults import DATABASE_AWAY

_SWEEP_EVERY_S: Final = 0.5
_WHEN_FULL_S: Final = 1.0
"""No worker has a place free; whoever frees one mostly wakes us."""
_DATABASE_AWAY_S: Final = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Any number of replicas may run at once."""

    database: Database
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Say that a worker is free, or that a task waits."""
        self._woken.set()

    async def run(self) -> None:
        """Release when woken, and again and again for what nobody has told us of."""
        rest_s = _SWEEP_EVERY_S
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rest_s):
                    await self._woken.wait()
            self._woken.clear()
            try:
                rest_s = _WHEN_FULL_S if await self.look() == 0 else _SWEEP_EVERY_S
            except DATABASE_AWAY as error:
                log.warning("dispatch.postponed", error=repr(error))
                await asyncio.sleep(_DATABASE_AWAY_S)

    async def look(self) -> int | None:
        """Release what can be released now; returns how many tasks, None when none waits."""
        async with self.database.reading() as session:
            if not await anything_waits(session):
                return None
        released = 0
        for engine in Engine:
            async with self.database.transaction() as transaction:
                released += await release(transaction, engine)
        return released
