"""HULK from Python: what the command `hulk` does, for scripts.

with Client("https://hulk.example.org", token) as client:
    sent = client.send("mybert")
    found = client.wait(sent.submission["id"])
    print(found["scores"], found["preview_rank"])
"""

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from hulk_cli import configuration, downloading, sending, waiting
from hulk_cli.calls import Calls
from hulk_cli.sending import Progress, Sent, unseen
from hulk_cli.shapes import Queued, Submission, Verification
from hulk_cli.transport import Transport
from hulk_cli.waiting import News, unheard


class Client(Calls):
    """One server, as one account. Server and token are those of the environment or of `hulk auth login` unless given.

    Every method raises a `hulk_cli.errors.HulkError`: Refused with `code`, `errors` and `remedies` where the server
    said no, ServerAway where it did not answer after several tries, WrongUsage where it was asked something impossible.
    """

    def __init__(self, url: str = "", token: str = "", *, sleep: Callable[[float], None] = time.sleep) -> None:
        server = configuration.chosen(url, token)
        super().__init__(Transport(server.url, server.token, sleep=sleep))
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.transport.close()

    def send(
        self,
        folder: str | Path,
        *,
        into: str = "",
        again: bool = False,
        organisation: str = "",
        progress: Progress = unseen,
    ) -> Sent:
        """Sends a folder with `submission.json` and queues it. After a cut, the same call goes on where it stopped.

        See `sending.send` for the options. What is wrong with the content the server says; `hulk check` says it before.
        """
        package = sending.pack(Path(folder))
        return sending.send(self, package, into=into, again=again, organisation=organisation, progress=progress)

    def dry_run(self, folder: str | Path, *, progress: Progress = unseen) -> Queued:
        """Sends a folder to be verified and thrown away; `wait` with its id and `dry_run=True` gives the report."""
        return sending.dry_run(self, sending.pack(Path(folder)), progress=progress)

    def wait(self, submission: str, *, dry_run: bool = False, news: News = unheard) -> Verification:
        """The verification of a submission as soon as it is done."""
        return waiting.wait(self, submission, dry_run=dry_run, news=news, sleep=self._sleep)

    def download(self, submission: str, folder: str | Path, *, progress: Progress = unseen) -> Submission:
        """Writes a submission's manifest and files into a folder that `hulk check` accepts."""
        found, _ = downloading.download(self, submission, Path(folder), progress)
        return found
