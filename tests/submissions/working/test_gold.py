"""Gold labels: imported once, checked, private, never told."""

import stat

import pytest
from django.core.management import CommandError, call_command

from leaderboard.models import Event, GoldSet
from scoring.gold import digest
from submissions import gold, verification
from submissions.gold import GoldDamaged
from submissions.models import Submission
from tests import editions
from tests.factories import make_edition, make_task
from tests.shared_data import shared_file
from tests.submissions.working.cases import (
    ROWS,
    import_small_gold,
    make_edition_like_small,
    make_person,
    make_queued,
    predictions,
)


@pytest.fixture
def row(db):
    return make_task(make_edition("small"), "toy", parts=[{"name": "", "size": 4}])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "dev.tsv"
    path.write_text("index\tlabel\n0\tyes\n1\tno\n2\tyes\n3\tyes\n")
    return path


def import_gold(*arguments):
    call_command("import_gold", *(str(one) for one in arguments))


def test_a_file_that_is_not_there_is_told_in_a_sentence(row, tmp_path):
    with pytest.raises(CommandError, match=r"^/.*/none\.tsv cannot be read: No such file or directory\.$"):
        import_gold("toy", tmp_path / "none.tsv", "--edition", "small")


def publish(row, sha256):
    GoldSet.objects.filter(task=row).update(published_sha256=sha256)


def test_what_is_imported_can_be_loaded_and_is_recorded(row, file, capsys):
    import_gold("toy", file, "--edition", "small")
    loaded, kept = gold.load(row), GoldSet.objects.get(task=row)
    assert [loaded.parts[""].names[code] for code in loaded.parts[""].codes] == ["yes", "no", "yes", "yes"]
    assert (kept.imported_count, kept.imported_sha256) == (4, digest(loaded))
    event = Event.objects.get(what="gold_imported")
    assert (event.new["task"], event.new["sha256"], event.new["confirmed"]) == ("toy", digest(loaded), False)
    said = capsys.readouterr().out
    assert "4 rows in 1 file" in said
    assert "yes 3, no 1" in said
    assert digest(loaded) in said
    assert "Unconfirmed" in said


def test_a_set_with_the_published_hash_is_confirmed(row, file, capsys):
    import_gold("toy", file, "--edition", "small")
    publish(row, GoldSet.objects.get(task=row).imported_sha256)
    import_gold("toy", file, "--edition", "small")
    assert "Confirmed" in capsys.readouterr().out
    assert GoldSet.objects.get(task=row).is_confirmed


def test_another_set_than_the_published_is_refused_unless_asked_for(row, file, capsys):
    publish(row, "f" * 64)
    with pytest.raises(CommandError, match="--accept-hash"):
        import_gold("toy", file, "--edition", "small")
    assert gold.load(row) is None
    assert not Event.objects.filter(what="gold_imported").exists()
    import_gold("toy", file, "--edition", "small", "--accept-hash")
    assert gold.load(row) is not None
    assert "Accepted as asked" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content", ["", "index\tlabel\n0\tyes\n", "index\tlabel\n0\tyes\n1\tno\n2\tperhaps\n3\tyes\n", "\0\1"]
)
def test_a_bad_file_is_one_sentence_and_imports_nothing(row, file, content):
    file.write_text(content)
    with pytest.raises(CommandError) as error:
        import_gold("toy", file, "--edition", "small")
    assert "\n" not in str(error.value)
    assert "perhaps" not in str(error.value)
    assert gold.load(row) is None


def test_wrong_names_are_told_with_the_right_ones(row, file, tmp_path):
    with pytest.raises(CommandError, match="toy"):
        import_gold("cola", file, "--edition", "small")
    with pytest.raises(CommandError, match="small"):
        import_gold("toy", file, "--edition", "hulk-1999")
    with pytest.raises(CommandError, match=r"absent\.tsv"):
        import_gold("toy", tmp_path / "absent.tsv", "--edition", "small")


def test_the_folder_and_the_files_are_for_nobody_else(row, file, settings):
    import_gold("toy", file, "--edition", "small")
    for path in [settings.GOLD_DIR, *settings.GOLD_DIR.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_labels_that_were_changed_or_lost_are_not_trusted(row, file, settings):
    import_gold("toy", file, "--edition", "small")
    (path,) = [one for one in settings.GOLD_DIR.rglob("*") if len(one.name) == 64]
    gold.forget()
    path.write_bytes(path.read_bytes().replace(b"yes", b"no", 1))
    with pytest.raises(GoldDamaged):
        gold.load(row)
    path.unlink()
    with pytest.raises(GoldDamaged):
        gold.load(row)


def test_the_ids_of_pairs_are_kept(db, tmp_path):
    row = make_task(make_edition("small"), "toy", parts=[{"name": "", "size": 2}])
    path = tmp_path / "dev.jsonl"
    path.write_text('{"pairID": "63735n", "gold_label": "no"}\n{"pairID": "91383c", "gold_label": "yes"}\n')
    import_gold("toy", path, "--edition", "small")
    assert gold.load(row).parts[""].pair_ids == ("63735n", "91383c")


def test_after_an_import_what_was_verified_without_is_named_and_can_be_verified_again(db, tmp_path, capsys):
    edition = make_edition_like_small(with_gold=False)
    submission = make_queued(make_person())
    verification.verify(submission.pk)
    path = tmp_path / "dev.tsv"
    path.write_text(predictions(wrong=0).replace("prediction", "label"))
    import_gold("toy", path, "--edition", "small")
    assert "1 submission(s) in review were verified without these labels" in capsys.readouterr().out
    import_small_gold(edition.tasks.get())
    Submission.objects.filter(pk=submission.pk).update(status="queued", attempts=0)
    verification.verify(submission.pk)
    assert [one.badge for one in submission.verifications.all()] == ["verified", "unproven"]
    assert GoldSet.objects.get().imported_count == ROWS


# --- the real files ---


@pytest.fixture
def hulk_2020(db):
    editions.paper()


@pytest.mark.parametrize(
    "task, names, counts",
    [
        ("sst2", ["sst2_dev.tsv"], "872 rows"),
        ("conll2003", ["conll2003_testa_iob1.txt"], "3,250 sentences"),
        ("conll2003", ["conll2003_testa_iob2.txt"], "3,250 sentences"),
        ("mnli", ["mnli_dev_matched.tsv", "mnli_dev_mismatched.STANDIN.tsv"], "19,647 rows"),
    ],
)
def test_the_real_files_are_read(hulk_2020, capsys, task, names, counts):
    import_gold(task, *(shared_file(f"data/gold/{name}") for name in names), "--accept-hash")
    assert counts in capsys.readouterr().out


def test_a_part_of_a_gold_set_is_refused(hulk_2020):
    files = [
        shared_file(f"data/gold/{name}") for name in ("mnli_dev_matched.tsv", "mnli_dev_mismatched.partial194.tsv")
    ]
    with pytest.raises(CommandError, match="every row"):
        import_gold("mnli", *files, "--accept-hash")
