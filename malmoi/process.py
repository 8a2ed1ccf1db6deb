"""How a process lives: SIGTERM asks it to finish, and a background task that dies ends it."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any


async def run_until_signalled(body: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run `body`; its event is set by SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    await body(stop)


async def run_until_done(
    work: Coroutine[Any, Any, None], background: Sequence[asyncio.Task[None]]
) -> None:
    """Run `work` to its end, then end the background tasks.

    A background task that ends first raises what ended it: a process that has lost a part of
    itself exits and is restarted, rather than living on half.
    """
    main = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait([main, *background], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        await main
    finally:
        for task in (main, *background):
            task.cancel()
        await asyncio.gather(main, *background, return_exceptions=True)
