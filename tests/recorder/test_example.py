"""The example of examples/sentiment, run as its README says, against a real server with a worker."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hulk_site.demo import labels
from submissions.models import Status, Submission
from tests import editions
from tests.factories_submissions import make_token, make_user
from tests.recorder.conftest import rows
from tests.reliability.processes import Site

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "sentiment"


def test_its_data_are_those_of_the_demo_edition() -> None:
    assert (EXAMPLE / "dev.tsv").read_text() == labels.reviews()
    assert (EXAMPLE / "train.tsv").read_text() == labels.training_reviews()


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    editions.paper_and_demo()
    site = Site(tmp_path)
    site.worker()
    yield site.web()
    site.stop()


@pytest.mark.slow
@pytest.mark.xdist_group("processes")
def test_it_trains_a_model_whose_recorded_time_is_the_one_that_the_server_derives(server: str, tmp_path: Path) -> None:
    owner = make_user("ada")
    home = {"HULK_URL": server, "HULK_TOKEN": make_token(owner), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, EXAMPLE / "train.py", "--folder", "letters", "--send"],
        cwd=tmp_path,
        env={**os.environ, **home, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    submission = Submission.objects.get()
    assert submission.status == Status.IN_REVIEW
    (measured,) = [one for one in submission.verifications.get().measurements if one["outcome"] == "reached"]
    evaluated = [row for row in rows(tmp_path / "letters" / "tiny-sentiment" / "log.jsonl") if "accuracy" in row]
    crossing = next(row for row in evaluated if row["accuracy"] >= 88)
    assert (measured["task"], measured["seconds"]) == ("tiny-sentiment", crossing["seconds"])
    assert measured["proven_metric"] == pytest.approx(crossing["accuracy"])
    assert "ranks" in done.stdout and f"/submissions/{submission.pk}/" in done.stdout
