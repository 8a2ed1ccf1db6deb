"""Connections to hosts that somebody else named: resolved once, judged, then connected to.

What was judged is what is connected to: DNS that changes its mind has no second say.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Any

import httpcore

from malmoi.web.destinations import AddressRefused, HostNotFound, Network, is_reachable

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses of a host; raises OSError."""

_RESOLVING_AT_ONCE = 64
_ADDRESSES_TRIED = 3


class SystemResolver:
    """Asks the system's name servers, in threads of its own: a slow one delays nobody else."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVING_AT_ONCE, thread_name_prefix="resolver")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, socket.getaddrinfo, host, port, 0, socket.SOCK_STREAM
        )
        return list(dict.fromkeys(str(each[4][0]) for each in found))


class GuardedSockets(httpcore.AsyncNetworkBackend):
    """Connects to nothing but addresses that were judged."""

    def __init__(self, resolve: Resolve, allowed: Collection[Network]) -> None:
        self._resolve = resolve
        self._allowed = allowed
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first of the host's addresses that answers."""
        failure: Exception = HostNotFound("the host of the URL has no address")
        for address in await self._judged(host, port):
            try:
                return await self._sockets.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _judged(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise HostNotFound("the host of the URL is not known") from error
        # One bad answer spoils all: names that have both are made to get past guards.
        if not all(is_reachable(ip_address(each), self._allowed) for each in addresses):
            raise AddressRefused("the host of the URL is not on the public internet")
        return addresses[:_ADDRESSES_TRIED]
