"""Requests to hosts that somebody else named, against real servers on loopback."""

import asyncio
import os
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from malmoi.web.destinations import (
    AddressRefused,
    AnswerMalformed,
    AnswerTooLarge,
    ConnectionFailed,
    HostNotFound,
    OutboundError,
    TimedOut,
    TooManyRedirects,
    UrlRefused,
)
from malmoi.web.outbound import Bounds, Outbound
from tests.integration.web.receiver import Behave, Received, Receiver, answer, flood, hang, trickle

LOOPBACK = ip_network("127.0.0.0/8")
BOUNDS = Bounds(total_s=5, gap_s=2, max_bytes=1_000_000)


@dataclass
class Names:
    """A name server: each question about a name gets the next of its answers."""

    answers: dict[str, list[Sequence[str]]]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        try:
            return [str(ip_address(host))]
        except ValueError:
            pass
        known = self.answers.get(host)
        if not known:
            raise OSError("no such name")
        return known.pop(0) if len(known) > 1 else known[0]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver().listening() as listening:
        yield listening


def outbound(**names: Sequence[str]) -> Outbound:
    """Loopback is allowed, so that the tests' servers can be reached at all."""
    return Outbound((LOOPBACK,), Names({name: [each] for name, each in names.items()}))


async def fetched(outbound: Outbound, url: str, bounds: Bounds = BOUNDS) -> tuple[int, bytes]:
    async with outbound.get(url, bounds) as got:
        return got.status, b"".join([each async for each in got.chunks])


async def posted(outbound: Outbound, url: str, bounds: Bounds = BOUNDS) -> int:
    async with outbound.post(url, b"{}", {"webhook-id": "m-1"}, bounds) as got:
        return got.status


async def test_a_request_arrives_as_it_was_meant(receiver: Receiver) -> None:
    names = outbound(backend=["127.0.0.1"])

    assert await posted(names, receiver.url("/hook?job=1", "backend")) == 204

    [got] = receiver.received
    assert (got.method, got.target, got.body) == ("POST", "/hook?job=1", b"{}")
    assert got.headers["host"] == f"backend:{receiver.port}"
    assert got.headers["webhook-id"] == "m-1"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "localhost.", "0.0.0.0"]
)
async def test_nothing_of_this_machine_is_reached_by_default(receiver: Receiver, host: str) -> None:
    with pytest.raises(AddressRefused):
        await posted(Outbound(), receiver.url("/", host))

    assert receiver.connections == 0


async def test_a_name_that_leads_inside_is_refused(receiver: Receiver) -> None:
    guarded = Outbound((), Names({"localtest.example": [["127.0.0.1"]]}))

    with pytest.raises(AddressRefused):
        await posted(guarded, receiver.url("/", "localtest.example"))

    assert receiver.connections == 0


async def test_one_inner_address_among_public_ones_is_enough_to_refuse(receiver: Receiver) -> None:
    names = outbound(both=["127.0.0.1", "10.0.0.1"])

    with pytest.raises(AddressRefused):
        await posted(names, receiver.url("/", "both"))

    assert receiver.connections == 0


async def test_a_name_that_changes_between_two_lookups_is_looked_up_once(
    receiver: Receiver,
) -> None:
    names = Names({"rebinding.example": [["127.0.0.1"], ["10.0.0.1"]]})
    guarded = Outbound((LOOPBACK,), names)
    url = receiver.url("/", "rebinding.example")

    assert await posted(guarded, url) == 204
    assert names.asked == ["rebinding.example"]
    with pytest.raises(AddressRefused):
        await posted(guarded, url)


async def test_the_next_address_is_tried_when_the_first_does_not_answer(
    receiver: Receiver,
) -> None:
    names = outbound(two=["127.0.0.9", "127.0.0.1"])

    assert await posted(names, receiver.url("/", "two")) == 204


async def test_a_name_that_nobody_knows() -> None:
    with pytest.raises(HostNotFound):
        await posted(outbound(), "http://nobody.example/")


async def test_a_port_on_which_nobody_listens(receiver: Receiver) -> None:
    with pytest.raises(ConnectionFailed):
        await posted(outbound(), receiver.url("/", "127.0.0.2"))


async def test_a_redirect_of_a_post_is_an_answer_like_any_other(receiver: Receiver) -> None:
    receiver.behave = answer(307, Location="/elsewhere")

    assert await posted(outbound(), receiver.url()) == 307
    assert len(receiver.received) == 1


