"""Which mails a person wants, and the links by which a mail itself can be ended."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.core import signing
from django.db import transaction
from django.urls import reverse

from submissions.models import Topic, Unwanted

_signer = signing.Signer(salt="submissions.mail.unsubscribe", sep=".")


def topics_for(person: AbstractUser) -> list[Topic]:
    """What this person can be mailed about."""
    return [topic for topic in Topic if topic != Topic.REVIEW or person.is_staff]


def wanted_by(person: AbstractUser) -> set[Topic]:
    unwanted = set(Unwanted.objects.filter(person=person.pk).values_list("topic", flat=True))
    return {topic for topic in topics_for(person) if topic not in unwanted}


@transaction.atomic
def choose(person: AbstractUser, wanted: Collection[str]) -> None:
    """From now on mails about these topics, and about no others."""
    Unwanted.objects.filter(person=person.pk, topic__in=wanted).delete()
    Unwanted.objects.bulk_create(
        [Unwanted(person_id=person.pk, topic=topic) for topic in topics_for(person) if topic not in wanted],
        ignore_conflicts=True,
    )


def end(person: AbstractUser, topic: Topic) -> None:
    Unwanted.objects.get_or_create(person_id=person.pk, topic=topic)


def link(person: AbstractUser, topic: str) -> str:
    """Ends mails about a topic without a sign-in. Signed, so that nobody can end another's; valid for good."""
    token = _signer.sign_object([person.pk, topic])
    return f"{settings.PUBLIC_URL}{reverse('submissions:unsubscribe', args=[token])}"


def read_link(token: str) -> tuple[Any, Topic] | None:
    """The person and the topic of a link; None where it is none of ours, or the person is gone."""
    try:
        pk, topic = _signer.unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    person = get_user_model().objects.filter(pk=pk).first()
    return (person, Topic(topic)) if person and topic in Topic.values else None
