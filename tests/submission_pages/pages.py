"""A person at the pages: what they type, and what stands on the page afterwards."""

import re
from html import unescape
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from submissions.models import Submission
from tests.submissions.working.cases import CROSSES, predictions

DESCRIPTION = {
    "phase": "finetuning",
    "edition": "small",
    "name": "ToyBERT",
    "organisation": "Lab",
    "parameters": "110.5",
    "code_url": "https://example.org/code",
    "run_date": "2026-11-20",
    "includes_evaluation": "no",
}
HARDWARE = {"accelerator": "card", "count": "1"}


def file(text: str | bytes, name: str = "log.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def both_files() -> dict[str, SimpleUploadedFile]:
    return {
        "file-toy-log-1-": file(CROSSES),
        "file-toy-predictions-1-": file(predictions(), "dev.tsv"),
    }


def text_of(response: Any) -> str:
    """The page as it is read: without tags, white space as single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def begin(client: Client, form: str = "n1", **values: str) -> Submission:
    """Step 1, sent once."""
    response = client.post(f"/submit/?form={form}", {**DESCRIPTION, **values})
    assert response.status_code == 302, text_of(response)
    return Submission.objects.get(pk=response["Location"].split("/")[2])


def choose_hardware(client: Client, draft: Submission, **values: str) -> Any:
    return client.post(f"/submissions/{draft.pk}/edit/hardware/", {**HARDWARE, **values})


def add_evidence(client: Client, draft: Submission, **values: Any) -> Any:
    return client.post(f"/submissions/{draft.pk}/edit/evidence/", values)


def filled(client: Client) -> Submission:
    """A draft that can be sent."""
    draft = begin(client)
    choose_hardware(client, draft)
    response = add_evidence(client, draft, **both_files())
    assert response.status_code == 302, text_of(response)
    draft.refresh_from_db()
    return draft


def send(client: Client, draft: Submission) -> Any:
    return client.post(f"/submissions/{draft.pk}/edit/check/", {"consent": "yes"})
