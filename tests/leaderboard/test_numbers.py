"""How pages write numbers."""

from decimal import Decimal

import pytest

from leaderboard.board_charts import round_ticks
from leaderboard.derivations import usd_text
from leaderboard.numbers import percent_text


@pytest.mark.parametrize(
    ("metric", "text"),
    [
        (93.01306363253267, "93.0131"),
        (90, "90"),
        (Decimal("91.50"), "91.5"),
        (89.99999, "89.99999"),
        (84.99998512970103, "84.99998512970103"),
        (90.02293577981652, "90.0229"),
    ],
)
def test_a_metric_never_looks_like_a_cut_off_that_it_misses(metric: Decimal | float, text: str) -> None:
    assert percent_text(metric) == text


@pytest.mark.parametrize(
    ("usd", "text"),
    [(75203.4, "$75,203"), (7.74071, "$7.7407"), (0.0305, "$0.0305"), (0.00047512, "$0.000475"), (0, "$0")],
)
def test_dollars_are_written_so_that_a_ratio_of_two_can_be_followed(usd: float, text: str) -> None:
    assert usd_text(usd) == text


def test_ticks_of_many_powers_stay_few_and_short() -> None:
    assert round_ticks([0.3, 4])["ticktext"] == ["0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50"]
    assert round_ticks([1e-6, 9e6])["ticktext"] == ["1e-06", "0.0001", "0.01", "1", "100", "10,000", "1M"]
