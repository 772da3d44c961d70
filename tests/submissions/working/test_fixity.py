"""A flipped byte is reported within a day, and nothing is scored from it."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leaderboard import evidence as store
from submissions import fixity
from submissions.models import Status
from submissions.verification import verify
from tests.submissions.working.cases import make_person, make_queued, make_small_edition

pytestmark = pytest.mark.django_db


def of_a_day() -> list[str]:
    return [sha256 for hour in range(24) for sha256 in fixity.check(datetime(2026, 11, 26, hour, tzinfo=UTC))]


def test_a_flipped_byte_is_reported_once_a_day_and_the_file_is_not_scored(caplog: pytest.LogCaptureFixture) -> None:
    make_small_edition()
    submission = make_queued(make_person())
    assert of_a_day() == []
    log = submission.evidence.get(kind="log")
    path = Path(store.default_storage.path(store.name_of(log.sha256)))
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)
    with caplog.at_level(logging.ERROR, "submissions.fixity"):
        assert of_a_day() == [log.sha256]
    assert log.sha256 in caplog.text
    with pytest.raises(RuntimeError, match="not what was stored"):
        verify(submission.pk)
    submission.refresh_from_db()
    assert submission.status == Status.QUEUED
    assert not submission.verifications.exists()
