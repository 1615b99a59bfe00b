"""Costs at the start: in proportion to takings, common to a sector, or between the two."""

from dataclasses import replace

import numpy as np
import pytest

from sim.processes.month import effective
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import territory_of
from sim.start import shop_costs, state_at_start
from sim.start.state_at_start import starting_state
from sim.territory.territory import OPEN, UNKNOWN, VACANT
from tests.reference import retail_start
from tests.reference.retail_month import town_of
from tests.reference.towns import SMALL, one_centre


def _place(small=True, **changes):
    scenario = load_scenario("mid_sized_town").replace(**{**(SMALL if small else {}), **changes})
    return territory_of(scenario), effective(scenario.values)


def _relative_costs(state, values, territory):
    return state_at_start._relative_costs(state, values, territory, threads=False)


CASES = [
    {"common_cost_share": 0.4},
    {"common_cost_share": 1.0, "floor_area_elasticity": 1.2, "starting_vacancy": 0.3},
    {"common_cost_share": 0.7, "decay_form_convenience": "power_law"},
]


@pytest.mark.parametrize("changes", CASES)
def test_relative_costs_are_those_of_the_description(changes):
    territory, values = _place(**changes)
    state = starting_state(territory, values, 1)
    town = town_of(state)
    found = _relative_costs(state, values, territory)
    np.testing.assert_allclose(found, retail_start.relative_costs(town, values), rtol=1e-4)
    assert found.std() > 0.02


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_common_costs_leave_the_total_costs_of_each_sector(share):
    """In retail parks and elsewhere, weighted by takings in the mean field."""
    territory, values = _place(common_cost_share=share)
    state = starting_state(territory, values, 1)
    town = town_of(state)
    takings = np.array(retail_start.mean_field_takings(town, values))
    relative = _relative_costs(state, values, territory)
    sector, is_park = np.array(town["premises.sector"]), np.array(town["premises.zone"]) == 1
    for s in range(3):
        for park in (False, True):
            here = (sector == s) & (is_park == park)
            if here.any():
                assert np.average(relative[here], weights=takings[here]) == pytest.approx(
                    1, abs=1e-4
                )


def test_costs_in_proportion_to_takings_take_the_same_margin_everywhere():
    own = np.linspace(-0.4, 0.4, 9)
    _, values = _place(common_cost_share=0.0)
    assert shop_costs.margins_with_costs(own, np.ones(9), values).tolist() == own.tolist()


def test_the_higher_the_relative_costs_the_lower_the_margin():
    _, values = _place(common_cost_share=0.5)
    margins = shop_costs.margins_with_costs(np.full(3, 0.1), np.array([0.9, 1.0, 1.1]), values)
    assert margins[0] > margins[1] > margins[2]
    assert margins[1] == pytest.approx(0.1)


def test_where_all_premises_are_equal_common_costs_change_nothing():
    _, values = _place(small=False)
    without, with_them = (
        starting_state(one_centre(50), values | {"common_cost_share": share}, 3)
        for share in (0.0, 1.0)
    )
    for name in ("premises.is_open", "premises.months_vacant", "premises.shop_age"):
        np.testing.assert_array_equal(without[name], with_them[name])
    np.testing.assert_allclose(without["premises.rent"], with_them["premises.rent"], rtol=1e-5)


def test_costs_follow_takings_and_relative_costs():
    """Without a spread, costs per euro of takings differ between premises as relative costs do."""
    territory, values = _place(
        common_cost_share=0.3, margin_spread=0.0, purchases_are_variable=False
    )
    state = starting_state(territory, values, 1)
    costs = state["premises.fixed_costs"] + state["premises.rent"]
    relative = _relative_costs(state, values, territory)
    life_margins = state["premises.margin"][state["premises.is_open"] == 0]
    vacant = state["premises.is_open"] == 0
    # The margin of vacant premises at the start is that of an average occupant: g / costs - 1.
    at_one = (life_margins + 1) * relative[vacant]
    assert np.ptp(at_one) < 1e-5
    assert (costs > 0).all()


@pytest.mark.statistical
def test_where_occupancy_is_known_premises_are_those_that_would_be_vacant():
    """Drawn given the occupancy, vacant premises have the margins and lettabilities that they have
    where the occupancy follows from these, and so have open ones."""
    territory, values = _place(
        small=False, common_cost_share=0.8, reletting_frailty=1.0, margin_spread=0.08
    )
    unknown = replace(
        territory, premises_occupancy=np.full_like(territory.premises_occupancy, UNKNOWN)
    )
    found = {}
    for seed in range(40):
        drawn = starting_state(unknown, values, seed)
        known = starting_state(
            replace(territory, premises_occupancy=drawn["premises.is_open"].astype(np.int8)),
            values,
            1000 + seed,
        )
        assert (known["premises.is_open"] == drawn["premises.is_open"]).all()
        for code in (VACANT, OPEN):
            for which, state in (("drawn", drawn), ("known", known)):
                here = state["premises.is_open"] == code
                ease = np.log(state["premises.lettability"][here])
                margin = state["premises.margin"][here]
                seen = (
                    ease.mean(),
                    (ease**2).mean(),
                    margin.mean(),
                    (margin**2).mean(),
                    (ease * margin).mean(),
                )
                found.setdefault((code, which), []).append(seen)
    for code in (VACANT, OPEN):
        gap = np.array(found[code, "drawn"]) - np.array(found[code, "known"])
        assert np.all(np.abs(gap.mean(axis=0)) < 3.5 * gap.std(axis=0, ddof=1) / np.sqrt(len(gap)))
    easier = np.mean(found[OPEN, "known"], axis=0) - np.mean(found[VACANT, "known"], axis=0)
    assert easier[0] > 0.5 and easier[2] > 0.02
