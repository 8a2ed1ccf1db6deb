"""Ctrl-C and SIGTERM end a command by cancelling it, so that it cleans up behind itself."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_interruptible(main: Coroutine[Any, Any, T]) -> T | None:
    """Run a coroutine; None when a signal ended it. A second signal ends the clean-up too."""
    return asyncio.run(_cancelled_by_signals(main))


async def _cancelled_by_signals(main: Coroutine[Any, Any, T]) -> T | None:
    task = asyncio.ensure_future(main)
    for signum in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(signum, task.cancel)
    await asyncio.wait([task])
    return None if task.cancelled() else task.result()
