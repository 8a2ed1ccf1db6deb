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
        if self.proxied(connection):
            return _canonical(_told(connection))
        return _canonical(_peer(connection))

    def proxied(self, connection: HTTPConnection) -> bool:
        """Whether a proxy of ours has handed the request on."""
        return bool(_told(connection)) and self._trusts(_peer(connection))

    def _trusts(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def _peer(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


def _told(connection: HTTPConnection) -> str:
    return connection.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()


def _canonical(address: str) -> str:
    try:
        return str(ip_address(address))
    except ValueError:
        return _UNKNOWN
