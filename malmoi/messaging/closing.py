"""Leaving a broker that may be gone."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from malmoi.process import end_tasks

_WITHIN_S = 5.0


async def close_quietly(closing: Coroutine[Any, Any, None]) -> None:
    """Give an aiokafka client some seconds to close, whatever comes of it.

    In a task of its own: while a broker is away, aiokafka lets not only errors escape from its
    `stop` but also the cancellation of its own tasks, which would look like ours.
    """
    task = asyncio.create_task(closing)
    await asyncio.wait([task], timeout=_WITHIN_S)
    await end_tasks(task)
