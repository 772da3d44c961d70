"""`manage.py import_gold TASK FILE…`: takes in the gold labels of one task, and never prints one."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leaderboard.models import Edition, Task
from scoring.gold import Gold, GoldInvalid
from submissions import gold
from submissions.gold import GoldRefused, Imported
from submissions.models import Status, Submission, Verification


class Command(BaseCommand):
    help = "Import the gold labels of a task from the files of its data set. The labels stay on this server."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("task", help="The task's slug, such as sst2.")
        parser.add_argument("files", nargs="+", type=Path, help="One file; for MultiNLI matched, then mismatched.")
        parser.add_argument("--edition", help="The edition's slug; without it the newest that is not a demo.")
        parser.add_argument(
            "--accept-hash", action="store_true", help="Take other labels than those whose hash the edition publishes."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        row = _task(options["task"], options["edition"])
        try:
            found = gold.import_files(
                row, options["files"], accept_hash=options["accept_hash"], by=None, at=timezone.now()
            )
        except OSError as error:
            raise CommandError(f"{error.filename or 'A file'} cannot be read: {error.strerror}.") from error
        except GoldInvalid as error:
            raise CommandError(str(error)) from error
        except GoldRefused as error:
            raise CommandError(f"{error.message} {error.remedy}") from error
        for sentence in _sentences(row, found, len(options["files"])):
            self.stdout.write(sentence)


def _task(slug: str, edition_slug: str | None) -> Task:
    try:
        edition = Edition.objects.get(slug=edition_slug) if edition_slug else Edition.objects.current()
    except Edition.DoesNotExist as error:
        known = ", ".join(Edition.objects.values_list("slug", flat=True)) or "none; run load_baselines first"
        raise CommandError(f"There is no edition {edition_slug or 'loaded'}. Editions: {known}.") from error
    row = edition.tasks.select_related("edition").filter(slug=slug).first()
    if row is None:
        known = ", ".join(edition.tasks.values_list("slug", flat=True))
        raise CommandError(f"{edition.slug} has no task {slug!r}. Its tasks: {known}.")
    return row


def _sentences(row: Task, found: Imported, files: int) -> list[str]:
    told = [f"{row}: {row.gold_size:,} {_unit(row)} in {files} file{'s' if files > 1 else ''}."]
    told += [f"  {note}" for note in found.gold.notes]
    told += [f"  {name or 'all'}: {counts}" for name, counts in _counts(found.gold).items()]
    told.append(f"SHA-256 of the canonical form: {found.sha256}")
    if found.confirmed:
        told.append("Confirmed: the edition publishes the same hash.")
    elif found.published:
        told.append(f"Accepted as asked, though the edition publishes {found.published}: entries say 'unconfirmed'.")
    else:
        told.append("Unconfirmed: the edition publishes no hash for this task, so nobody can compare it.")
    unproven = _verified_without(row)
    if unproven:
        told.append(
            f"{unproven} submission(s) in review were verified without these labels. To prove them, open each in the "
            "admin under Submissions and press 'Verify again'."
        )
    return told


def _unit(row: Task) -> str:
    return "sentences" if row.metric == Task.Metric.ENTITY_F1 else "rows"


def _counts(found: Gold) -> dict[str, str]:
    """How often each label occurs in each part: sums only, never what stands on a row."""
    told = {}
    for name, part in found.parts.items():
        counts = Counter({part.names[code]: int((part.codes == code).sum()) for code in range(len(part.names))})
        told[name] = ", ".join(f"{label} {count:,}" for label, count in counts.most_common())
    return told


def _verified_without(row: Task) -> int:
    waiting = Submission.objects.filter(edition=row.edition, status=Status.IN_REVIEW, is_dry_run=False)
    newest = Verification.objects.filter(submission__in=waiting).order_by("submission_id", "-number")
    found = newest.distinct("submission_id").values_list("measurements", "gold")
    return sum(row.slug not in labels and any(one["task"] == row.slug for one in done) for done, labels in found)
