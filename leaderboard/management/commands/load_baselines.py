"""Adds the edition hulk-2020, its catalogue and the paper's baselines; what is there already stays as it is."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leaderboard import loading


class Command(BaseCommand):
    help = "Load the edition hulk-2020, the price catalogue and the paper's baselines. A second time changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            added = loading.load(timezone.now())
        except loading.DemoInTheWay as error:
            raise CommandError(str(error)) from error
        if not any(added.values()):
            self.stdout.write("Everything is loaded already; nothing was changed.")
            return
        words = ", ".join(f"{number} {what}" for what, number in added.items() if number)
        self.stdout.write(self.style.SUCCESS(f"Added {words}."))
