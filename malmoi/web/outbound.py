"""The one way to hosts that somebody else named: guarded, bounded, and not led elsewhere.

The connection goes to an address that was judged; Host, SNI and the certificate stay those of the
name. Proxies of the environment do not count.
"""

import asyncio
import ssl
from collections.abc import (
    AsyncIterator,
    Collection,
    Iterator,
    Mapping,
)
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import dataclass, field

import httpcore
import httpx

from malmoi.web.destinations import (
    AnswerMalformed,
    AnswerTooLarge,
    ConnectionFailed,
    Network,
    TimedOut,
    TooManyRedirects,
    UrlRefused,
    parse_url,
)
from malmoi.web.guarded_sockets import GuardedSockets, Resolve, SystemResolver

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_AGENT = "Malmoi/1.0"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, its body still to be read."""

    url: httpx.URL
    """Where it came from, after redirects."""
    status: int
    headers: httpx.Headers
    chunks: AsyncIterator[bytes]
    """The body as it was sent, never decompressed; raises OutboundError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much of us one request may take."""

    total_s: float
    """From resolving the name to the last byte of the answer."""
    gap_s: float = 10.0
    """For the connection, and without any byte."""
    max_bytes: int
    """Of the body."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """Opens URLs that somebody else chose; one connection for each request."""

    allowed: Collection[Network] = ()
    """Networks beside the public internet that may be reached."""
    resolve: Resolve = field(default_factory=SystemResolver)
    tls: ssl.SSLContext = field(default_factory=httpx.create_ssl_context)

    @asynccontextmanager
    async def post(
        self, url: str, content: bytes, headers: Mapping[str, str], bounds: Bounds
    ) -> AsyncIterator[Answer]:
        """Send `content`; whatever comes back is the answer, a redirect too.

        Raises:
            OutboundError: there is no answer.

        """
        request = _Request("POST", parse_url(url), headers, content)
        async with _in_time(bounds), self._answer(request, bounds) as answer:
            yield answer

    @asynccontextmanager
    async def get(
        self, url: str, bounds: Bounds, *, max_redirects: int = 5
    ) -> AsyncIterator[Answer]:
        """Fetch; every place on the way is judged like the first.

        Raises:
            OutboundError: there is no answer.

        """
        at = parse_url(url)
        async with _in_time(bounds):
            for _ in range(max_redirects + 1):
                async with self._answer(_Request("GET", at), bounds) as answer:
                    if answer.status not in _REDIRECTS or "location" not in answer.headers:
                        yield answer
                        return
                    at = _next_place(answer)
            raise TooManyRedirects(f"the URL leads through more than {max_redirects} redirects")

    @asynccontextmanager
    async def _answer(self, request: "_Request", bounds: Bounds) -> AsyncIterator[Answer]:
        async with AsyncExitStack() as stack:
            with _typed():
                pool = httpcore.AsyncConnectionPool(
                    ssl_context=self.tls,
                    max_connections=1,
                    max_keepalive_connections=0,
                    network_backend=GuardedSockets(self.resolve, self.allowed),
                )
                await stack.enter_async_context(pool)
                response = await stack.enter_async_context(request.sent_by(pool, bounds))
            yield Answer(
                request.url,
                response.status,
                httpx.Headers(response.headers),
                _bounded(response, bounds.max_bytes),
            )


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: httpx.URL
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    content: bytes | None = None

    def sent_by(
        self, pool: httpcore.AsyncConnectionPool, bounds: Bounds
    ) -> AbstractAsyncContextManager[httpcore.Response]:
        at = self.url
        return pool.stream(
            self.method,
            # In parts: what was judged is not parsed again by other rules.
            httpcore.URL(scheme=at.raw_scheme, host=at.raw_host, port=at.port, target=at.raw_path),
            headers=list((self._ours() | dict(self.headers)).items()),
            content=self.content,
            extensions={
                "timeout": dict.fromkeys(("connect", "read", "write", "pool"), bounds.gap_s)
            },
        )

    def _ours(self) -> dict[str, str]:
        return {
            "Host": self.url.netloc.decode("ascii"),
            "User-Agent": _AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
        }


async def _bounded(response: httpcore.Response, max_bytes: int) -> AsyncIterator[bytes]:
    read = 0
    with _typed():
        async for chunk in response.aiter_stream():
            read += len(chunk)
            if read > max_bytes:
                raise AnswerTooLarge(f"the URL has more than {max_bytes} bytes")
            yield chunk


def _next_place(answer: Answer) -> httpx.URL:
    try:
        place = parse_url(str(answer.url.join(answer.headers["location"])))
    except httpx.InvalidURL as error:
        raise UrlRefused("the URL leads to what is no URL") from error
    if answer.url.scheme == "https" and place.scheme != "https":
        raise UrlRefused("the URL leads from https:// to http://")
    return place


@contextmanager
def _typed() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException as error:
        raise TimedOut("the URL gave no answer in time") from error
    except (httpcore.NetworkError, ssl.SSLError) as error:
        raise ConnectionFailed("the URL could not be connected to") from error
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise AnswerMalformed("the URL did not answer in HTTP") from error


@asynccontextmanager
async def _in_time(bounds: Bounds) -> AsyncIterator[None]:
    limit = asyncio.timeout(bounds.total_s)
    try:
        async with limit:
            yield
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise TimedOut("the URL gave no complete answer in time") from error
