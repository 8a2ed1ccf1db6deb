"""Which URLs and addresses we open when somebody else chose them (ARCHITECTURE section 8).

OutboundError             422 URL_UNREACHABLE
├── UrlRefused            422 URL_REFUSED
│   ├── AddressRefused
│   └── TooManyRedirects
├── HostNotFound
├── ConnectionFailed
├── AnswerMalformed
├── TimedOut
└── AnswerTooLarge        422 URL_TOO_LARGE
"""

import re
from collections.abc import Collection
from http import HTTPStatus
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import ClassVar, Final

import httpx

from malmoi.contracts.problems import AppError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL: Final = 2048
_LONGEST_HOST = 253
_WELL_KNOWN_PORTS = frozenset({80, 443})
_FIRST_USER_PORT = 1024
_LAST_PORT = 65535
# What else listens above 1023, and might take a request for a command of its own protocol: X11,
# IRC, SIP, NFS and the like, databases, caches and brokers.
_FOREIGN_PORTS = frozenset(
    {1433, 1521, 1719, 1720, 1723, 2049, 2375, 2379, 3306, 3659, 4045, 4190, 5060, 5061, 5432}
    | {6000, 6379, 6566, *range(6665, 6670), 6679, 6697, 9092, 10080, 11211, 27017}
)
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
# 127.1, 0x7f000001, 017700000001: forms of IPv4 addresses that only some parsers know.
_ENDS_IN_A_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)$")
_GLOBAL_UNICAST = ip_network("2000::/3")
_NOT_PUBLIC: Final = tuple(
    ip_network(each)
    for each in (
        "192.88.99.0/24",  # relays of 6to4
        "168.63.129.16/32",  # what a cloud answers its own machines on
        "2001::/32",  # Teredo: an IPv4 address in disguise
        "2002::/16",  # 6to4: another one
        "3fff::/20",  # documentation
    )
)


class OutboundError(AppError):
    """A URL that somebody gave us could not be opened; says nothing of what lies behind it."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "URL_UNREACHABLE"
    reason: ClassVar[str] = "failed"
    """One of a closed set, for rows and metrics."""


class UrlRefused(OutboundError):
    """A URL of a kind that we never open."""

    code, reason = "URL_REFUSED", "url_refused"


class AddressRefused(UrlRefused):
    """The host is not on the public internet, nor in OUTBOUND_ALLOWED_NETWORKS."""

    reason = "address_refused"


class TooManyRedirects(UrlRefused):
    """Sent from one place to the next without an end."""

    reason = "too_many_redirects"


class HostNotFound(OutboundError):
    """No name server knows the host."""

    reason = "host_not_found"


class ConnectionFailed(OutboundError):
    """Nobody listens, the connection broke, or the certificate does not count."""

    reason = "connection_failed"


class AnswerMalformed(OutboundError):
    """What came back is not HTTP."""

    reason = "answer_malformed"


class TimedOut(OutboundError):
    """No complete answer in time."""

    reason = "timed_out"


class AnswerTooLarge(OutboundError):
    """More bytes than were allowed."""

    code, reason = "URL_TOO_LARGE", "too_large"


def parse_url(url: str) -> httpx.URL:
    """The URL, if it is of a kind that we open; its host is resolved only when it is opened.

    Raises:
        UrlRefused: another scheme, user-info, a port of another protocol, or no host.

    """
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url or "\\" in url:
        raise UrlRefused(f"write a URL of at most {LONGEST_URL} visible characters")
    try:
        parsed = httpx.URL(url)
        host = parsed.raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError) as error:
        raise UrlRefused("this is no URL") from error
    if parsed.scheme not in {"http", "https"}:
        raise UrlRefused("only http:// and https:// are opened")
    if parsed.userinfo:
        raise UrlRefused("a URL with a user name or password is not opened")
    _require_host(host)
    _require_port(parsed.port)
    # Certificates do not know the final dot of a complete name.
    return parsed.copy_with(fragment=None, host=host.removesuffix("."))


def is_reachable(address: Address, allowed: Collection[Network]) -> bool:
    """Whether we connect to an address: a public one, or one that the operator allows."""
    if any(address.version == each.version and address in each for each in allowed):
        return True
    if any(address.version == each.version and address in each for each in _NOT_PUBLIC):
        return False
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False  # with what maps or translates IPv4: ::ffff:0:0/96, 64:ff9b::/96
    return address.is_global and not address.is_multicast and not address.is_reserved


def _require_host(host: str) -> None:
    if _literal(host) is not None:
        return
    name = host.removesuffix(".")
    if len(name) > _LONGEST_HOST or _NAME.fullmatch(name) is None:
        raise UrlRefused("the URL names no host")
    if _ENDS_IN_A_NUMBER.search(name):
        raise UrlRefused("write an IPv4 address as four decimal numbers")


def _literal(host: str) -> Address | None:
    """The address that a host is, rather than names."""
    try:
        found = ip_address(host)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.scope_id is not None:
        raise UrlRefused("an address with a zone is not opened")
    return found


def _require_port(port: int | None) -> None:
    if port is None or port in _WELL_KNOWN_PORTS:
        return
    if not _FIRST_USER_PORT <= port <= _LAST_PORT or port in _FOREIGN_PORTS:
        raise UrlRefused(f"port {port} is not opened; take 80, 443, or one from 1024 on")
