"""Figures of patterns: a verdict only where the model could have failed."""

from math import inf

import pytest

from experiments.backcast.figures import FIGURES as TOWNS
from experiments.backcast.figures import UNSEEN
from experiments.evidence.estimates import Estimate
from experiments.evidence.figure import Figure, judged, of_panel, over_replications, table
from experiments.people.figures import FIGURES as PEOPLE

BELOW = judged(-8, -2, "points", "half to twice the observed -4")


def figure(role="checked", band=BELOW, **changes):
    return Figure(7, "a difference", "points", "-4", "a panel", role, band, **changes)


def estimate(value, low, high):
    return Estimate("a difference", value, low, high, 8, "points")


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (estimate(-4, -5, -3), "within"),
        (estimate(-2.1, -3.5, -0.7), "at the edge"),
        (estimate(-0.2, -2.5, 2.1), "cannot tell"),
        (estimate(-0.2, -0.9, 0.5), "outside"),
    ],
)
def test_a_coin_flip_meets_nothing(found, verdict):
    assert figure().verdict(found) == verdict


@pytest.mark.parametrize("role", ["input", "by construction"])
def test_what_could_not_fail_has_no_verdict(role):
    assert figure(role).verdict(estimate(-4, -5, -3)) == ""
    with pytest.raises(ValueError, match="no claim without a verdict"):
        figure(role, is_claimed=True)


def test_an_interval_of_replications_contains_the_truth_nine_times_in_ten():
    found = over_replications("x", [1.0, 2.0, 3.0], "km")
    assert (found.value, found.n) == (2.0, 3)
    assert found.high - found.value == pytest.approx(2.92 * 3**-0.5, abs=0.001)


def test_shares_of_few_towns_have_wide_bands():
    few, many = of_panel(1, 10, "a survey"), of_panel(100, 1000, "a survey")
    assert few.low < many.low < 10 < many.high < few.high


def test_each_row_of_a_table_has_its_unit():
    distance = Figure(9, "a distance", "km", "", "", "checked", judged(4, inf, "km", "s"))
    found = {"x": estimate(-4, -5, -3), "y": estimate(1, 1, 2)}
    *_, gap, far = table({"x": figure(), "y": distance}, found).splitlines()
    assert gap.startswith("| 7 | a difference | points | -4 | -8 to -2 | -4.0 [-5.0, -3.0] |")
    assert gap.endswith("| checked: within | a panel |")
    assert far.startswith("| 9 | a distance | km |  | 4 or more | 1.0 [1.0, 2.0] |")
    assert far.endswith("| checked: **outside** |  |")


@pytest.mark.parametrize("figures", [TOWNS, UNSEEN, PEOPLE], ids=["towns", "unseen", "people"])
def test_every_observed_figure_names_its_unit_and_its_panel(figures):
    for name, shown in figures.items():
        assert shown.unit, name
        assert bool(shown.observed) == bool(shown.panel), name


def test_what_was_unseen_is_kept_apart():
    assert {f.role for f in UNSEEN.values()} == {"unseen"}
    assert "unseen" not in {f.role for f in (TOWNS | PEOPLE).values()}
