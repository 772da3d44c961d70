"""Every finding has a bundle that provokes it, and nothing else that is an error or a warning."""

import hashlib
import json
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from hulk_site.demo import labels
from hulk_site.demo.mistakes import mistakes
from scoring import catalogue, manifest
from scoring.catalogue import Shipped
from scoring.findings import CODES, Severity
from scoring.gold import Gold, read_gold
from scoring.readers.text import source_of
from scoring.values import Peers, Report, Source
from scoring.verify import verify

BAD = Path(__file__).resolve().parents[2] / "bundles" / "bad"
RULES = catalogue.rules_of(labels.EDITION)


@cache
def gold() -> dict[str, Gold]:
    return {
        slug: read_gold(labels.RULES[slug], [source_of(name, text.encode()) for name, text in files.items()])
        for slug, files in labels.gold_files().items()
    }


def source(folder: Path, name: str) -> Source:
    data = (folder / name).read_bytes()
    made = source_of(name, data)
    return Source(name, len(data), hashlib.sha256(data).hexdigest(), made.open)


def checked(folder: Path, expected: dict) -> Report:
    """What verification finds in a folder, with the server that `expected.json` describes."""
    described, wrong = manifest.read(manifest.load((folder / "submission.json").read_bytes()), Shipped())
    assert not wrong
    places = [place for place in manifest.places(described) if (folder / place.name).is_file()]
    files = [(place, source(folder, place.name)) for place in places]
    run_date = manifest.named_day(described) or date(2026, 11, 20)

    def run(peers: Peers) -> Report:
        return verify(
            manifest.bundle_of(described, files, run_date=run_date),
            RULES,
            gold=gold() if expected["gold"] else {},
            offers=catalogue.offers(),
            default_offers=catalogue.default_offers() if expected["default_offers"] else {},
            confirmed=frozenset(gold()),
            rated_watts=catalogue.rated_watts(),
            peers=peers,
        )

    best = expected["peers"].get("best_seconds", {})
    if not expected["peers"].get("shares_predictions"):
        return run(Peers(best_seconds=best))
    return run(Peers(sent_by_others=lambda task, digests: digests, best_seconds=best))


@pytest.mark.parametrize("code", CODES)
def test_a_bundle_provokes_its_finding_and_only_that(code: str) -> None:
    folder = BAD / code
    expected = json.loads((folder / "expected.json").read_text())
    assert expected["code"] == code
    found = checked(folder, expected).findings
    assert {one.code for one in found} == {code, *expected["also"]}
    beside = [one for one in found if one.code != code]
    assert all(one.severity is Severity.NOTE for one in beside)
    own = next(one for one in found if one.code == code)
    assert own.severity is CODES[code].severity
    assert own.message
    assert own.remedy


def test_the_committed_bundles_are_what_the_script_makes() -> None:
    committed = {
        folder.name: {
            path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()
        }
        for folder in BAD.iterdir()
    }
    assert committed == mistakes()


def test_there_is_one_for_each_code_and_they_are_small() -> None:
    assert {folder.name for folder in BAD.iterdir()} == set(CODES)
    for folder in BAD.iterdir():
        assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 30_000, folder.name
