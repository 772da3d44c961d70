"""The people of the journeys, with a verb for each thing they do, at the address where they would do it."""

import json
import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

from django.test import Client

from submissions import jobs
from tests.factories_submissions import Script, make_maintainer, make_user

Files = Mapping[str, bytes]
QUEUE = "/admin/submissions/submission/"


def read(response: Any) -> bytes:
    """The body of an answer, streamed or not."""
    return response.getvalue()


class Visitor:
    """Somebody without an account, in a browser."""

    def __init__(self) -> None:
        self.browser = Client()

    def open(self, address: str, status: int = 200) -> str:
        """The HTML of a page."""
        answer = self.browser.get(address)
        assert answer.status_code == status, (address, answer.status_code)
        return read(answer).decode()

    def words(self, address: str, status: int = 200) -> str:
        """What a page says, without its tags."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.open(address, status))).split())

    def api(self, path: str, status: int = 200) -> Any:
        """The JSON at an address below /api/v1/."""
        answer = self.browser.get(f"/api/v1/{path}")
        assert answer.status_code == status, (path, answer.status_code, read(answer))
        return json.loads(read(answer))

    def board(self, phase: str, measure: str, edition: str = "") -> dict[str, dict[str, Any]]:
        """The rows of a board by model."""
        query = f"&edition={edition}" if edition else ""
        return {row["model"]: row for row in self.api(f"boards/{phase}/{measure}/?per_page=100{query}")["results"]}


class Researcher(Visitor):
    """Somebody who sends submissions: by a script with a token, and at times in a browser."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self.user = make_user(name)
        self.script = Script(self.user)
        self.browser.force_login(self.user)

    def send_bundle(self, manifest: Any, files: Files, *, query: str = "") -> str:
        """The id of a submission that a worker has verified."""
        answer = self.script.bundle(manifest, files, query=query)
        assert answer.status_code == 202, answer.content
        assert answer["Location"] == answer.json()["url"]
        verify(answer.json()["id"])
        return answer.json()["id"]

    def submission(self, pk: str) -> dict[str, Any]:
        return self._get(f"submissions/{pk}/")

    def verification(self, pk: str) -> dict[str, Any]:
        return self._get(f"submissions/{pk}/verification/")

    def put(self, pk: str, place: str, content: bytes) -> None:
        answer = self.script.put(f"submissions/{pk}/evidence/{place}", content)
        assert answer.status_code in {200, 201}, answer.content

    def submit(self, pk: str) -> None:
        """Queues a draft, and lets a worker verify it."""
        answer = self.script.post(f"submissions/{pk}/submit/")
        assert answer.status_code == 202, answer.content
        verify(pk)

    def withdraw(self, pk: str, comment: str = "") -> None:
        answer = self.script.post(f"submissions/{pk}/withdraw/", {"comment": comment})
        assert answer.status_code == 200, answer.content

    def revise(self, pk: str) -> str:
        """The id of the draft to mend."""
        answer = self.script.post(f"submissions/{pk}/revise/")
        assert answer.status_code in {200, 201}, answer.content
        return answer.json()["id"]

    def _get(self, path: str) -> dict[str, Any]:
        answer = self.script.get(path)
        assert answer.status_code == 200, answer.content
        return answer.json()


class Maintainer(Visitor):
    """Somebody who decides in the admin, by the buttons that stand there."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self.user = make_maintainer(name)
        self.script = Script(self.user)
        self.browser.force_login(self.user)

    def review_page(self, pk: str) -> str:
        return self.open(f"{QUEUE}{pk}/change/")

    def decide(self, pk: str, decision: str, comment: str = "") -> Any:
        """Opens the review page and presses one of its buttons; the answer, and where it leads."""
        page = self.review_page(pk)
        assert f'name="decision" value="{decision}"' in page, "the button is not there"
        seen = re.search(r'name="seen" value="(\w+)"', page)
        verification = re.search(r'name="verification" value="(\d+)"', page)
        address = re.search(r'<form method="post" action="([^"]+)"[^>]*decision', page)
        assert seen and verification and address
        data = {"decision": decision, "comment": comment}
        data |= {"seen": seen.group(1), "verification": verification.group(1)}
        return self.browser.post(address.group(1), data, follow=True)

    def approve(self, pk: str) -> str:
        """The id of the entry, as its submission's page links to it."""
        answer = self.decide(pk, "approve", "looks right")
        assert "Approved: the entry is on the boards." in read(answer).decode()
        link = re.search(r'href="/entries/([0-9a-f-]{36})/"', self.open(f"/submissions/{pk}/"))
        assert link, "the submission's page does not link to its entry"
        return link.group(1)


def verify(pk: str) -> None:
    """What a worker does when the bell rings."""
    jobs.verify_submission(str(pk))


def codes(verification: Mapping[str, Any], *severities: str) -> set[str]:
    """The codes that were found; of these severities, or all."""
    found = verification["findings"]
    return {one["code"] for one in found if not severities or one["severity"] in severities}


def measured(verification: Mapping[str, Any], task: str) -> dict[str, Any]:
    (found,) = [one for one in verification["measurements"] if one["task"] == task]
    return found


def folder(path: Path) -> tuple[str, dict[str, bytes]]:
    """A sample bundle's manifest and files, as they lie in a folder."""
    files = {file.relative_to(path).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()}
    return files.pop("submission.json").decode(), files
