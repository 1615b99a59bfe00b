"""Support of shops is paid as stated, and lowers their costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.processes import retail_support, shop_accounts
from sim.processes.retail_support import part_paid
from sim.registry.variables.money import LINES
from sim.simulation.simulation import Simulation
from tests.reference import retail_month, support_month
from tests.reference.intervened import run, town, use

SUPPORTED = {
    "relief for all": [use("rent_relief", start=0)],
    "relief that does not suffice": [use("rent_relief", start=0, rent_relief_funding=900.0)],
    "relief everywhere": [use("rent_relief", start=0, rent_relief_zone="everywhere")],
    "aid": [use("opening_aid", start=0, opening_aid_funding=1_000.0)],
    "one before the other": [use("rent_relief", start=12), use("opening_aid", start=0, stop=8)],
    "fronts": [use("facade", start=0, facade_funding=1_500.0, facade_zone="everywhere")],
    "all at once": [
        use("rent_relief", start=0, rent_relief=0.9),
        use("opening_aid", start=0, opening_aid_funding=500.0),
        use("facade", start=0),
        use("facade", "second_front", start=3, facade=0.2),
    ],
}

SUBSIDIES = LINES.index("subsidies")


@pytest.mark.parametrize("case", SUPPORTED)
def test_support_is_paid_as_in_the_twin(case):
    scenario = town(closure_rate=0.3, starting_vacancy=0.25).add(*SUPPORTED[case])
    simulation = Simulation(scenario.replace(months=40), 6)
    bound = retail_support.PROCESS.bind(simulation.state, simulation.values, simulation.seed)
    for _ in range(4):
        simulation.run(5)
        simulation.state["account.purse"][:, :, SUBSIDIES] += 1_000_001
        twin = retail_month.town_of(simulation.state)
        bound(simulation.month, 300)
        support_month.retail_support(twin, simulation.values, simulation.seed, simulation.month, 0)
        for name in retail_support.PROCESS.writes:
            np.testing.assert_allclose(
                simulation.state[name], np.array(twin[name]), rtol=1e-6, err_msg=name
            )


def test_relief_pays_its_share_of_the_rents_where_money_suffices():
    relief = use("rent_relief", start=0, rent_relief=0.5, rent_relief_funding=1e6)
    simulation = Simulation(town().add(relief), 1)
    simulation.step()
    state = simulation.state
    is_helped = state["premises.zone"] == 0
    assert (state["premises.subsidy"][~is_helped] == 0).all()
    wanted = 0.5 * state["premises.rent"][is_helped] * state["driver.costs"][0]
    # Rents moved at the end of the month, by a per cent or so at the most.
    np.testing.assert_allclose(state["premises.subsidy"][is_helped], wanted, rtol=0.05)


def test_aid_ends_with_the_first_year_of_a_shop():
    aid = use("opening_aid", start=0, opening_aid_funding=1e6, opening_aid_zone="everywhere")
    simulation = Simulation(town(starting_vacancy=0.3).add(aid), 1)
    simulation.run(8)
    state = simulation.state
    bound = retail_support.PROCESS.bind(state, simulation.values, 1)
    bound(8, 308)
    is_young = (state["premises.is_open"] == 0) | (state["premises.shop_age"] < 12)
    assert 0 < is_young.sum() < is_young.size
    amount = np.float32(aid.values["opening_aid"])
    np.testing.assert_array_equal(state["premises.subsidy"], np.where(is_young, amount, 0))


@given(st.integers(0, 10**7), st.integers(1, 10**9), st.integers(0, 10**9))
def test_nobody_gets_more_than_wanted_and_all_together_not_more_than_there_is(one, others, money):
    everyone = one + others
    paid = part_paid.py_func(one, everyone, money)
    assert 0 <= paid <= one
    assert paid + part_paid.py_func(others, everyone, money) <= money or everyone <= money


def test_fronts_are_renovated_one_by_one_and_stay():
    fronts = use(
        "facade", start=0, stop=6, facade=0.1, facade_cost=700.0, facade_funding=700.0
    ).replace(facade_zone="everywhere")
    simulation = Simulation(town(months=12).add(fronts), 1)
    counted = []
    for _ in range(12):
        simulation.step()
        counted.append(int((simulation.state["premises.facade"] > 1).sum()))
    assert counted == [1, 2, 3, 4, 5, 6] + [6] * 6


def test_a_subsidy_lowers_the_costs_by_nine_tenths_at_most():
    left = shop_accounts.costs_left.py_func
    assert left(1000.0, 0.0) == 1000
    assert left(1000.0, 300.0) == 700
    assert left(1000.0, 5000.0) == 100


def test_relieved_shops_have_better_margins_from_the_first_month():
    relief = use("rent_relief", start=0, rent_relief=1.0, rent_relief_funding=1e6)
    with_it, without = (run(s, 1) for s in (town().add(relief), town()))
    centre = with_it.state["premises.zone"] == 0
    gain = with_it.state["premises.margin"] - without.state["premises.margin"]
    assert (gain[centre] > 0).all()
    assert (gain[~centre] == 0).all()
