"""Fills the boards of a phase with made-up entries, for load tests."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from leaderboard import synthetic
from leaderboard.models import Edition
from scoring.rules import Phase


class Command(BaseCommand):
    help = (
        "Put made-up entries on the boards of one phase, the same for the same seed; for load tests. An edition that "
        "holds real submissions is refused. Boards cannot be read meanwhile where they are many."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="How many.")
        parser.add_argument("--edition", required=True, help="Its name.")
        parser.add_argument("--phase", choices=[phase.value for phase in Phase], default=Phase.FINETUNING.value)
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        edition = Edition.objects.filter(slug=options["edition"]).first()
        if edition is None:
            known = ", ".join(Edition.objects.values_list("slug", flat=True)) or "none; run load_baselines first"
            raise CommandError(f"There is no edition {options['edition']}. Known: {known}.")
        if options["number"] < 1:
            raise CommandError("The number of entries is 1 or more.")
        try:
            synthetic.make(edition, Phase(options["phase"]), options["number"], seed=options["seed"], at=timezone.now())
        except synthetic.HoldsSubmissions as error:
            raise CommandError(str(error)) from error
        self.stdout.write(self.style.SUCCESS(f"{edition.slug}: {options['number']:,} made-up entries added."))
