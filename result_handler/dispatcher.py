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
        """Release when woken, and twice a second for what nobody has told us of."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SWEEP_EVERY_S):
                    await self._woken.wait()
            self._woken.clear()
            try:
                await self.look()
            except DATABASE_AWAY as error:
                log.warning("dispatch.postponed", error=repr(error))
                await asyncio.sleep(_DATABASE_AWAY_S)

    async def look(self) -> int:
        """Release what can be released now; returns how many tasks."""
        async with self.database.reading() as session:
            if not await anything_waits(session):
                return 0
        released = 0
        for engine in Engine:
            async with self.database.transaction() as transaction:
                released += await release(transaction, engine)
        return released
