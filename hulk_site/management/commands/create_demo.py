"""Users, tokens, the demo edition and a live sample submission, for a local server."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hulk_site.accounts.models import User
from hulk_site.demo.bundles import bundles
from hulk_site.demo.edition import make_edition
from hulk_site.demo.people import make_people
from leaderboard.models import Edition
from submissions import intake, manifest
from submissions.models import Submission

SENT = "finetuning-jsonl"
"""The sample that `colleague` has already sent, so that the review queue is not empty."""


class Command(BaseCommand):
    help = "Make demo users with tokens, the demo edition and a sample submission. For a local server only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, default=settings.BASE_DIR / "var" / "demo.json")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HTTPS:
            raise CommandError("This server is public (PUBLIC_URL is https); demo users have no place on it.")
        if not Edition.objects.filter(is_demo=False).exists():
            raise CommandError("The catalogue is empty; run `manage.py load_baselines` first.")
        users = make_people(options["file"], settings.PUBLIC_URL)
        edition = make_edition(timezone.now())
        send_sample(users["colleague"], edition)
        self.stdout.write(self.style.SUCCESS(f"The demo is ready; its users are in {options['file']}."))


def send_sample(owner: User, edition: Edition) -> None:
    """Sends one sample bundle as its owner would; nothing where one was sent before."""
    if Submission.objects.filter(owner=owner, edition=edition).exists():
        return
    files = dict(bundles()[SENT])
    described = manifest.load(files.pop("submission.json").encode())
    evidence = {name: ContentFile(content.encode(), name=name) for name, content in files.items()}
    intake.send_bundle(owner=owner, manifest=described, files=evidence, at=timezone.now())
