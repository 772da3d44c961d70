"""An operator imports the real gold labels."""

import stat
from pathlib import Path

import pytest
from django.core.management import CommandError
from pytest_django import Settings

from leaderboard.models import Edition, Event, GoldSet
from tests.journeys.actors import Visitor
from tests.journeys.conftest import GOLD, import_gold
from tests.shared_data import shared_file

IOB1 = "data/gold/conll2003_testa_iob1.txt"
IOB2 = "data/gold/conll2003_testa_iob2.txt"


def gold_set(task: str) -> GoldSet:
    return GoldSet.objects.get(task__slug=task, task__edition__slug="hulk-2020")


def test_both_forms_of_conll_2003_are_the_same_set_and_confirmed(benchmark: Edition) -> None:
    hashes = set()
    for name in (IOB1, IOB2):
        assert "Confirmed" in import_gold("conll2003", name)
        hashes.add(gold_set("conll2003").imported_sha256)
    assert hashes == {gold_set("conll2003").published_sha256}
    assert gold_set("conll2003").is_confirmed


def test_it_says_what_it_found(benchmark: Edition) -> None:
    told = import_gold("sst2")
    for part in ("872", "positive 444", "negative 428", gold_set("sst2").published_sha256, "Confirmed"):
        assert part in told
    assert "3,250" in import_gold("conll2003")


def test_a_set_without_a_published_hash_is_unconfirmed(benchmark: Edition, visitor: Visitor) -> None:
    told = import_gold("mnli")
    assert "19,647" in told and "Unconfirmed" in told
    assert gold_set("mnli").is_imported and not gold_set("mnli").is_confirmed
    assert "unconfirmed" in visitor.words("/tasks/").lower()


def altered(tmp_path: Path) -> Path:
    """SST-2's labels with the first one turned."""
    lines = shared_file(GOLD["sst2"][0]).read_text().splitlines()
    index, label = lines[1].split("\t")
    path = tmp_path / "altered.tsv"
    path.write_text("\n".join([lines[0], f"{index}\t{1 - int(label)}", *lines[2:], ""]))
    return path


def test_another_set_is_refused_unless_the_operator_accepts_it(benchmark: Edition, tmp_path: Path) -> None:
    path = altered(tmp_path)
    with pytest.raises(CommandError, match="--accept-hash"):
        import_gold("sst2", str(path))
    assert not gold_set("sst2").is_imported
    assert not Event.objects.filter(what=Event.What.GOLD_IMPORTED).exists()
    import_gold("sst2", str(path), accept_hash=True)
    assert gold_set("sst2").is_imported and not gold_set("sst2").is_confirmed


@pytest.mark.parametrize(
    ("task", "names", "words"),
    [
        ("mnli", ["data/gold/mnli_dev_matched.tsv"], "mismatched"),
        ("mnli", ["data/gold/mnli_dev_matched.tsv", "data/gold/mnli_dev_mismatched.partial194.tsv"], "194"),
        ("conll2003", ["data/predictions/conll2003/variants/bad_missing_sentence.txt"], "3,249"),
        ("conll2003", ["data/gold/sst2_dev.tsv"], ""),
        ("sst2", ["data/gold/conll2003_testa_iob2.txt"], ""),
        ("nothing", ["data/gold/sst2_dev.tsv"], "conll2003"),
    ],
)
def test_files_that_are_not_the_set_are_refused_with_a_sentence(
    benchmark: Edition, task: str, names: list[str], words: str
) -> None:
    with pytest.raises(CommandError) as refused:
        import_gold(task, *names)
    assert words in str(refused.value)
    assert not GoldSet.objects.exclude(imported_sha256="").exists()


@pytest.mark.parametrize(
    ("rows", "words"), [(slice(872), "871"), (slice(873), "line 874")], ids=["a row less", "an id twice"]
)
def test_rows_that_are_missing_or_doubled_are_counted(
    benchmark: Edition, tmp_path: Path, rows: slice, words: str
) -> None:
    lines = shared_file(GOLD["sst2"][0]).read_text().splitlines()[rows]
    path = tmp_path / "dev.tsv"
    path.write_text("\n".join([*lines, lines[5] if rows.stop == 873 else "", ""]))
    with pytest.raises(CommandError, match=words):
        import_gold("sst2", str(path))
    assert not gold_set("sst2").is_imported


def test_the_labels_lie_where_only_the_system_reads_them(benchmark: Edition, settings: Settings) -> None:
    import_gold("mnli")
    paths = list(settings.GOLD_DIR.rglob("*"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in [settings.GOLD_DIR, *paths] if path.is_dir()} == {0o700}


def test_the_public_sees_count_and_hash_and_that_it_is_imported(benchmark: Edition, visitor: Visitor) -> None:
    assert "import_gold" in visitor.open("/tasks/"), "a reader of the tasks page learns how to import"
    import_gold("sst2")
    page = visitor.open("/tasks/")
    assert gold_set("sst2").published_sha256 in page
    (task,) = [one for one in visitor.api("tasks/")["results"] if one["slug"] == "sst2"]
    assert task["gold"]["published_sha256"] == gold_set("sst2").published_sha256
    assert task["gold"]["is_confirmed"]


def test_a_second_import_changes_nothing_that_is_stored(golden: Edition, settings: Settings) -> None:
    def stored() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in settings.GOLD_DIR.rglob("*") if path.is_file()}

    before = stored()
    for task in GOLD:
        import_gold(task)
    assert stored() == before
