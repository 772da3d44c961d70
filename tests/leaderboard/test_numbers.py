"""How pages write numbers."""

from decimal import Decimal

import pytest

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
