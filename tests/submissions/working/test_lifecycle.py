"""Which step may follow which (PROTOCOL section 9)."""

import pytest

from submissions import lifecycle
from submissions.errors import StepNotAllowed
from submissions.leases import now
from submissions.models import Status
from tests.submissions.working.cases import make_draft

ALLOWED = {
    ("draft", "queued"),
    ("queued", "verifying"),
    ("queued", "withdrawn"),
    ("verifying", "invalid"),
    ("verifying", "in_review"),
    ("verifying", "quarantined"),
    ("verifying", "queued"),
    ("invalid", "draft"),
    ("in_review", "approved"),
    ("in_review", "changes_requested"),
    ("in_review", "rejected"),
    ("in_review", "withdrawn"),
    ("in_review", "queued"),
    ("changes_requested", "draft"),
    ("changes_requested", "withdrawn"),
    ("approved", "withdrawn"),
    ("approved", "superseded"),
    ("quarantined", "queued"),
    ("quarantined", "rejected"),
}


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("to", Status)
def test_only_the_steps_of_the_protocol_are_taken(before, to):
    if (before.value, to.value) in ALLOWED:
        lifecycle.check(before, to)
    else:
        with pytest.raises(StepNotAllowed):
            lifecycle.check(before, to)


def test_owners_may_withdraw_from_the_states_of_the_protocol():
    assert {"queued", "in_review", "changes_requested", "approved"} == lifecycle.WITHDRAWABLE


def test_a_step_is_recorded_with_who_when_from_to_and_why(edition, ada):
    draft = make_draft(ada)
    draft.not_before = at = now()
    lifecycle.step(draft, Status.QUEUED, by=ada, at=at, comment="at last")
    kept = draft.steps.last()
    assert (kept.by, kept.at, kept.from_status, kept.to_status, kept.comment) == (ada, at, "draft", "queued", "at last")


def test_a_refused_step_changes_and_records_nothing(edition, ada):
    draft = make_draft(ada)
    with pytest.raises(StepNotAllowed) as refusal:
        lifecycle.step(draft, Status.APPROVED, by=ada, at=now())
    draft.refresh_from_db()
    assert (draft.status, draft.steps.count(), refusal.value.remedy) == ("draft", 1, "From here it can become: queued.")
