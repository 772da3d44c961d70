"""People, tokens and submissions to test with, and a client that speaks the API as a script would."""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hulk_site.accounts.models import Token
from leaderboard.models import Edition
from submissions import intake
from submissions.manifest import Place
from submissions.models import Submission
from tests.factories import make_accelerator, make_edition, make_offer, make_task

_numbers = count(1)
LOG = b"seconds,accuracy\n10,84.0\n20.5,92.0\n30,93.0\n"
PREDICTIONS = b"index\tprediction\n" + b"".join(b"%d\tyes\n" % row for row in range(10))
LATENCIES = b"".join(b"%.3f\n" % (2 + (row % 7) / 100) for row in range(1000))


def make_user(username: str | None = None, **values: Any) -> Any:
    """A person with the password `correct horse`."""
    name = username or f"person{next(_numbers)}"
    return get_user_model().objects.create_user(name, f"{name}@example.org", "correct horse", **values)


def make_maintainer(username: str | None = None) -> Any:
    return make_user(username, is_staff=True)


def make_token(user: Any, *scopes: str, **values: Any) -> str:
    """The text of a token; with both scopes unless some are given."""
    _, text = Token.objects.create(user, name="script", scopes=list(scopes) or ["read", "submit"], **values)
    return text


def make_catalogue(slug: str | None = None, **values: Any) -> Edition:
    """An edition to submit to: tasks `sst` (whole) and `nli` (matched, mismatched), one priced accelerator."""
    edition = make_edition(slug, **values)
    make_task(edition, "sst")
    parts = [{"name": "matched", "size": 6}, {"name": "mismatched", "size": 4}]
    make_task(edition, "nli", parts=parts, label_orders=[["hf", ["no", "yes"]], ["glue", ["yes", "no"]]])
    accelerator = make_accelerator("rtx-2080-ti")
    if accelerator.offers.exists():
        edition.default_offers.create(accelerator=accelerator, offer_slug="cloud-rtx-2080-ti")
    else:
        make_offer(accelerator, edition=edition)
    return edition


def make_manifest(edition: Edition, tasks: Mapping[str, Any] | None = None, **values: Any) -> dict[str, Any]:
    """A small valid fine-tuning manifest; `tasks` default to `sst` with both its files."""
    return {
        "edition": edition.slug,
        "phase": "finetuning",
        "model": {"name": "MyBERT", "code_url": "https://example.org/code"},
        "hardware": {"accelerator": "rtx-2080-ti"},
        "tasks": {"sst": {"log": "sst/log.csv", "predictions": "sst/dev.tsv"}} if tasks is None else tasks,
        **values,
    }


def make_submission(
    owner: Any = None, edition: Edition | None = None, *, complete: bool = True, **values: Any
) -> Submission:
    """A draft; `complete`: with its log and predictions."""
    owner = owner or make_user()
    edition = edition or make_catalogue()
    draft = intake.create_draft(owner=owner, manifest=make_manifest(edition, **values), at=timezone.now())
    if complete:
        add(draft, Place("sst", "log"), LOG, "sst/log.csv")
        add(draft, Place("sst", "predictions"), PREDICTIONS, "sst/dev.tsv")
    return draft


def add(draft: Submission, place: Place, content: bytes, name: str) -> None:
    file = SimpleUploadedFile(name, content)
    intake.add_evidence(draft, by=draft.owner, place=place, stream=file, name=name, at=timezone.now())


class Script:
    """A script with a token (none where `user` is None), calling /api/v1/."""

    def __init__(self, user: Any = None, *scopes: str, token: str = "") -> None:
        self.client = Client()
        text = token or (make_token(user, *scopes) if user else "")
        self.headers = {"Authorization": f"Bearer {text}"} if text else {}

    def call(self, method: str, path: str, data: Any = b"", kind: str = "application/json", **headers: str) -> Any:
        """`path` below /api/v1/, or a whole address."""
        address = path if path.startswith(("/", "http")) else f"/api/v1/{path}"
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.generic(method, address, data, kind, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.call("POST", path, b"" if data is None else json.dumps(data), **headers)

    def patch(self, path: str, data: Any) -> Any:
        return self.call("PATCH", path, json.dumps(data))

    def put(self, path: str, content: bytes, kind: str = "application/x-www-form-urlencoded", **headers: str) -> Any:
        """As `curl -X PUT --data-binary @file` sends it."""
        return self.call("PUT", path, content, kind, **headers)

    def bundle(
        self, manifest: Any, files: Mapping[str, bytes] | None = None, *, query: str = "", **headers: str
    ) -> Any:
        """As `curl -F manifest=… -F name=@file` sends it; `sst/log.csv` and `sst/dev.tsv` unless files are given."""
        files = {"sst/log.csv": LOG, "sst/dev.tsv": PREDICTIONS} if files is None else files
        text = manifest if isinstance(manifest, str) else json.dumps(manifest)
        body, kind = multipart({"manifest": text}, files)
        return self.call("POST", f"bundles/{query}", body, kind, **headers)


def multipart(fields: Mapping[str, str], files: Mapping[str, bytes]) -> tuple[bytes, str]:
    """A multipart body and its media type; the boundary differs each time, as in life."""
    boundary = f"boundary{next(_numbers)}"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, content in files.items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{name.rsplit("/")[-1]}"'
        parts.append(f"--{boundary}\r\n{head}\r\nContent-Type: text/plain\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
