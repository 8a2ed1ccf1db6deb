"""Whose address a request comes from; a header counts only when a proxy of ours has set it."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.requests import HTTPConnection

_UNKNOWN = "unknown"


class ClientAddresses:
    """Reads X-Forwarded-For behind trusted proxies only."""

    def __init__(self, trusted_proxies: Iterable[str]) -> None:
        self._trusted: list[IPv4Network | IPv6Network] = [
            ip_network(each, strict=False) for each in trusted_proxies
        ]

    def of(self, connection: HTTPConnection) -> str:
        """The client's address in its canonical spelling, or `unknown`.

        The last entry of X-Forwarded-For is our proxy's own word; those before it are the client's.
        """
        peer = connection.client.host if connection.client else ""
        told = connection.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        return _canonical(told if told and self._trusts(peer) else peer)

    def _trusts(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def _canonical(address: str) -> str:
    try:
        return str(ip_address(address))
    except ValueError:
        return _UNKNOWN
