"""A wire between a client and a server that is cut, or goes silent, after so many bytes."""

import socket
import threading
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit


class Wire:
    """Passes connections on to a server. `cut_after` bytes from the client, the connection breaks, once."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._target = (address.hostname or "", address.port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.sent = 0
        self.cuts: list[int] = []
        self.reached = threading.Event()
        self._hold: int | None = None
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._listener.close()

    def hold_after(self, size: int | None) -> None:
        """Swallow all that comes after so many bytes, and say with `reached` that it is so; None: no more."""
        self._hold = size
        self.reached.clear()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._target) as server:
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            with suppress(OSError):
                while piece := client.recv(65536):
                    if self._breaks(len(piece)):
                        return
                    server.sendall(piece)
                server.shutdown(socket.SHUT_WR)
            back.join(60)

    def _breaks(self, size: int) -> bool:
        with self._lock:
            self.sent += size
            if self._hold is not None and self.sent > self._hold:
                self.reached.set()
                return True
            if self.cuts and self.sent > self.cuts[0]:
                self.cuts.pop(0)
                return True
        return False


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
