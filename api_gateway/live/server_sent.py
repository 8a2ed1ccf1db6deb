"""A stream of events as Server-Sent Events (WHATWG HTML, section 9.2), until its last one."""

from collections.abc import AsyncIterator, Callable
from typing import Final

from api_gateway.live.hub import EventHub
from malmoi.contracts.events import JOB_ENDS

_KEEP_ALIVE: Final = ": still here\n\n"
_LOOK_UP_EVERY_S = 1.0
"""How soon a gateway that drains is noticed."""


async def server_sent(
    hub: EventHub,
    stream_name: str,
    after: int,
    *,
    keep_alive_s: float,
    draining: Callable[[], bool],
) -> AsyncIterator[str]:
    """Everything after number `after`, each with its number as its id, to the end of the job.

    A comment is sent when nothing has happened for `keep_alive_s`, so that nobody on the way takes
    the connection for dead. Ends early once the gateway drains: the client comes back elsewhere.
    """
    silent_s = 0.0
    async with hub.follow(stream_name) as stream:
        while not draining():
            frames = await hub.frames_after(stream, after)
            if not frames and stream.newest > after:
                return  # its events are gone: the job was deleted
            for frame in frames:
                yield f"id: {frame.seq}\nevent: {frame.type}\ndata: {frame.text}\n\n"
                after, silent_s = frame.seq, 0.0
                if frame.type in JOB_ENDS:
                    return
            if await stream.wait_beyond(after, timeout_s=_LOOK_UP_EVERY_S):
                continue
            silent_s += _LOOK_UP_EVERY_S
            if silent_s >= keep_alive_s:
                yield _KEEP_ALIVE
                silent_s = 0.0
