"""`manage.py review ID --approve|--reject|--request-changes --by USER`: the admin's decisions, for scripts."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from submissions import review
from submissions.errors import Refused
from submissions.models import Submission

DECISIONS = {"approve": review.approve, "reject": review.reject, "request_changes": review.request_changes}


class Command(BaseCommand):
    help = "Decide on a submission, by the rules of the admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=UUID, help="The submission's id.")
        which = parser.add_mutually_exclusive_group(required=True)
        for name in DECISIONS:
            which.add_argument(f"--{name.replace('_', '-')}", dest="decision", action="store_const", const=name)
        parser.add_argument("--by", required=True, help="The maintainer's username.")
        parser.add_argument("--comment", default="", help="A reason, which the submitter reads.")
        parser.add_argument("--seen", help="The content hash that was looked at; without it, what is there now.")

    def handle(self, *args: Any, **options: Any) -> None:
        person = get_user_model().objects.filter(username=options["by"]).first()
        if person is None:
            raise CommandError(f"There is no user {options['by']!r}.")
        submission = Submission.objects.filter(pk=options["id"]).first()
        if submission is None:
            raise CommandError(f"There is no submission {options['id']}.")
        decide = DECISIONS[options["decision"]]
        seen = options["seen"] or submission.content_hash
        try:
            decided = decide(submission, by=person, at=timezone.now(), seen=seen, comment=options["comment"])
        except Refused as error:
            raise CommandError(" ".join(part for part in (error.message, error.remedy) if part)) from error
        self.stdout.write(f"{decided.pk} is {decided.get_status_display()}.")
        if decided.entry:
            self.stdout.write(f"Entry: {decided.entry.get_absolute_url()}")