async def test_a_download_follows_redirects(receiver: Receiver) -> None:
    receiver.behave = by_target(
        {"/first": answer(302, Location="/second?x=1"), "/second?x=1": answer(200, b"sound")}
    )

    assert await fetched(outbound(), receiver.url("/first")) == (200, b"sound")


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("http://10.0.0.1/latest/meta-data", AddressRefused),
        ("http://[::ffff:127.0.0.1]:{port}/", AddressRefused),
        ("http://inside.example:{port}/", AddressRefused),
        ("//169.254.169.254/", AddressRefused),
        ("file:///etc/passwd", UrlRefused),
        ("http://user@127.0.0.1:{port}/", UrlRefused),
        ("http://[", UrlRefused),
    ],
)
async def test_a_download_is_not_led_inside(
    receiver: Receiver, location: str, error: type[OutboundError]
) -> None:
    receiver.behave = answer(302, Location=location.format(port=receiver.port))
    names = outbound(**{"inside.example": ["10.0.0.1"]})

    with pytest.raises(error):
        await fetched(names, receiver.url("/first"))

    assert receiver.connections == 1


async def test_a_download_goes_round_in_circles_only_so_often(receiver: Receiver) -> None:
    receiver.behave = answer(302, Location="/again")

    with pytest.raises(TooManyRedirects):
        await fetched(outbound(), receiver.url())

    assert len(receiver.received) == 6


@pytest.mark.parametrize("behave", [trickle, hang])
async def test_a_slow_server_is_left(receiver: Receiver, behave: Behave) -> None:
    receiver.behave = behave
    began = time.monotonic()

    with pytest.raises(TimedOut):
        await posted(outbound(), receiver.url(), Bounds(total_s=0.4, max_bytes=10))

    assert time.monotonic() - began < 3


async def test_a_body_is_read_up_to_its_bound(receiver: Receiver) -> None:
    receiver.behave = flood

    with pytest.raises(AnswerTooLarge):
        await fetched(outbound(), receiver.url())


async def test_what_is_not_read_costs_nothing(receiver: Receiver) -> None:
    receiver.behave = flood

    assert await posted(outbound(), receiver.url()) == 200


async def test_a_compressed_body_is_not_unpacked(receiver: Receiver) -> None:
    receiver.behave = answer(200, b"\x1f\x8b bomb", Content_Encoding="gzip")

    assert await fetched(outbound(), receiver.url()) == (200, b"\x1f\x8b bomb")


async def test_an_answer_that_is_not_http(receiver: Receiver) -> None:
    async def shout(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"-ERR unknown command\r\n")

    receiver.behave = shout

    with pytest.raises(AnswerMalformed):
        await posted(outbound(), receiver.url())


async def test_a_timeout_of_the_caller_stays_the_callers(receiver: Receiver) -> None:
    with pytest.raises(TimeoutError):
        async with outbound().get(receiver.url(), BOUNDS):
            raise TimeoutError


async def test_a_certificate_must_be_for_the_name(tmp_path: Path) -> None:
    theirs, trust = certificate("receiver.example", tmp_path)
    names = Names({"receiver.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]})
    trusting = Outbound((LOOPBACK,), names, trust)

    async with Receiver().listening(theirs) as receiver:
        port = receiver.port
        assert await posted(trusting, f"https://receiver.example:{port}/") == 204
        assert await posted(trusting, f"https://receiver.example.:{port}/") == 204
        with pytest.raises(ConnectionFailed):
            await posted(trusting, f"https://other.example:{port}/")
        with pytest.raises(ConnectionFailed):
            await posted(Outbound((LOOPBACK,), names), f"https://receiver.example:{port}/")


@pytest.mark.parametrize("garbage", [b"\x17\x03\x03\x00\x20" + b"x" * 32, b"x" * 64])
async def test_what_breaks_its_own_encryption_is_left(tmp_path: Path, garbage: bytes) -> None:
    theirs, trust = certificate("receiver.example", tmp_path)

    async def spoil(_: Received, writer: asyncio.StreamWriter) -> None:
        raw = writer.get_extra_info("socket")
        os.write(raw.fileno(), garbage)

    names = Names({"receiver.example": [["127.0.0.1"]]})
    async with Receiver(spoil).listening(theirs) as receiver:
        with pytest.raises(ConnectionFailed):
            await posted(
                Outbound((LOOPBACK,), names, trust), f"https://receiver.example:{receiver.port}/"
            )


async def test_a_download_is_not_led_from_https_to_http(tmp_path: Path) -> None:
    theirs, trust = certificate("receiver.example", tmp_path)
    names = Names({"receiver.example": [["127.0.0.1"]]})

    async with Receiver(answer(302, Location="http://127.0.0.1/")).listening(theirs) as receiver:
        with pytest.raises(UrlRefused):
            await fetched(
                Outbound((LOOPBACK,), names, trust), f"https://receiver.example:{receiver.port}/"
            )


def by_target(behaviours: dict[str, Behave]) -> Behave:
    async def behave(request: Received, writer: asyncio.StreamWriter) -> None:
        await behaviours[request.target](request, writer)

    return behave


def certificate(name: str, place: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For a server of that name, and for a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    held = place / "key.pem"
    held.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(held)
    return server, ssl.create_default_context(cafile=str(held))
