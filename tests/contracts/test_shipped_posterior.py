"""The default posterior fits the model that it comes with, and says what data stand behind it."""

import pytest

from sim.scenario.posterior import default_posterior
from sim.scenario.schema import PARAMETERS
from sim.version import MODEL_VERSION

RETAIL = {
    *("exogenous_drivers", "shop_attraction", "shopping_trips", "shop_accounts", "shop_closure"),
    *("reletting", "rent", "footfall", "start"),
}
"""Tables of parameters that make up the retail half."""

WITH_DATA = 20
"""Fewest uncertain retail parameters with data behind them."""

SHIPPED = default_posterior()

pytestmark = pytest.mark.skipif(SHIPPED is None, reason="no default posterior")


def test_it_was_made_with_this_version_of_the_model():
    assert SHIPPED.about["model_version"] == MODEL_VERSION


@pytest.mark.parametrize("name", SHIPPED.parameters if SHIPPED else ())
def test_its_parameters_are_uncertain_and_their_draws_lie_in_the_prior_around_the_default(name):
    info = PARAMETERS[name]
    assert info.role == "uncertainty"
    lowest, _, highest = SHIPPED.interval(name, 1.0)
    assert info.plausible[0] <= lowest < highest <= info.plausible[1]
    low, _, high = SHIPPED.interval(name)
    assert low <= info.default <= high


def test_each_figure_that_it_names_is_described():
    informed = SHIPPED.about["informed_by"]
    assert set(informed) <= set(SHIPPED.parameters)
    for name in informed:
        for band in SHIPPED.figures(name).values():
            assert band["low"] < band["high"]
            assert band["unit"] and band["source"]


def test_enough_retail_parameters_have_data_behind_them():
    known = {
        name
        for name, info in PARAMETERS.items()
        if info.role == "uncertainty" and info.group in RETAIL
        if info.evidence in ("found", "derived") or SHIPPED.about["informed_by"].get(name)
    }
    assert len(known) >= WITH_DATA, sorted(known)
