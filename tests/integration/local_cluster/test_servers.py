"""The embedded servers are real, keep what they should, and come back after a kill."""

import io
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from minio import Minio
from redis.asyncio import Redis

from local_cluster.errors import StartFailed
from local_cluster.home import Home
from local_cluster.servers import EmbeddedServers
from local_cluster.servers.apache_kafka import ApacheKafka
from local_cluster.servers.broker import Broker
from local_cluster.servers.postgres import Postgres
from local_cluster.servers.tansu import Tansu


@asynccontextmanager
async def connection(postgres: Postgres) -> AsyncIterator[asyncpg.Connection]:
    url = postgres.url("malmoi").replace("+asyncpg", "")
    opened = await asyncpg.connect(url)
    try:
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def redis(embedded: EmbeddedServers) -> AsyncIterator[Redis]:
    async with Redis.from_url(embedded.env()["REDIS_URL"]) as opened:
        yield opened


@asynccontextmanager
async def admin(broker: Broker) -> AsyncIterator[AIOKafkaAdminClient]:
    opened = AIOKafkaAdminClient(bootstrap_servers=broker.env()["KAFKA_BOOTSTRAP_SERVERS"])
    await opened.start()
    try:
        yield opened
    finally:
        await opened.close()


async def cluster_id(broker: Broker) -> str:
    async with admin(broker) as client:
        return str((await client.describe_cluster())["cluster_id"])


async def topics(broker: Broker) -> list[str]:
    async with admin(broker) as client:
        return [topic for topic in await client.list_topics() if not topic.startswith("__")]


async def make_topic(broker: Broker) -> None:
    async with admin(broker) as client:
        await client.create_topics([NewTopic("kept", 2, 1)])


def s3(embedded: EmbeddedServers) -> Minio:
    env = embedded.env()
    return Minio(
        env["S3_ENDPOINT"],
        access_key=env["MINIO_ACCESS_KEY"],
        secret_key=env["MINIO_SECRET_KEY"],
        secure=False,
    )


async def test_rows_that_were_committed_survive_a_kill_of_postgresql(
    embedded: EmbeddedServers,
) -> None:
    async with connection(embedded.postgres) as client:
        await client.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")

    await embedded.postgres.kill()
    await embedded.postgres.start()

    async with connection(embedded.postgres) as client:
        assert await client.fetchval("SELECT count(*) FROM kept") == 1000


async def test_postgresql_asks_for_a_password(embedded: EmbeddedServers) -> None:
    port = embedded.postgres.port

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://malmoi:wrong@127.0.0.1:{port}/malmoi")


async def test_a_start_that_was_cut_off_in_the_middle_is_done_again(tmp_path: Path) -> None:
    half_made = tmp_path / "data" / "postgres.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18")
    home = Home(tmp_path)
    home.create()
    postgres = Postgres(home.open())

    await postgres.start()
    try:
        async with connection(postgres) as client:
            assert await client.fetchval("SELECT 1") == 1
    finally:
        await postgres.stop()


async def test_a_pid_file_of_a_dead_server_does_not_stop_the_next(
    embedded: EmbeddedServers, home: Path
) -> None:
    await embedded.postgres.stop()
    # Line 1 is a process that lives, but is no server: ours.
    pid_file = home / "data" / "postgres" / "postmaster.pid"
    pid_file.write_text("1\n" * 8)

    await embedded.postgres.start()

    assert await embedded.postgres.ready()


async def test_what_redis_was_told_survives_a_restart(embedded: EmbeddedServers) -> None:
    async with redis(embedded) as client:
        await client.set("kept", "yes")

    await embedded.redis.restart()

    async with redis(embedded) as client:
        assert await client.get("kept") == b"yes"


async def test_objects_survive_a_kill_of_the_s3_server(embedded: EmbeddedServers) -> None:
    data = bytes(range(256)) * 40_000
    s3(embedded).make_bucket("kept")
    s3(embedded).put_object("kept", "a/b", io.BytesIO(data), len(data))

    await embedded.s3.kill()
    await embedded.s3.start()

    assert s3(embedded).get_object("kept", "a/b").read() == data


