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
from minio.error import MinioException
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from local_cluster.home import Home
from local_cluster.pages import UI
from local_cluster.ports import free_port
from local_cluster.servers import EmbeddedServers
from local_cluster.servers.nginx import Nginx, Upstreams

MAX_BODY_BYTES = 4096
OURS = "http://localhost:3000"
PAGE = "<!doctype html><title>the application</title>"
SCRIPT = "console.info('말');\n" * 200
A_BROWSER_GOES_THERE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@dataclass
class Gateway:
    """Stands where the gateway stands, and remembers what reached it."""

    port: int = 0
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        self.seen.append((request.path, {k.lower(): v for k, v in request.headers.items()}))
        if "upgrade" in request.headers:
            return None
        headers = {"Content-Length": "2", "X-Content-Type-Options": "nosniff"}
        return Response(200, "OK", Headers(headers), b"ok")


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
def ui(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a build leaves: one page, and assets with hashed names."""
    folder = tmp_path_factory.mktemp("ui")
    (folder / "assets").mkdir()
    (folder / ".vite").mkdir()
    (folder / ".vite/manifest.json").write_text("{}")
    (folder.parent / "beside.txt").write_text("not for anybody")
    (folder / "index.html").write_text(PAGE)
    (folder / "assets/index-B1gHash.js").write_text(SCRIPT)
    return folder


@pytest.fixture(scope="module")
async def nginx(embedded: EmbeddedServers, gateway: Gateway, ui: Path) -> AsyncIterator[Nginx]:
    upstreams = Upstreams(
        [gateway.port], embedded.s3.port, "malmoi", MAX_BODY_BYTES, ["https://ours.example", OURS]
    )
    nginx = Nginx(embedded.home, upstreams, ui=ui)
    await nginx.start()
    yield nginx
    await nginx.stop()


@pytest.fixture
async def browser(nginx: Nginx) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=nginx.url) as client:
        yield client


def client_of(embedded: EmbeddedServers, address: str) -> Minio:
    env = embedded.env()
    return Minio(
        address,
        access_key=env["MINIO_ACCESS_KEY"],
        secret_key=env["MINIO_SECRET_KEY"],
        secure=False,
        region="us-east-1",
    )


@pytest.fixture
def direct(embedded: EmbeddedServers) -> Minio:
    """A client of the S3 server itself, as our services are."""
    direct = client_of(embedded, embedded.env()["S3_ENDPOINT"])
    if not direct.bucket_exists("malmoi"):
        direct.make_bucket("malmoi")
    return direct


@pytest.fixture
def store(nginx: Nginx, embedded: EmbeddedServers, direct: Minio) -> Minio:
    """A client of the S3 server that knows it by the address of nginx."""
    assert direct.bucket_exists("malmoi")
    return client_of(embedded, nginx.url.removeprefix("http://"))


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/models",
        "/api/upload-video/process-video",
        "/v1/audio/transcriptions",
        "/transcribe",
        "/jobs",
        "/jobs/a%2Fb",
        "/uploads",
        "/uploads/1/complete",
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


@pytest.mark.parametrize(
    "path", ["/", "/login", "/rooms", "/rooms/1?invite=x", "/rooms/1/", "/admin/jobs/1", "/nothing"]
)
async def test_every_page_of_the_application_is_the_same_document_never_kept(
    browser: httpx.AsyncClient, gateway: Gateway, path: str
) -> None:
    before = len(gateway.seen)

    page = await browser.get(path, headers=A_BROWSER_GOES_THERE)

    assert page.status_code == httpx.codes.OK
    assert page.text == PAGE
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    assert len(gateway.seen) == before


@pytest.mark.parametrize("path", ["/rooms/1/stt", "/rooms/1/participants", "/docs", "/api/rooms"])
async def test_going_to_an_api_path_reaches_the_gateway_also_in_a_browser(
    browser: httpx.AsyncClient, gateway: Gateway, path: str
) -> None:
    await browser.get(path, headers=A_BROWSER_GOES_THERE)

    assert gateway.seen[-1][0] == path.removeprefix("/api")


async def test_what_is_answered_to_pages_and_to_programs_is_kept_apart(
    browser: httpx.AsyncClient,
) -> None:
    for headers in (A_BROWSER_GOES_THERE, {}):
        varies = (await browser.get("/rooms/1", headers=headers)).headers.get_list("vary")

        assert "Accept" in varies


async def test_an_asset_is_kept_for_ever_and_comes_compressed(browser: httpx.AsyncClient) -> None:
    asset = await browser.get("/assets/index-B1gHash.js", headers={"Accept-Encoding": "gzip"})

    assert asset.text == SCRIPT
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-encoding"] == "gzip"
    assert asset.headers["content-type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize("path", ["/assets/index-Gone.js", "/nothing.png"])
async def test_a_file_that_is_missing_is_not_found_and_that_is_not_kept(
    browser: httpx.AsyncClient, path: str
) -> None:
    answer = await browser.get(path, headers=A_BROWSER_GOES_THERE)

    assert answer.status_code == httpx.codes.NOT_FOUND
    assert "cache-control" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/.vite/manifest.json",
        "/%2evite/manifest.json",
        "/assets/../.vite/manifest.json",
        "/../beside.txt",
        "/%2e%2e/beside.txt",
        "/..%2fbeside.txt",
        "/assets/../../beside.txt",
        "/assets/..%2f../beside.txt",
    ],
)
async def test_nothing_but_the_built_files_can_be_had(
    browser: httpx.AsyncClient, path: str
) -> None:
    answer = await browser.get(browser.base_url.copy_with(raw_path=path.encode()))

    assert answer.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND}


async def test_a_page_may_load_its_own_things_only(browser: httpx.AsyncClient) -> None:
    policy = (await browser.get("/")).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    assert rules["default-src"] == rules["script-src"] == "'self'"
    assert rules["media-src"] == "'self' blob: data:"
    assert f"ws://{browser.base_url.netloc.decode()}" in rules["connect-src"].split()
    assert rules["frame-ancestors"] == rules["object-src"] == "'none'"


async def test_a_browser_is_told_how_to_build_the_application(
    tmp_path: Path, gateway: Gateway
) -> None:
    ui = tmp_path / "dist"
    async with in_front_of(tmp_path / "home", gateway.port, ui=ui) as client:
        without = await client.get("/login", headers=A_BROWSER_GOES_THERE)
        ui.mkdir()
        (ui / "index.html").write_text(PAGE)
        built = await client.get("/login", headers=A_BROWSER_GOES_THERE)

    assert without.status_code == httpx.codes.OK
    assert "<code>make ui</code>" in without.text
    assert built.text == PAGE


async def test_browsers_are_told_to_be_careful(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/rooms", "/metrics"):
        headers = (await browser.get(path)).headers

        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "microphone=(self), camera=(self)" in headers["permissions-policy"]
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
    assert (answer.json()["status"], answer.json()["code"]) == (413, "BODY_TOO_LARGE")
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
    browser: httpx.AsyncClient, direct: Minio
) -> None:
    direct.put_object("malmoi", "secret", io.BytesIO(b"x"), 1)

    nothing = "X-Amz-Signature=" + "0" * 64
    for path in ("secret", "", f"secret?{nothing}", f"?{nothing}", "?list-type=2", "?uploads"):
        for method in ("GET", "HEAD", "PUT"):
            answer = await browser.request(method, f"/malmoi/{path}")

            assert answer.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.FORBIDDEN}, path
            assert b"<ListBucket" not in answer.content


async def test_a_bucket_is_used_by_presigned_urls_only(
    browser: httpx.AsyncClient, store: Minio, direct: Minio
) -> None:
    """Not even by its owner's signature in a header, nor by what else a URL could be signed for."""
    direct.put_object("malmoi", "kept", io.BytesIO(b"x"), 1)

    with pytest.raises(MinioException, match="403"):
        store.get_object("malmoi", "kept")
    for method in ("DELETE", "POST"):
        url = store.get_presigned_url(method, "malmoi", "kept")
        assert (await browser.request(method, url)).status_code == httpx.codes.FORBIDDEN
    assert (await browser.get(store.presigned_get_object("malmoi", "kept"))).content == b"x"


async def test_pages_of_allowed_origins_may_send_to_the_bucket_and_no_others(
    browser: httpx.AsyncClient, store: Minio
) -> None:
    url = store.presigned_put_object("malmoi", "from-a-page")
    asks = {"Access-Control-Request-Method": "PUT"}
    told = "access-control-allow-origin"

    for origin in (OURS, "https://ours.example"):
        asked = await browser.options(url, headers={"Origin": origin, **asks})
        sent = await browser.put(url, headers={"Origin": origin}, content=b"x")

        assert asked.status_code == httpx.codes.NO_CONTENT
        assert "PUT" in asked.headers["access-control-allow-methods"]
        assert [each.headers.get_list(told) for each in (asked, sent)] == [[origin], [origin]]
        assert "access-control-allow-credentials" not in sent.headers
    for origin in ("https://evil.example", "http://localhost:300", "null", f"{OURS}.evil.example"):
        asked = await browser.options(url, headers={"Origin": origin, **asks})
        sent = await browser.put(url, headers={"Origin": origin}, content=b"x")

        assert told not in asked.headers
        assert told not in sent.headers


async def test_nothing_that_was_stored_is_a_page_of_ours(
    browser: httpx.AsyncClient, store: Minio, direct: Minio
) -> None:
    page = io.BytesIO(b"<script>")
    direct.put_object("malmoi", "page", page, 8, content_type="text/html")

    headers = (await browser.get(store.presigned_get_object("malmoi", "page"))).headers

    assert headers.get_list("content-security-policy") == [
        "default-src 'none'; sandbox; frame-ancestors 'none'"
    ]
    assert headers["x-content-type-options"] == "nosniff"


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
async def in_front_of(
    home: Path, *gateway_ports: int, ui: Path = UI
) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of another nginx."""
    own = Home(home)
    own.create()
    upstreams = Upstreams(gateway_ports, free_port(), "malmoi", MAX_BODY_BYTES)
    nginx = Nginx(own.open(), upstreams, ui=ui)
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
    assert answer.json()["code"] == "UNAVAILABLE"
