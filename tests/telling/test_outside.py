"""Where a webhook may lead: to the internet, and never to anything behind our own door (RELIABILITY R64)."""

import socket
import ssl
import time

import pytest
import trustme

from submissions import outside
from submissions.outside import NotSent, is_public, post
from tests.telling.receiver import dripping, receiving

INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_of_the_internet(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_what_is(address):
    assert is_public(address)


def test_only_a_setting_lets_this_machine_be_called_and_nothing_else(settings):
    settings.WEBHOOKS_LOCAL = True
    assert [one for one in INSIDE if is_public(one)] == ["127.0.0.1", "::ffff:127.0.0.1"]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://example.org/", "https://"),
        ("ftp://example.org/", "https://"),
        ("https:///path", "no host"),
        ("https://", "no host"),
        ("https://me:secret@example.org/", "no user name"),
        ("https://me@example.org/", "no user name"),
        ("https://example.org:22/", "port"),
        ("https://example.org:80/", "port"),
        ("https://example.org:99999/", "no address"),
        ("https://[::1", "no address"),
        ("https://exa mple.org/", "spaces"),
        ("https://example.org/\r\nX: y", "ASCII"),
        ("https://exämple.org/", "ASCII"),
        ("https://[fe80::1%25eth0]/", "no host"),
        ("javascript:alert(1)", "https://"),
    ],
)
def test_addresses_that_are_never_called(url, sentence):
    with pytest.raises(NotSent, match=sentence):
        outside.checked(url)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "[::1]", "[::ffff:7f00:1]"],
)
def test_however_this_machine_is_written_nothing_connects_to_it(host):
    with receiving() as receiver:
        with pytest.raises(NotSent):
            post(f"https://{host}:{receiver.port}/", b"{}", {})
        assert receiver.got == []


def answers(monkeypatch, *addresses):
    """What the name server says, every time it is asked; how often it was asked."""
    asked = []

    def getaddrinfo(host, port, **options):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr("submissions.outside.socket.getaddrinfo", getaddrinfo)
    return asked


def connects(monkeypatch):
    """Every address that somebody tried to connect to; nobody answers."""
    tried = []

    def connect(sock, address):
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("submissions.outside.socket.socket.connect", connect, raising=False)
    return tried


def test_a_name_with_one_address_inside_is_refused_as_a_whole(monkeypatch):
    answers(monkeypatch, "93.184.216.34", "10.0.0.1")
    tried = connects(monkeypatch)
    with pytest.raises(NotSent, match="not an address of the internet"):
        post("https://rebinding.example/", b"{}", {})
    assert tried == []


def test_the_name_is_looked_up_once_and_that_very_address_is_called(monkeypatch):
    asked = answers(monkeypatch, "93.184.216.34")
    tried = connects(monkeypatch)
    with pytest.raises(NotSent, match="nobody answers"):
        post("https://example.org:8443/", b"{}", {})
    assert asked == ["example.org"]
    assert tried == [("93.184.216.34", 8443)]


def test_a_name_with_hundreds_of_silent_addresses_is_given_up_after_a_few(monkeypatch):
    answers(monkeypatch, *(f"93.184.{number // 250}.{number % 250 + 1}" for number in range(500)))
    clock, tried = [0.0], []

    def silent(self, address):
        tried.append(address[0])
        clock[0] += self.gettimeout()
        raise TimeoutError

    monkeypatch.setattr("submissions.outside.monotonic", lambda: clock[0])
    monkeypatch.setattr("submissions.outside.socket.socket.connect", silent, raising=False)
    with pytest.raises(NotSent, match="nobody answers there"):
        post("https://hooks.example.org/", b"{}", {})
    assert len(tried) == 2


def test_the_name_is_said_in_the_request_though_the_address_is_called(monkeypatch, settings):
    settings.WEBHOOKS_LOCAL = True
    answers(monkeypatch, "127.0.0.1")
    with receiving() as receiver:
        assert post(f"http://hooks.example:{receiver.port}/a?b=c", b"{}", {"X-One": "1"}) == 204
        ((path, headers, body),) = receiver.got
    assert (path, headers["host"], headers["x-one"], body) == (
        "/a?b=c",
        f"hooks.example:{receiver.port}",
        "1",
        b"{}",
    )


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """Somebody who vouches for names, trusted in this test."""
    one = trustme.CA()
    one.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return one


def secured(receiver, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)


def test_over_tls_the_certificate_is_held_against_the_name(authority, monkeypatch, settings):
    settings.WEBHOOKS_LOCAL = True
    answers(monkeypatch, "127.0.0.1")
    with receiving() as receiver:
        secured(receiver, authority.issue_cert("hooks.example"))
        assert post(f"https://hooks.example:{receiver.port}/", b"{}", {}) == 204
        with pytest.raises(NotSent, match="certificate is not trusted"):
            post(f"https://other.example:{receiver.port}/", b"{}", {})
        assert len(receiver.got) == 1


def test_a_certificate_that_nobody_vouches_for_ends_it(settings, monkeypatch):
    settings.WEBHOOKS_LOCAL = True
    answers(monkeypatch, "127.0.0.1")
    with receiving() as receiver:
        secured(receiver, trustme.CA().issue_cert("hooks.example"))
        with pytest.raises(NotSent, match="certificate is not trusted"):
            post(f"https://hooks.example:{receiver.port}/", b"{}", {})
        assert receiver.got == []


def test_a_server_that_speaks_no_tls_is_told_nothing(settings):
    settings.WEBHOOKS_LOCAL = True
    with receiving() as receiver:
        with pytest.raises(NotSent):
            post(f"https://127.0.0.1:{receiver.port}/", b"{}", {})
        assert receiver.got == []


def test_a_redirect_is_an_answer_and_not_followed(settings):
    settings.WEBHOOKS_LOCAL = True
    with receiving() as receiver:
        receiver.status, receiver.headers = 302, {"Location": f"http://127.0.0.1:{receiver.port}/elsewhere"}
        assert post(receiver.url, b"{}", {}) == 302
        assert len(receiver.got) == 1


def test_an_answer_that_drips_is_cut_off(settings, monkeypatch):
    settings.WEBHOOKS_LOCAL = True
    monkeypatch.setattr("submissions.outside.WHOLE_SECONDS", 0.5)
    with dripping() as port:
        begun = time.monotonic()
        with pytest.raises(NotSent, match=r"no answer within 0\.5 s"):
            post(f"http://127.0.0.1:{port}/", b"{}", {})
        assert time.monotonic() - begun < 5
