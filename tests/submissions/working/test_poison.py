"""A worker that meets a poisonous file: it says so, and does the next job."""

import signal
import time

import pytest
from django.test import override_settings

from scoring.rules import Limits
from submissions import bounds, verification
from submissions.models import Attempt
from tests.submissions.working.cases import CROSSES, make_queued, manifest_of

MANY = 1_500_000
HEAVY = 16_000_000
"""Eight bytes each: far more than what a process that ran other tests before has left over."""


def verified(submission):
    verification.verify(submission.pk)
    submission.refresh_from_db()
    return submission


def latency_manifest():
    return manifest_of() | {
        "phase": "inference",
        "tasks": {"toy": {"latencies": "toy/ms.txt", "predictions": "toy/dev.tsv"}},
    }


def make_heavy(ada):
    """Latency samples that need more memory than the limit below allows."""
    samples = "".join(f"{2 + row / 100}\n" for row in range(97))
    submission = make_queued(ada, log=samples * (HEAVY // 97))
    submission.manifest = latency_manifest()
    submission.save()
    submission.evidence.filter(kind="log").update(kind="latencies")
    return submission


def test_over_memory_it_is_quarantined_with_a_clear_reason_and_the_next_job_is_done(edition, ada):
    edition.limits = {"verification_bytes": 12_000_000}
    edition.save()
    heavy = verified(make_heavy(ada))
    assert heavy.status == "quarantined"
    step = heavy.steps.last()
    assert step.comment.startswith("The verification took more memory than the edition allows.")
    assert not Attempt.objects.filter(submission=heavy, given_back_at=None).exists()

    edition.limits = {}
    edition.save()
    assert verified(make_queued(ada)).status == "in_review"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_over_time_it_is_quarantined_with_a_clear_reason_and_the_next_job_is_done(edition, ada):
    with override_settings(VERIFICATION_SECONDS=1):
        started = time.monotonic()
        endless = verified(make_queued(ada, log="seconds,accuracy\n" + "1,50\n2,x\n" * MANY))
        if endless.status != "invalid":  # a machine that reads three million rows in a second is no failure
            assert endless.status == "quarantined"
            assert "took longer than the edition allows" in endless.steps.last().comment
        assert time.monotonic() - started < 20
        assert verified(make_queued(ada)).status == "in_review"


def test_an_edition_cannot_allow_more_time_than_the_server_gives():
    limits = Limits(verification_seconds=3600)
    with override_settings(VERIFICATION_SECONDS=1), pytest.raises(bounds.OverTime), bounds.within(limits):
        time.sleep(5)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_time_limit_that_a_finaliser_swallows_comes_again():
    class Swallowing:
        def __del__(self):
            time.sleep(1.5)

    with override_settings(VERIFICATION_SECONDS=1), pytest.raises(bounds.OverTime), bounds.within(Limits()):
        Swallowing()
        time.sleep(5)


def test_the_limits_are_taken_off_again(edition, ada):
    verified(make_queued(ada, log=CROSSES))
    assert len(bytearray(1_200_000_000)) == 1_200_000_000
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_poisonous_file_is_a_finding_and_the_next_job_is_done(edition, ada):
    for log in ("\0" * 1000, "[" * 100_000, "seconds,accuracy\n" + "9" * 100_000, "\x80\x04."):
        poisoned = verified(make_queued(ada, log=log))
        assert poisoned.status == "invalid"
        assert poisoned.verifications.get().findings
    assert verified(make_queued(ada)).status == "in_review"
