"""Requests over a bare socket: as little as possible of the time that is measured is the client's."""

import socket
import time


def answer(connection: socket.socket) -> tuple[str, bytes]:
    """One whole answer, by its length."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536) or _closed()
    head, _, body = got.partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    assert text.split(" ")[1] in ("200", "304"), text
    length = 0
    for line in text.lower().split("\r\n"):
        if line.startswith("content-length:"):
            length = int(line.partition(":")[2])
    while len(body) < length:
        body += connection.recv(65536) or _closed()
    return text, body


def _closed() -> bytes:
    raise ConnectionError("The server closed the connection.")


def get(port: int, address: str) -> tuple[str, bytes]:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return answer(connection)


def wait(port: int, path: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            get(port, path)
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
