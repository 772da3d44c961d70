"""One POST to an address that a stranger gave: only to the internet, never to anything behind our own door.

The name is looked up once, every address that it has must be public, and the connection goes to one of those very
addresses: a name that answers differently a moment later changes nothing. Redirects are not followed, no proxy is
asked, the body of the answer is not read, and all of it ends after a few seconds.
"""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

CONNECT_SECONDS = 4.0
"""For one address: after a silent one there is time for another."""
ALL_ADDRESSES_SECONDS = 8.0
"""For all addresses of a name together: a stranger's name may have hundreds that are silent."""
WHOLE_SECONDS = 10.0
HTTPS, HTTP = 443, 80
LOWEST_PORT = 1024
LOOPBACK = ip_address("127.0.0.1")
UNICAST = ip_network("2000::/3")
"""All of IPv6 that is handed out to the internet."""
TRANSLATED = tuple(map(ip_network, ("2001::/32", "2002::/16")))
"""IPv6 in there that leads on to an IPv4 address inside it: Teredo and 6to4."""
PROVIDERS_OWN = tuple(map(ip_network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")))
"""Look public, and are the host of a virtual machine (Azure, Oracle), or lead on to IPv6."""


class NotSent(Exception):
    """It did not arrive, or nobody said that it did. The message is a few words of ours, fit to be shown."""


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The HTTP status of the answer. Raises NotSent."""
    parts = checked(url)
    sock = _connected(parts)
    try:
        with _ended_after(sock, WHOLE_SECONDS):
            return _exchange(sock, parts, body, headers)
    except TimeoutError as error:
        raise NotSent(f"no answer within {WHOLE_SECONDS:g} s") from error
    except ssl.SSLCertVerificationError as error:
        raise NotSent("its certificate is not trusted") from error
    except (OSError, HTTPException) as error:
        raise NotSent("it gave no answer that HTTP knows") from error
    finally:
        sock.close()


def checked(url: str) -> SplitResult:
    """The parts of an address that may be called. Raises NotSent, in words for whoever typed it."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise NotSent("an address is printable ASCII, without spaces")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotSent("it is no address") from error
    if parts.scheme != "https" and not (settings.WEBHOOKS_LOCAL and parts.scheme == "http"):
        raise NotSent("it must begin with https://")
    if not parts.hostname or "%" in parts.netloc:
        raise NotSent("it names no host")
    if parts.username is not None or parts.password is not None:
        raise NotSent("it must hold no user name or password")
    if port is not None and port != HTTPS and port < LOWEST_PORT:
        raise NotSent(f"its port must be {HTTPS}, or {LOWEST_PORT} and above")
    return parts


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet: not loopback, private, link-local, shared, reserved or a group."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is None:
            return ip in UNICAST and ip.is_global and not any(ip in network for network in TRANSLATED)
        ip = ip.ipv4_mapped
    if settings.WEBHOOKS_LOCAL and ip == LOOPBACK:
        return True
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or any(ip in network for network in PROVIDERS_OWN))


def _connected(parts: SplitResult) -> socket.socket:
    port = parts.port or (HTTPS if parts.scheme == "https" else HTTP)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent("its name is not known") from error
    if not found or not all(is_public(str(address[0])) for *_, address in found):
        raise NotSent("it is not an address of the internet")
    end = monotonic() + ALL_ADDRESSES_SECONDS
    for family, kind, protocol, _, address in found:
        left = end - monotonic()
        if left <= 0:
            break
        plain = socket.socket(family, kind, protocol)
        plain.settimeout(min(left, CONNECT_SECONDS))
        try:
            plain.connect(address)
        except OSError:
            plain.close()
            continue
        plain.settimeout(WHOLE_SECONDS)
        return _secured(plain, parts) if parts.scheme == "https" else plain
    raise NotSent("nobody answers there")


def _secured(plain: socket.socket, parts: SplitResult) -> ssl.SSLSocket:
    """The certificate must be of the name that was looked up. The handshake comes later, when time is counted."""
    context = ssl.create_default_context()
    return context.wrap_socket(plain, server_hostname=parts.hostname, do_handshake_on_connect=False)


def _exchange(sock: socket.socket, parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> int:
    if isinstance(sock, ssl.SSLSocket):
        sock.do_handshake()
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=WHOLE_SECONDS)
    connection.sock = sock
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    connection.request("POST", path, body, {**headers, "Host": parts.netloc, "Connection": "close"})
    return connection.getresponse().status


@contextmanager
def _ended_after(sock: socket.socket, seconds: float) -> Iterator[None]:
    """Cuts the connection when the time is over, however slowly the other end drips. Raises TimeoutError then."""
    over = threading.Event()

    def cut() -> None:
        over.set()
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.start()
    try:
        yield
    except (OSError, HTTPException) as error:
        if not over.is_set():
            raise
        raise TimeoutError from error
    finally:
        timer.cancel()
    if over.is_set():
        raise TimeoutError
