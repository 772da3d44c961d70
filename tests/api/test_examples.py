"""Every example of the page is run as it stands there, against a real server and with a worker that verifies."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.utils import timezone

from submissions import intake, review, verification, webhooks
from submissions.models import Call, Submission
from tests import editions
from tests.factories_submissions import make_maintainer, make_token, make_user

ROOT = Path(__file__).resolve().parents[2]
ROWS = 872
MANIFEST = {
    "edition": "hulk-2020",
    "phase": "finetuning",
    "model": {"name": "MyBERT", "code_url": "https://example.org/mybert"},
    "hardware": {"accelerator": "rtx-2080-ti", "count": 1},
    "tasks": {"sst2": {"log": "sst2/log.csv", "predictions": "sst2/dev.tsv"}},
}


def story(name: str) -> str:
    """The blocks of one story, one after the other."""
    page = Client().get("/api/examples/").content.decode()
    blocks = re.findall(rf'<pre [^>]*data-story="{name}">(.*?)</pre>', page, re.DOTALL)
    assert blocks
    return "\n".join(map(unescape, blocks)) + "\n"


@pytest.fixture
def world(transactional_db: None, live_server: Any, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Where the examples run: a server, a token, the folder `mybert`, the command, and a worker."""
    editions.paper()
    write_bundle(tmp_path / "mybert")
    command = tmp_path / "bin" / "hulk"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m hulk_cli "$@"\n')
    command.chmod(0o755)
    stop = threading.Event()
    worker = threading.Thread(target=verify_what_waits, args=(stop,))
    worker.start()
    yield {
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "HULK_URL": live_server.url,
        "HULK_TOKEN": make_token(make_user("ada")),
    }
    stop.set()
    worker.join()


def write_bundle(folder: Path) -> None:
    """What the page calls `mybert`: one task that reaches its cut-off."""
    (folder / "sst2").mkdir(parents=True)
    (folder / "submission.json").write_text(json.dumps(MANIFEST))
    (folder / "sst2" / "log.csv").write_text("seconds,accuracy\n12.5,86.93\n25.1,89.33\n38.4,90.48\n")
    rows = "".join(f"{row}\t{row % 2}\n" for row in range(ROWS))
    (folder / "sst2" / "dev.tsv").write_text(f"index\tprediction\n{rows}")


def verify_what_waits(stop: threading.Event) -> None:
    try:
        while not stop.wait(0.2):
            for pk in Submission.objects.filter(status="queued").values_list("pk", flat=True):
                verification.verify(pk)
    finally:
        connection.close()


def run(command: list[str], world: dict[str, str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, env=world, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def shell(text: str, world: dict[str, str], folder: Path) -> str:
    return run(["sh", "-euc", text], world, folder)


def changes_are_asked_for() -> str:
    """The id of what was sent, after a maintainer has asked for changes."""
    submission = Submission.objects.get(status="in_review", is_dry_run=False)
    mia = make_maintainer("mia")
    review.request_changes(submission, by=mia, at=timezone.now(), seen=submission.content_hash, comment="cut short")
    return str(submission.pk)


def sent_again() -> Submission:
    """What came of it: a second revision, queued or further."""
    submission = Submission.objects.get(is_dry_run=False)
    assert (submission.revision, submission.revisions.count()) == (2, 2)
    return submission


def wait_until_verified() -> None:
    stop = threading.Event()
    for _ in range(300):
        if Submission.objects.filter(status="in_review", is_dry_run=False).exists():
            return
        stop.wait(0.1)
    raise AssertionError(list(Submission.objects.values_list("status", flat=True)))


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
def test_curl_changes_a_draft_as_it_was_seen(world: dict[str, str], tmp_path: Path) -> None:
    ada = get_user_model().objects.get(username="ada")
    draft = intake.create_draft(owner=ada, manifest=MANIFEST, at=timezone.now())
    told = shell(story("curl-together"), {**world, "DRAFT": str(draft.pk)}, tmp_path)
    assert json.loads(told)["manifest"]["notes"] == "seen by both"


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
def test_curl(world: dict[str, str], tmp_path: Path) -> None:
    told = shell(story("curl"), world, tmp_path)
    assert '"username":"ada"' in told
    assert "The gap in the log is a restart." in told
    assert "application/problem+json" in told and "RateLimit-Remaining" in told
    assert (tmp_path / "board.csv").read_text().startswith("rank,entry,url,model")
    wait_until_verified()
    told = shell(story("curl-mend"), {**world, "ID": changes_are_asked_for()}, tmp_path)
    assert "the log was cut short" in told
    assert sent_again().manifest["notes"] == "the log was cut short"


def test_python(world: dict[str, str], tmp_path: Path) -> None:
    told = run([sys.executable, "-c", story("python")], world, tmp_path)
    assert told.startswith("ada\n")
    assert "RoBERTa-Large" in told
    wait_until_verified()
    begin = "from hulk_cli.client import Client\nclient = Client()\n"
    text = f"{begin}ID = {changes_are_asked_for()!r}\n{story('python-mend')}"
    run([sys.executable, "-c", text], world, tmp_path)
    assert sent_again().manifest["notes"] == "the log was cut short"


def test_the_command(world: dict[str, str], tmp_path: Path) -> None:
    told = shell(story("hulk"), world, tmp_path)
    assert "rank,entry,url,model" in told
    wait_until_verified()
    log = tmp_path / "mybert" / "sst2" / "log.csv"
    log.write_text(log.read_text() + "\n")
    shell(story("hulk-mend"), {**world, "ID": changes_are_asked_for()}, tmp_path)
    sent_again()


def test_the_check_of_a_signature(db: None) -> None:
    code: dict[str, Any] = {}
    exec(story("webhook"), code)
    webhook, secret = webhooks.register(
        make_user(), url="https://hooks.example.org/", events=["verified"], at=timezone.now()
    )
    webhooks.ping(webhook, timezone.now())
    call = Call.objects.get()
    headers = webhooks.headers_of(call, call.body.encode(), timezone.now())
    assert code["is_from_hulk"](secret, headers, call.body.encode())
    assert not code["is_from_hulk"](secret, headers, b"{}")
    old = webhooks.headers_of(call, call.body.encode(), timezone.now() - timedelta(hours=1))
    assert not code["is_from_hulk"](secret, old, call.body.encode())
