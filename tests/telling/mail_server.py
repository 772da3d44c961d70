"""A real mail server on 127.0.0.1 that is away, refuses and breaks off as a test wants."""

import asyncio
from typing import Any

from aiosmtpd.controller import Controller

from hulk_site.embedded import free_port


class MailServer:
    """A real mail server on 127.0.0.1 that answers what a test wants.

    `breaks`: hangs up after it has got a mail; `seconds`: how long it takes to answer one.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.taken: list[str] = []
        self.answer = "250 OK"
        self.breaks = False
        self.seconds = 0.0
        self._controller: Controller | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.taken.append(envelope.content.decode())
        await asyncio.sleep(self.seconds)
        if self.breaks:
            server.transport.abort()
        return self.answer

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
        self._controller = None
