"""Markup in every field that a submitter fills in is shown as text, on every page that shows it."""

import io

import pytest
from django.utils import timezone

from submissions import inspection, intake
from submissions.evidence import put
from submissions.models import Submission
from submissions.recognition import look_at
from submissions.verification import verify
from tests.submissions.working.cases import lately, manifest_of, predictions

EVIL = "<img src=x onerror=alert(1)>\"'{{7*7}}"
LOG = f"seconds,accuracy,{EVIL}\n10,60,{EVIL}\n{EVIL},85,1\n30,92,1\n"

pytestmark = pytest.mark.usefixtures("edition")


def hostile(owner) -> Submission:
    """A draft with markup wherever text may be written, file names and the files themselves included."""
    manifest = {
        **manifest_of(energy_run_id=EVIL, log_pattern={"time": "(x)<b>", "metric": "(y)<b>"}),
        "notes": EVIL,
        "model": {
            "name": f"Toy{EVIL}",
            "organisation": EVIL,
            "base": EVIL,
            "trained_on_top_of": EVIL,
            "code_url": "https://example.org/x",
            "paper_url": "https://example.org/x",
        },
        "hardware": {"accelerator": "card", "count": 1, "details": EVIL, "usd_per_hour": 1, "price_source": EVIL},
        "software": {"framework": EVIL, "precision": EVIL},
    }
    draft = intake.create_draft(owner=owner, manifest=manifest, at=lately())
    for kind, text in (("log", LOG), ("predictions", predictions())):
        blob = put(io.BytesIO(text.encode()), limit=10**9)
        draft.evidence.create(task="toy", kind=kind, name=f"{EVIL}.{kind}", sha256=blob.sha256, size=blob.size)
    return draft


def shows_it_as_text(page: str, address: str) -> None:
    assert "<img src=x" not in page, address
    assert "&lt;img src=x" in page, address


def test_no_field_is_markup_on_any_page(client, ada, mia):
    draft = hostile(ada)
    client.force_login(ada)
    look_at(draft, at=timezone.now())
    inspection.inspect(draft.pk)
    base = f"/submissions/{draft.pk}"
    for address in (
        f"{base}/edit/",
        f"{base}/edit/hardware/",
        f"{base}/edit/evidence/",
        f"{base}/edit/check/",
        f"{base}/delete/",
    ):
        shows_it_as_text(client.get(address).content.decode(), address)
    intake.submit(draft, by=ada, at=lately())
    verify(draft.pk)
    draft.refresh_from_db()
    for address in (f"{base}/", "/submissions/", "/submit/"):
        shows_it_as_text(client.get(address).content.decode(), address)
    client.force_login(mia)
    shows_it_as_text(client.get(f"/admin/submissions/submission/{draft.pk}/change/").content.decode(), "admin")
