"""What nginx lets through, where it sends it, and what it never shows."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from minio import Minio
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from local_cluster.home import Home
from local_cluster.ports import free_port
from local_cluster.servers import EmbeddedServers
from local_cluster.servers.nginx import Nginx, Upstreams

MAX_BODY_BYTES = 4096


@dataclass
class Gateway:
    """Stands where the gateway stands, and remembers what reached it."""

    port: int = 0
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        self.seen.append((request.path, {k.lower(): v for k, v in request.headers.items()}))
        if "upgrade" in request.headers:
            return None
        return Response(200, "OK", Headers({"Content-Length": "2"}), b"ok")


async def echo(socket: ServerConnection) -> None:
    async for message in socket:
        await socket.send(message)


@pytest.fixture(scope="module")
async def gateway() -> AsyncIterator[Gateway]:
    gateway = Gateway()
    async with serve(echo, "127.0.0.1", 0, process_request=gateway.answer) as server:
        gateway.port = next(iter(server.sockets)).getsockname()[1]
        yield gateway


@pytest.fixture(scope="module")
async def nginx(embedded: EmbeddedServers, gateway: Gateway) -> AsyncIterator[Nginx]:
    upstreams = Upstreams([gateway.port], embedded.s3.port, "malmoi", MAX_BODY_BYTES)
    nginx = Nginx(embedded.home, upstreams)
    await nginx.start()
    yield nginx
    await nginx.stop()


@pytest.fixture
async def browser(nginx: Nginx) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=nginx.url) as client:
        yield client


@pytest.fixture
def store(nginx: Nginx, embedded: EmbeddedServers) -> Minio:
    """A client of the S3 server that knows it by the address of nginx."""
    env = embedded.env()

    def client(address: str) -> Minio:
        return Minio(
            address,
            access_key=env["MINIO_ACCESS_KEY"],
            secret_key=env["MINIO_SECRET_KEY"],
            secure=False,
            region="us-east-1",
        )

    direct = client(env["S3_ENDPOINT"])
    if not direct.bucket_exists("malmoi"):
        direct.make_bucket("malmoi")
    return client(nginx.url.removeprefix("http://"))


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/models",
        "/api/upload-video/process-video",
        "/v1/audio/transcriptions",
        "/transcribe",
        "/jobs/a%2Fb",
        "/health",
        "/auth/login",
        "/me",
        "/rooms",
        "/rooms/1/stt?x=1",
        "/messages?room_id=1",
        "/docs",
        "/openapi.json",
        "/redoc",
    ],
)
async def test_the_paths_of_the_gateway_pass_unchanged(
    browser: httpx.AsyncClient, gateway: Gateway, path: str
) -> None:
    answer = await browser.get(path)

    assert answer.text == "ok"
    assert gateway.seen[-1][0] == path


async def test_any_other_api_path_loses_its_prefix(
    browser: httpx.AsyncClient, gateway: Gateway
) -> None:
    await browser.get("/api/rooms/1/participants?x=1")

    assert gateway.seen[-1][0] == "/rooms/1/participants?x=1"


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/metrics/",
        "/healthz",
        "/readyz",
        "/api/metrics",
        "/api//metrics",
        "/api/readyz",
        "/api/%6detrics",
        "/api/x/../metrics",
        "/v1/..%2fmetrics",
        "/v1/%2e%2e/healthz",
    ],
)
async def test_what_is_for_the_cluster_is_not_found_outside(
    browser: httpx.AsyncClient, gateway: Gateway, path: str
) -> None:
    before = len(gateway.seen)
    # As a raw target: the client would tidy it up.
    url = browser.base_url.copy_with(raw_path=path.encode())

    answer = await browser.get(url)

    assert answer.status_code == httpx.codes.NOT_FOUND
    assert len(gateway.seen) == before


async def test_the_front_page_says_what_this_is(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "말모이" in page.text
    assert 'href="/docs"' in page.text


async def test_a_page_that_does_not_exist_is_not_found(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/nothing")).status_code == httpx.codes.NOT_FOUND


async def test_browsers_are_told_to_be_careful(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/rooms", "/metrics"):
        headers = (await browser.get(path)).headers

        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["server"] == "nginx"


async def test_a_client_cannot_choose_the_address_it_is_known_by(
    browser: httpx.AsyncClient, gateway: Gateway
) -> None:
    await browser.get("/me", headers={"X-Forwarded-For": "1.2.3.4"})

    assert gateway.seen[-1][1]["x-forwarded-for"] == "127.0.0.1"


async def test_a_socket_speaks_through_nginx_with_its_subprotocol(
    nginx: Nginx, gateway: Gateway
) -> None:
    address = f"{nginx.url.replace('http', 'ws')}/ws/rooms/1?after=3"
    async with connect(address, additional_headers={"Authorization": "Bearer t"}) as socket:
        await socket.send("말")

        assert await socket.recv() == "말"
    assert gateway.seen[-1][0] == "/ws/rooms/1?after=3"


async def test_a_body_over_the_limit_is_refused_before_the_gateway_sees_it(
    browser: httpx.AsyncClient, gateway: Gateway
) -> None:
    before = len(gateway.seen)

    answer = await browser.post("/rooms/1/stt", content=b"x" * (MAX_BODY_BYTES + 1))

    assert answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 413
    assert len(gateway.seen) == before


async def test_a_presigned_upload_and_download_pass_without_a_limit(
    browser: httpx.AsyncClient, store: Minio
) -> None:
    data = bytes(MAX_BODY_BYTES * 100)

    put = await browser.put(store.presigned_put_object("malmoi", "a/말 1"), content=data)
    got = await browser.get(store.presigned_get_object("malmoi", "a/말 1"))

    assert put.status_code == httpx.codes.OK
    assert got.content == data


async def test_an_object_without_a_signature_is_refused(
    browser: httpx.AsyncClient, store: Minio
) -> None:
    store.put_object("malmoi", "secret", io.BytesIO(b"x"), 1)

    assert (await browser.get("/malmoi/secret")).status_code == httpx.codes.FORBIDDEN
    assert (await browser.get("/malmoi/")).status_code == httpx.codes.FORBIDDEN


async def test_the_log_has_neither_tokens_nor_signatures(
    browser: httpx.AsyncClient, nginx: Nginx, store: Minio
) -> None:
    await browser.get("/me?token=in-the-query", headers={"Authorization": "Bearer in-a-header"})
    await browser.get(store.presigned_get_object("malmoi", "logged"))
    await asyncio.sleep(0.1)

    log = nginx.log.read_text()

    assert '"path":"/me"' in log
    assert '"path":"/malmoi/logged"' in log
    assert "in-the-query" not in log
    assert "in-a-header" not in log
    assert "X-Amz-Signature" not in log


@asynccontextmanager
async def in_front_of(home: Path, *gateway_ports: int) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of another nginx."""
    own = Home(home)
    own.create()
    nginx = Nginx(own.open(), Upstreams(gateway_ports, free_port(), "malmoi", MAX_BODY_BYTES))
    await nginx.start()
    try:
        async with httpx.AsyncClient(base_url=nginx.url) as client:
            yield client
    finally:
        await nginx.stop()


