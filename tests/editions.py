"""The editions that servers are set up with, as the first test of a process loads them (`tests.made_once`)."""

from hulk_site.demo import edition as demo
from leaderboard import loading
from leaderboard.models import Edition
from tests.factories import NOW
from tests.made_once import once


def paper() -> Edition:
    """`hulk-2020` with the catalogue and the paper's baselines."""
    return once(_load_paper)


def paper_and_demo() -> Edition:
    """The demo edition with its gold labels and entries, beside the paper's."""
    return once(_make_demo)


def _load_paper() -> Edition:
    loading.load(NOW)
    return Edition.objects.get(slug=loading.EDITION)


def _make_demo() -> Edition:
    loading.load(NOW)
    return demo.make_edition(NOW)
