"""Takes callbacks, and forgets none."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Receiver:
    """Somebody's web server; after a kill it hears the same event again, under the same id."""

    url: str = ""
    heard: Counter[str] = field(default_factory=Counter)
    """How often each event came, by its id."""
    events: dict[str, set[str]] = field(default_factory=dict)
    """The ids of the events of each job."""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Receiver"]:
        """Be there while the block runs."""
        server = await asyncio.start_server(self._answer, "127.0.0.1")
        async with server:
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            yield self

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head[1:])
            }
            told = json.loads(await reader.readexactly(int(headers["content-length"])))
            self.heard[headers["webhook-id"]] += 1
            self.events.setdefault(told["data"]["job_id"], set()).add(headers["webhook-id"])
            writer.write(b"HTTP/1.1 204 Heard\r\nConnection: close\r\n\r\n")
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the sender was killed
        finally:
            writer.close()