@dataclass
class Dying:
    """A gateway that takes a request and dies before it answers."""

    port: int = 0
    requests: int = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        writer.close()


@pytest.fixture
async def dying() -> AsyncIterator[Dying]:
    dying = Dying()
    async with await asyncio.start_server(dying.handle, "127.0.0.1", 0) as server:
        dying.port = server.sockets[0].getsockname()[1]
        yield dying


async def test_a_question_is_asked_again_when_a_gateway_dies_over_it(
    tmp_path: Path, dying: Dying, gateway: Gateway
) -> None:
    async with in_front_of(tmp_path, dying.port, gateway.port) as client:
        answers = [(await client.get("/rooms")).status_code for _ in range(2)]

    assert answers == [httpx.codes.OK, httpx.codes.OK]
    assert dying.requests == 1


async def test_an_order_that_reached_a_gateway_is_never_given_twice(
    tmp_path: Path, dying: Dying
) -> None:
    second = Dying()
    async with await asyncio.start_server(second.handle, "127.0.0.1", 0) as server:
        second.port = server.sockets[0].getsockname()[1]
        async with in_front_of(tmp_path, dying.port, second.port) as client:
            answer = await client.post("/rooms", json={})

    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert dying.requests + second.requests == 1


async def test_a_replica_that_is_away_is_passed_over_also_for_an_order(
    tmp_path: Path, gateway: Gateway
) -> None:
    async with in_front_of(tmp_path, free_port(), gateway.port) as client:
        answers = [(await client.post("/auth/login")).status_code for _ in range(4)]

    # The stand-in speaks GET only; any answer of its own shows that the order reached it.
    assert httpx.codes.SERVICE_UNAVAILABLE not in answers


async def test_a_gateway_that_is_away_is_told_as_a_problem(tmp_path: Path) -> None:
    async with in_front_of(tmp_path, free_port()) as client:
        answer = await client.post("/rooms", json={})

    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert answer.json()["type"] == "urn:problem:unavailable"
