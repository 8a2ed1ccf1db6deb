"""What may be opened on behalf of somebody else, judged by the URL and by the address."""

from ipaddress import ip_address, ip_network

import pytest

from malmoi.web.destinations import UrlRefused, is_reachable, parse_url

REFUSED_URLS = [
    "",
    "example.com/hook",
    "//example.com/hook",
    "ftp://example.com/hook",
    "file:///etc/passwd",
    "gopher://example.com:70/_x",
    "s3://bucket/key",
    "http:///hook",
    "http://",
    "http://user@example.com/",
    "http://user:secret@example.com/",
    "http://:secret@example.com/",
    "http://example.com@127.0.0.1/",
    "http://exa mple.com/",
    "http://example.com/\r\nHost: other",
    "http://example.com/\x00",
    "http://example.com/a b",
    "http://example.com\\@127.0.0.1/",
    "http://ex%61mple.com/",
    "http://[::1/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://a..b/",
    "http://-a.example/",
    "http://" + "a" * 64 + ".example/",
    "http://" + "a." * 127 + "example/",
    "http://example.com/" + "x" * 2048,
    # Other ways to write 127.0.0.1.
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.1/",
    "http://127.0.0.1./",
    "http://1.2.3.4.5/",
    "http://①②⑦.⓪.⓪.①/",
    # Ports of other protocols.
    "http://example.com:0/",
    "http://example.com:22/",
    "http://example.com:25/",
    "http://example.com:5432/",
    "http://example.com:6379/",
    "http://example.com:65536/",
    "http://example.com:-1/",
]


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_a_url_that_is_never_opened(url: str) -> None:
    with pytest.raises(UrlRefused):
        parse_url(url)


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("https://example.com", "https://example.com"),
        ("HTTPS://EXAMPLE.com/Hook?job=1#part", "https://example.com/Hook?job=1"),
        ("http://example.com:80/", "http://example.com/"),
        ("https://example.com./hook", "https://example.com/hook"),
        ("https://한글.kr/콜백", "https://xn--bj0bj06e.kr/%EC%BD%9C%EB%B0%B1"),
        ("http://backend:8080/api/jobs/7/status", "http://backend:8080/api/jobs/7/status"),
        ("http://93.184.216.34:9000/", "http://93.184.216.34:9000/"),
        ("http://[2606:2800:220:1::1]/", "http://[2606:2800:220:1::1]/"),
        ("http://my_service.internal/", "http://my_service.internal/"),
    ],
)
def test_a_url_as_it_is_opened(url: str, opened: str) -> None:
    assert str(parse_url(url)) == opened


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:0:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::a00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_an_address_that_is_not_public(address: str) -> None:
    assert not is_reachable(ip_address(address), ())


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:2800:220:1::1", "2a00:1450::1"]
)
def test_a_public_address(address: str) -> None:
    assert is_reachable(ip_address(address), ())


def test_what_the_operator_allows_is_reachable_and_nothing_beside_it() -> None:
    allowed = (ip_network("10.1.0.0/16"), ip_network("fd00:1::/32"))

    assert is_reachable(ip_address("10.1.2.3"), allowed)
    assert is_reachable(ip_address("fd00:1::5"), allowed)
    assert not is_reachable(ip_address("10.2.0.1"), allowed)
    assert not is_reachable(ip_address("::ffff:10.1.2.3"), allowed)
