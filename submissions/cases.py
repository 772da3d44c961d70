"""All that a verification reads, gathered as values.

After this it needs the database only to ask who else sent the same predictions, until its result is kept.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from leaderboard import catalogue, ranking
from scoring.gold import Gold
from scoring.rules import Rules
from scoring.values import Bundle, Offer, Peers
from submissions import gold
from submissions.bundles import bundle_of
from submissions.evidence import sha256_of
from submissions.models import Submission, Verification


class EvidenceDamaged(RuntimeError):
    """Stored bytes are gone or are not what was sent: the operator's storage failed, not the submitter."""


@dataclass(frozen=True, slots=True)
class Case:
    """What was sent, and what it is held against."""

    bundle: Bundle
    rules: Rules
    gold: Mapping[str, Gold]
    gold_facts: Mapping[str, Mapping[str, Any]]
    offers: tuple[Offer, ...]
    default_offers: Mapping[str, str]
    rated_watts: Mapping[str, float]
    peers: Peers

    @property
    def confirmed(self) -> frozenset[str]:
        """Tasks whose gold labels have the hash that the edition publishes."""
        return frozenset(slug for slug, facts in self.gold_facts.items() if facts["confirmed"])


def case_of(submission: Submission) -> Case:
    bundle = bundle_of(submission)
    edition = submission.edition
    asked = {task.task for task in bundle.tasks}
    rows = [row for row in edition.tasks.select_related("edition", "gold_set") if row.slug in asked]
    labels = {row.slug: found for row in rows if (found := gold.load(row)) is not None}
    return Case(
        bundle=bundle,
        rules=catalogue.rules_of(edition),
        gold=labels,
        gold_facts={
            row.slug: {
                "sha256": row.gold_set.imported_sha256,
                "count": row.gold_set.imported_count,
                "confirmed": row.gold_set.is_confirmed,
            }
            for row in rows
            if row.slug in labels
        },
        offers=catalogue.offers(),
        default_offers=catalogue.default_offers(edition),
        rated_watts=catalogue.rated_watts(),
        peers=_peers(submission, bundle),
    )


def _peers(submission: Submission, bundle: Bundle) -> Peers:
    """The best approved values on like hardware, and a way to ask which predictions other people have sent."""
    best = ranking.peers_of(submission.edition, bundle.phase, bundle.hardware.accelerator)
    return replace(best, sent_by_others=partial(_sent_by_others, submission))


def _sent_by_others(submission: Submission, task: str, digests: Collection[str]) -> set[str]:
    """Which of these predictions stand in other people's verifications: a look into an index for each."""
    others = Verification.objects.filter(submission__edition=submission.edition, submission__is_dry_run=False)
    others = others.exclude(submission__owner=submission.owner)
    return {digest for digest in digests if others.filter(digests__contains={task: [digest]}).exists()}


def check_files(bundle: Bundle) -> None:
    """Reads every file once and compares it with the hash it was stored under. Raises EvidenceDamaged."""
    for source in bundle.sources():
        try:
            with source.open() as file:
                found = sha256_of(file)
        except FileNotFoundError as error:
            raise EvidenceDamaged(f"The blob {source.sha256} is gone. Restore it from a backup.") from error
        if found != source.sha256:
            raise EvidenceDamaged(f"The blob {source.sha256} is not what was stored. Restore it from a backup.")
