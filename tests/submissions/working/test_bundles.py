"""From what was sent to the values that scoring reads."""

from datetime import UTC, date, datetime
from decimal import Decimal

from scoring.rules import Phase
from submissions.bundles import bundle_of
from submissions.models import Evidence
from tests.submissions.working.cases import make_draft, manifest_of


def add(draft, task, kind, run=1, part="", name=""):
    Evidence.objects.create(
        submission=draft,
        task=task,
        kind=kind,
        run=run,
        part=part,
        name=name or f"{kind}{run}{part}",
        sha256="a" * 64,
        size=1,
    )


def only_task(draft):
    return bundle_of(draft).tasks[0]


def test_files_come_with_their_names_and_open_when_they_are_read(edition, ada):
    run = only_task(make_draft(ada)).runs[0]
    assert run.log.name == "toy/log.csv"
    with run.log.open() as file:
        assert file.readline() == b"seconds,accuracy\n"
    assert list(run.predictions) == [""]


def test_runs_are_paired_by_their_number_and_get_their_seeds(edition, ada):
    draft = make_draft(ada, manifest_of(seeds=[7, 8]))
    add(draft, "toy", "log", run=2)
    add(draft, "toy", "predictions", run=2)
    assert [(run.log.name, run.seed) for run in only_task(draft).runs] == [("toy/log.csv", 7), ("log2", 8)]


def test_halves_of_a_gold_set_are_keyed_by_their_names(edition, ada):
    draft = make_draft(ada)
    draft.evidence.filter(kind="predictions").delete()
    for part in ("matched", "mismatched"):
        add(draft, "toy", "predictions", part=part)
    assert set(only_task(draft).runs[0].predictions) == {"matched", "mismatched"}


def test_a_file_for_all_tasks_stands_where_a_task_has_none_of_its_own(edition, ada):
    draft = make_draft(ada)
    add(draft, "all", "log", name="all.csv")
    assert only_task(draft).runs[0].log.name == "toy/log.csv"
    draft.evidence.filter(task="toy", kind="log").delete()
    assert only_task(draft).runs[0].log.name == "all.csv"


def test_claims_come_as_they_were_written(edition, ada):
    manifest = manifest_of(claimed_seconds=30.5, claimed_metric=92.1, claimed_usd=0.03)
    claims = only_task(make_draft(ada, manifest)).claims
    assert (claims.seconds, claims.metric, claims.usd, claims.milliseconds) == (30.5, Decimal("92.1"), 0.03, None)


def test_the_run_date_is_the_one_named_or_the_day_it_was_first_queued(edition, ada):
    named = make_draft(ada)
    assert bundle_of(named).run_date == date(2026, 11, 20)
    unnamed = make_draft(ada, {**manifest_of(), "run_date": None})
    unnamed.first_queued_at = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    assert bundle_of(unnamed).run_date == date(2026, 11, 22)


def test_facts_of_the_manifest_are_taken_over(edition, ada):
    manifest = {**manifest_of(log_pattern={"time": "t=(.*)", "metric": "m=(.*)"}), "started_at": "2026-11-20T10:00:00Z"}
    bundle = bundle_of(make_draft(ada, manifest))
    assert (bundle.phase, bundle.includes_evaluation, bundle.code_url) == (
        Phase.FINETUNING,
        "no",
        "https://example.org/code",
    )
    assert bundle.started_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert bundle.tasks[0].log_pattern == ("t=(.*)", "m=(.*)")
    assert (bundle.hardware.accelerator, bundle.hardware.count) == ("card", 1)