async def test_a_presigned_url_needs_no_credentials(embedded: EmbeddedServers) -> None:
    s3(embedded).make_bucket("signed")
    s3(embedded).put_object("signed", "x", io.BytesIO(b"x"), 1)
    url = s3(embedded).presigned_get_object("signed", "x")

    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"x"


async def test_tansu_forgets_its_topics_and_says_so_by_a_new_cluster_id(
    embedded: EmbeddedServers,
) -> None:
    port, before = embedded.kafka.port, await cluster_id(embedded.kafka)
    await make_topic(embedded.kafka)

    await embedded.kafka.restart()

    assert embedded.kafka.port == port
    assert await topics(embedded.kafka) == []
    assert await cluster_id(embedded.kafka) != before


async def test_ports_and_passwords_are_the_same_after_a_restart(tmp_path: Path) -> None:
    async with EmbeddedServers(tmp_path) as first:
        env = first.env()
    async with EmbeddedServers(tmp_path) as second:
        assert second.env() == env


async def test_everything_listens_on_the_loopback_address_only(
    embedded: EmbeddedServers,
) -> None:
    ports = {server.port for server in embedded}
    listening = {tuple(c.laddr) for c in psutil.net_connections() if c.status == psutil.CONN_LISTEN}

    ours = {(ip, port) for ip, port in listening if port in ports}
    assert {port for _, port in ours} == ports
    assert all(ip_address(ip).is_loopback for ip, _ in ours)


async def test_no_secret_can_be_read_by_other_users(embedded: EmbeddedServers, home: Path) -> None:
    secrets = json.loads((home / "credentials.json").read_text()).values()
    open_files = [
        file
        for file in home.rglob("*")
        if file.is_file() and file.stat().st_mode & 0o077 and file.stat().st_size < 1_000_000
    ]
    arguments = "".join(Path(f"/proc/{server.pid}/cmdline").read_text() for server in embedded)

    assert home.stat().st_mode & 0o077 == 0
    assert not [secret for secret in secrets if secret in arguments]
    assert not [
        (file, secret)
        for file in open_files
        for secret in secrets
        if secret.encode() in file.read_bytes()
    ]


async def test_a_server_that_cannot_start_says_why_and_leaves_nothing_running(
    tmp_path: Path,
) -> None:
    (tmp_path / "data" / "redis").mkdir(parents=True)
    (tmp_path / "data" / "redis" / "appendonlydir").write_text("no directory")
    servers = EmbeddedServers(tmp_path)

    with pytest.raises(StartFailed, match=r"redis ended with code 1 before it was ready"):
        await servers.start()

    assert [server.pid for server in servers] == [None] * 4


@pytest.fixture(scope="module")
async def apache(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ApacheKafka]:
    home = Home(tmp_path_factory.mktemp("apache"))
    home.create()
    broker = ApacheKafka(home.open())
    await broker.start()
    yield broker
    await broker.stop()


@pytest.mark.kafka_apache
async def test_apache_kafka_keeps_topics_and_cluster_id_over_a_kill(apache: ApacheKafka) -> None:
    await make_topic(apache)
    before = await cluster_id(apache)

    await apache.kill()
    await apache.start()

    assert await topics(apache) == ["kept"]
    assert await cluster_id(apache) == before


@pytest.mark.kafka_apache
async def test_an_emptied_apache_kafka_has_another_cluster_id_and_no_topics(
    apache: ApacheKafka,
) -> None:
    before = await cluster_id(apache)

    await apache.restart_empty()

    assert await topics(apache) == []
    assert await cluster_id(apache) != before


def test_tansu_is_the_default_broker(tmp_path: Path) -> None:
    assert isinstance(EmbeddedServers(tmp_path).kafka, Tansu)
