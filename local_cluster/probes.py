"""Small questions to a server that is starting; an answer of None means: not yet."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from local_cluster.ports import LOOPBACK

PROBE_TIMEOUT_S = 2


@contextlib.asynccontextmanager
async def _connection(
    port: int, host: str
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def ask(
    port: int, request: bytes, *, answer_bytes: int, host: str = LOOPBACK
) -> bytes | None:
    """Send bytes to a local port; returns at most the first `answer_bytes` of the answer."""
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S), _connection(port, host) as (reader, writer):
            writer.write(request)
            await writer.drain()
            return await reader.read(answer_bytes)
    except (OSError, TimeoutError):
        return None


async def http_status(port: int, path: str) -> int | None:
    """Return the status code of `GET path` on a local port."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    answer = await ask(port, request.encode(), answer_bytes=64) or b""
    protocol, _, rest = answer.partition(b" ")
    return int(rest[:3]) if protocol.startswith(b"HTTP/") and rest[:3].isdigit() else None
