"""Tasks that live as long as the gateway; if one dies, the gateway ends and is restarted."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

from malmoi.process import end_tasks

log = structlog.get_logger()


@asynccontextmanager
async def in_background(
    failed: asyncio.Event, *work: Coroutine[Any, Any, None]
) -> AsyncIterator[None]:
    """Run `work` beside the body; sets `failed` when any of it ends before its time."""

    def note(task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            log.error("background.failed", exc_info=task.exception())
            failed.set()

    tasks = [asyncio.create_task(each) for each in work]
    for task in tasks:
        task.add_done_callback(note)
    try:
        yield
    finally:
        await end_tasks(*tasks)
