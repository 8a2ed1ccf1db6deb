"""How a process lives: SIGTERM asks it to finish, and a background task that dies ends it."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final

_CANCEL_AGAIN_AFTER_S: Final = 5.0


async def run_until_signalled(body: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run `body`; its event is set by SIGTERM or SIGINT."""
    gc.freeze()  # what is imported stays: looking through it again would hold up requests
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
        await end_tasks(main, *background)


async def end_tasks(*tasks: asyncio.Future[Any]) -> None:
    """Cancel tasks until all have ended, whatever they raise.

    More than once, because one can get lost: before Python 3.12, `asyncio.wait_for`, with which
    redis-py sends, drops a cancellation that comes together with the result.
    """
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=_CANCEL_AGAIN_AFTER_S)
    await asyncio.gather(*tasks, return_exceptions=True)
