"""What becomes of submissions whose owner deletes the account: what is private goes, public history stays."""

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from submissions.models import Attempt, Evidence, Membership, Revision, Submission
from submissions.organisations import would_lack_an_owner

PUBLIC_KINDS = tuple(kind for kind in Evidence.Kind if Evidence(kind=kind).is_public_once_approved)


@transaction.atomic
def erase(owner: AbstractUser) -> set[str]:
    """Removes all that only the owner and maintainers saw; the hashes of bytes that may go once this is committed.

    A worker that verifies one of these finds its lease gone and changes nothing. What was published keeps its entry,
    its public files and its history, without notes, messages, predictions and attachments.
    """
    mine = Submission.objects.filter(owner_id=owner.pk)
    public = [submission for submission in mine.select_for_update() if submission.entry_id]
    unnamed = _hashes(owner)
    Attempt.objects.filter(account_id=owner.pk).delete()
    mine.filter(entry=None).delete()
    for submission in public:
        _strip(submission)
    return unnamed - _hashes(owner)


def leave_organisations(person: AbstractUser) -> None:
    """Out of all; one that nobody else is in goes, too. OrganisationRefused where members would lack an owner."""
    for membership in Membership.objects.filter(user_id=person.pk).select_related("organisation"):
        organisation = membership.organisation
        if organisation.memberships.exclude(pk=membership.pk).exists():
            would_lack_an_owner(membership)
            membership.delete()
        else:
            organisation.submissions.update(organisation=None)
            organisation.delete()


def _strip(submission: Submission) -> None:
    """Leaves of a published submission what readers of its entry may see."""
    submission.messages.all().delete()
    submission.evidence.exclude(kind__in=PUBLIC_KINDS).delete()
    submission.manifest = {**submission.manifest, "notes": ""}
    submission.organisation = None
    submission.save(update_fields=["manifest", "organisation"])
    for revision in submission.revisions.all():
        revision.manifest = {**revision.manifest, "notes": ""}
        revision.evidence = [file for file in revision.evidence if file["kind"] in PUBLIC_KINDS]
        revision.save(update_fields=["manifest", "evidence"])


def _hashes(owner: AbstractUser) -> set[str]:
    """The hashes of all files of a person's, those of earlier revisions included."""
    now = Evidence.objects.filter(submission__owner_id=owner.pk).values_list("sha256", flat=True)
    frozen = Revision.objects.filter(submission__owner_id=owner.pk).values_list("evidence", flat=True)
    return {*now, *(file["sha256"] for files in frozen for file in files)}
