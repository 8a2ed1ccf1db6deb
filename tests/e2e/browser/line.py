"""The line between one window and the server, which can be cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Line:
    """Carries bytes to and fro; after `cut` it carries none, in either direction, until `mend`."""

    server_port: int
    port: int = 0
    whole: bool = True
    carried: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        self.whole = False
        for end in list(self.carried):
            end.transport.abort()

    def mend(self) -> None:
        self.whole = True

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.whole:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.server_port)
        ends = {writer, far_writer}
        self.carried |= ends
        try:
            await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))
        finally:
            self.carried -= ends


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


@asynccontextmanager
async def line_to(server_port: int) -> AsyncIterator[Line]:
    """Yield a line to the server at this port of the machine."""
    line = Line(server_port)
    async with await asyncio.start_server(line.accept, "127.0.0.1", 0) as server:
        line.port = server.sockets[0].getsockname()[1]
        yield line
        line.cut()
