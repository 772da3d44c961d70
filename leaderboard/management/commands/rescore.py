"""Prices and scores an edition's entries anew, after showing what changes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from leaderboard import rescoring
from leaderboard.models import Edition


class Command(BaseCommand):
    help = "Reprice and rescore every entry of an edition, all or nothing; prints the changes of price and rank first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--edition", help="Its name; without it, the newest edition that is not a demo.")
        parser.add_argument("--dry-run", action="store_true", help="Only print what would change.")
        parser.add_argument("--reason", default="rescored on the command line", help="Recorded with the change.")

    def handle(self, *args: Any, **options: Any) -> None:
        edition, at = _edition(options["edition"]), timezone.now()
        plan = rescoring.plan(edition, at=at)
        for line in rescoring.words(plan):
            self.stdout.write(line)
        if plan.is_empty:
            self.stdout.write(f"{edition.slug}: nothing changes.")
        elif options["dry_run"]:
            self.stdout.write(f"{edition.slug}: {plan.change_count} board rows would change. Nothing was written.")
        else:
            done = rescoring.apply(edition, by=None, at=at, reason=options["reason"])
            self.stdout.write(self.style.SUCCESS(f"{edition.slug}: {done.change_count} board rows changed."))


def _edition(slug: str | None) -> Edition:
    try:
        return Edition.objects.get(slug=slug) if slug else Edition.objects.current()
    except Edition.DoesNotExist as error:
        known = ", ".join(Edition.objects.values_list("slug", flat=True)) or "none; run load_baselines first"
        raise CommandError(f"There is no edition {slug or ''}. Known: {known}.") from error
