"""Interventions have their declared effects from start to stop, and no others."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.interventions import TYPES, load_intervention, make_intervention
from sim.interventions.drivers import freeze
from sim.interventions.sites import spread_out
from sim.processes import retail_support, shop_accounts
from sim.processes.retail_support import part_paid
from sim.registry.settings import Setting
from sim.registry.variables.money import LINES
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation
from tests.reference import retail_month, support_month
from tests.reference.towns import SMALL

MONEY = ("account", "third_place", "ledger")
SET_UP, SUBSIDIES = LINES.index("set_up"), LINES.index("subsidies")


def town(**parameters):
    """The small town of the tests, as a scenario."""
    return load_scenario("mid_sized_town").replace(**{**SMALL, **parameters})


def use(kind, name="", **levers):
    """An intervention of a type with these levers and defaults for the rest."""
    return make_intervention(
        kind, name or kind, {n: Setting(v, "keyword") for n, v in levers.items()}
    )


def run(scenario, months, seed=4):
    simulation = Simulation(scenario.replace(months=months), seed)
    simulation.run()
    return simulation


def differing(one, other, but=MONEY):
    """Names of arrays that differ by a byte."""
    return [
        name
        for name in one.state
        if name.partition(".")[0] not in but
        and one.state[name].tobytes() != other.state[name].tobytes()
    ]


def booked(simulation, account):
    """Ledger of an account: EUR by line, including income."""
    ledger = simulation.ledger
    return (ledger[ledger["account"] == account].groupby("line")["cents"].sum() / 100).to_dict()


# Zero and placebo


NOTHING = {
    "transition_cluster": {"cluster_size": 0, "cluster_funding": 0.0},
    "startup_territoire": {"startup_funding": 0.0},
    "cooperation_hub": {"hub_funding": 0.0},
    "public_innovation_lab": {"lab_funding": 0.0},
    "participatory_budget": {"budget_funding": 0.0},
    "rent_relief": {"rent_relief_funding": 0.0},
    "opening_aid": {"opening_aid_funding": 0.0},
    "facade": {"facade_funding": 0.0},
    "online_jump": {"online_rise": 0.0},
    "grant_cut": {"funding_cut": 0.0},
}


@pytest.fixture(scope="module")
def baseline():
    return run(town(), 40)


@pytest.mark.parametrize("kind", NOTHING)
def test_without_size_and_money_nothing_changes_to_the_byte(baseline, kind):
    without = run(town().add(use(kind, start=2, stop=30, **NOTHING[kind])), 40)
    assert differing(baseline, without) == []
    assert baseline.counts.tobytes() == without.counts.tobytes()


def test_the_inert_cluster_moves_the_ledger_and_nothing_else(baseline):
    placebo = run(town().add("inert_cluster"), 40)
    assert differing(baseline, placebo) == []
    assert baseline.counts.tobytes() == placebo.counts.tobytes()
    spent = booked(placebo, "inert_cluster")
    assert spent == {"income": 132_000 + 28 * 25_000, "set_up": 132_000, "elsewhere": 28 * 25_000}


@pytest.mark.parametrize(
    "kind", [k for k in TYPES if k not in ("inert_cluster", "anchor_closure", "grant_cut")]
)
def test_every_other_intervention_changes_the_town(kind):
    """Except the cut, which needs funding to cut, and the anchor, tested below."""
    levers = {"start": 0}
    if kind == "facade":
        levers["facade_cost"] = 200.0
    parameters = {"transition_births": 1.0, "entrepreneurs_per_1000": 200.0}
    with_it = run(town(**parameters).add(use(kind, **levers)), 48)
    assert differing(run(town(**parameters), 48), with_it)


# Start, stop, order, pickle


def test_a_place_is_open_from_its_start_to_its_stop_and_money_stops_with_it():
    scenario = town().add(use("transition_cluster", cluster_size=10, start=5, stop=9))
    row = scenario.account_names.index("transition_cluster")
    simulation = Simulation(scenario.replace(months=20), 1)
    mine = simulation.state["third_place.account"] == row
    is_open = []
    for _ in range(20):
        simulation.step()
        is_open.append(int(simulation.state["third_place.is_open"][mine].sum()))
    assert is_open == [0] * 5 + [1] * 4 + [0] * 11
    ledger = simulation.ledger
    months = ledger.loc[ledger["account"] == "transition_cluster", "month"]
    assert set(months) == set(range(6, 10))
    assert not simulation.state["third_place.users"][mine].any()


@pytest.mark.parametrize("name", ["transition_cluster", "frugal_clusters", "mobile_cluster"])
def test_before_its_start_nothing_is_changed(name):
    later, never = (run(s, 11) for s in (town().add(name), town()))
    assert differing(later, never) == []


def test_the_order_in_which_interventions_are_listed_changes_nothing():
    names = ["transition_cluster", "frugal_clusters", "rent_relief", "cooperation_hub"]
    one, other = (run(town().add(*n), 30) for n in (names, names[::-1]))
    assert differing(one, other, but=()) == []
    assert one.ledger.equals(other.ledger)


def test_a_pickled_run_goes_on_as_if_it_had_not_been():
    scenario = town().add("transition_cluster", "grant_cut", "pandemic").replace(start=6)
    scenario = scenario.replace(**{"pandemic.stop": 20, "months": 24})
    straight, stopped = Simulation(scenario, 3), Simulation(scenario, 3)
    stopped.run(10)
    resumed = pickle.loads(pickle.dumps(stopped))
    straight.run()
    resumed.run(14)
    assert differing(straight, resumed, but=()) == []


# Money


@pytest.mark.parametrize(
    "name",
    [
        "transition_cluster",
        "frugal_clusters",
        "mobile_cluster",
        "inert_cluster",
        "rent_relief",
        "startup_territoire",
        "participatory_budget",
        "facade",
    ],
)
@pytest.mark.parametrize("stop", [0, 21])
def test_the_stated_cost_equals_the_income_in_the_ledger(name, stop):
    intervention = load_intervention(name).replace(start=7, stop=stop)
    ledger = run(town().add(intervention), 30).ledger
    came = ledger[
        (ledger["account"] == name) & (ledger["line"] == "income") & (ledger["source"] == "public")
    ]
    by_month = np.zeros(30, np.int64)
    by_month[came["month"] - 1] = came["cents"]
    assert by_month.tolist() == intervention.payments(30).tolist()
    assert by_month.sum() / 100 == pytest.approx(intervention.cost(30, rate=0))


def test_money_comes_in_and_is_spent_or_left():
    simulation = run(town().add("transition_cluster", "facade", "opening_aid"), 30)
    for account in simulation.scenario.account_names:
        book = booked(simulation, account)
        spent = sum(v for line, v in book.items() if line != "income")
        left = simulation.state["account.purse"][simulation.scenario.account_names.index(account)]
        assert book["income"] - spent == pytest.approx(left.sum() / 100, abs=1e-6)


def test_costs_are_discounted_from_the_first_month():
    a_year_on = use("rent_relief", rent_relief_funding=1000.0, start=12, stop=13)
    assert a_year_on.cost(240) == pytest.approx(1000 / 1.025, abs=0.01)
    assert a_year_on.cost(240, rate=0) == 1000
    assert a_year_on.cost(12) == 0


def test_public_money_can_be_matched():
    intervention = use("transition_cluster", cluster_size=4, matched_funding=700.0, start=0)
    simulation = run(town().add(intervention), 6)
    ledger = simulation.ledger.query("account == 'transition_cluster' and line == 'income'")
    assert ledger.loc[ledger["source"] == "matched", "cents"].tolist() == [70_000] * 6
    assert intervention.cost(6, rate=0) == 6 * 25_000 + 4 * 3_300


# Places


def test_seats_are_spread_evenly_over_the_places_and_kinds_taken_in_turn():
    plan = use("transition_cluster", cluster_size=11, places=3, kinds="fablab living_lab").plan
    assert [(p.kind, p.seats) for p in plan.places] == [
        ("fablab", 4),
        ("living_lab", 4),
        ("fablab", 3),
    ]


def test_without_seats_facilitators_are_on_the_road_and_without_money_nobody_is():
    (on_the_road,) = use("transition_cluster", cluster_size=0).plan.places
    assert on_the_road.is_mobile and on_the_road.seats == 0
    assert not use("transition_cluster", cluster_size=0, cluster_funding=0.0).plan.places
    (house,) = use("transition_cluster", cluster_funding=0.0).plan.places
    assert not house.is_mobile and house.seats == 40


def _laid(**levers):
    """The rows of a cluster's place and account at the start."""
    scenario = town(existing_third_places="").add(use("transition_cluster", **levers))
    state = Simulation(scenario, 2).state
    return {
        name.partition(".")[2]: state[name][0]
        for name in state
        if name.startswith(("third_place.", "account."))
    } | {"account_cell": state["account.cell_row"][0]}


def test_officials_come_as_often_as_their_role_says():
    absent, invited, embedded = (
        _laid(officials_role=role) for role in ("absent", "invited", "embedded")
    )
    assert absent["official_visits"] == 0
    assert embedded["official_visits"] == 2 * invited["official_visits"] > 0
    assert invited["embedded_officials"] == 0
    assert embedded["embedded_officials"] == 1


def test_ways_of_a_cluster_are_those_of_its_places():
    assert _laid(idea_choice="top_down")["is_top_down"] == 1
    assert _laid(idea_choice="bottom_up")["is_top_down"] == 0
    assert _laid(review_at_cluster=0.5)["review_share"] == 0.5
    assert _laid(grant_reach=4.0)["grant_reach"] == 10  # cells of 400 m


def _around(cells, weight, shape, reach):
    """Sum of the weights of cells around every cell, falling by exp(-distance / reach)."""
    row, column = np.indices(shape)
    total = np.zeros(shape)
    for cell, w in zip(cells, weight, strict=True):
        y, x = divmod(int(cell), shape[1])
        total += w * np.exp(-(abs(row - y) + abs(column - x)) / reach)
    return total.ravel()


@pytest.mark.parametrize("rule", ["town_centre", "most_populated", "most_vacant", "most_youth"])
def test_sites_follow_their_rule(rule):
    state = Simulation(
        town(starting_vacancy=0.3).add(use("transition_cluster", site=rule)), 2
    ).state
    site = state["third_place.cell_row"][-1]
    shape = state["cell.residents"].shape
    if rule == "town_centre":
        assert state["cell.zone"].ravel()[site] == 0
        return
    cells = {
        "most_populated": np.arange(99),
        "most_vacant": state["premises.cell_row"][state["premises.is_open"] == 0],
        "most_youth": state["youth.cell_row"][state["youth.is_present"] == 1],
    }[rule]
    weight = state["cell.residents"].ravel() if rule == "most_populated" else np.ones(cells.size)
    around = _around(cells, weight, shape, 2000 / 400)
    assert around[site] == pytest.approx(around.max())


def test_a_site_may_be_a_cell():
    assert _laid(site="cell", site_row=3, site_column=4)["cell_row"] == 3 * 11 + 4


@given(st.lists(st.floats(0, 100), min_size=12, max_size=12), st.integers(1, 14))
def test_sites_are_different_cells_as_long_as_there_are_any_of_score(score, count):
    score = np.array(score)
    sites = spread_out(score, 4, count, apart=3.0)
    best = np.flatnonzero(score > 0)
    if best.size:
        assert score[sites].min() > 0
        assert len(set(sites)) >= min(count, best.size) * (score[best].min() > 1e-9)
        assert score[sites[0]] == score.max()


def test_existing_places_are_open_and_known_before_anything_begins():
    simulation = Simulation(
        town(existing_third_places="coworking:1 fablab:2", population=30_000), 2
    )
    state = simulation.state
    assert simulation.scenario.account_names == (
        "existing_coworking_1",
        "existing_fablab_1",
        "existing_fablab_2",
    )
    assert state["third_place.account"].tolist() == [0, 1, 2]
    assert len(set(state["third_place.cell_row"].tolist())) == 3
    assert state["third_place.is_open"].tolist() == [1, 1, 1]
    assert (state["third_place.age"] == 60).all()
    assert state["third_place.official_visits"].tolist() == [0, 0, 0]
    simulation.run(60)
    assert state["third_place.is_open"].tolist() == [1, 1, 1]
    assert state["third_place.seats"].tolist() == [20, 15, 15]


# The world outside


def test_under_a_moratorium_the_periphery_stands_still_and_then_grows_as_before():
    simulation = run(town().add(use("periphery_moratorium", start=6, stop=18)), 30)
    free = run(town(), 30)
    t = 12 * 25
    held, usual = (s.state["series.periphery"][t : t + 60] for s in (simulation, free))
    assert usual[6] != usual[17]
    np.testing.assert_array_equal(held[6:18], held[6])
    np.testing.assert_array_equal(held[:6], usual[:6])
    np.testing.assert_allclose(np.diff(np.log(held[18:])), np.diff(np.log(usual[18:])))
    assert held[18] == pytest.approx(held[6])
    assert simulation.state["driver.periphery"][0] == held[29]


def test_a_series_may_be_frozen_beyond_its_end():
    simulation = Simulation(town(), 0)
    freeze(simulation.state, -1, 1205, "series.periphery", 1200)
    series = simulation.state["series.periphery"]
    assert (series[1205:] == series[1205]).all()


def test_spending_that_jumps_online_comes_back_at_the_stop():
    free = run(town(), 20).state["series.online_share"]
    moved = run(town().add(use("online_jump", start=3, stop=9)), 20).state["series.online_share"]
    change = (moved - free)[12 * 25 : 12 * 25 + 20]
    np.testing.assert_allclose(change[3:9], 0.05, atol=1e-12)
    np.testing.assert_allclose(np.delete(change, slice(3, 9)), 0, atol=1e-12)


def test_the_largest_shop_closes_at_the_shock_and_only_then():
    before = run(town(), 6)
    state = before.state
    there = (state["premises.zone"] == 0) & (state["premises.is_open"] == 1)
    largest = np.flatnonzero(there)[np.argmax(state["premises.floor_area"][there])]
    simulation = Simulation(town(months=20).add(use("anchor_closure", start=6)), 4)
    simulation.run(6)
    assert simulation.state["premises.is_open"][largest] == 1
    simulation.step()
    assert simulation.state["premises.event"][largest] == 1
    assert simulation.state["premises.is_open"][largest] == 0
    simulation.step()
    assert simulation.state["premises.risk_ratio"].max() < 10


def test_a_pandemic_keeps_people_from_places_while_it_lasts():
    scenario = town(population=20_000, existing_third_places="living_lab:1", spin_up=12)
    scenario = scenario.add(use("pandemic", start=12, stop=24, visits_lost=0.9))
    simulation = Simulation(scenario.replace(months=36), 5)
    users = []
    for _ in range(36):
        simulation.step()
        users.append(int(simulation.state["third_place.users"].sum()))
    year = np.array(users).reshape(3, 12).sum(axis=1)
    assert year[1] < 0.3 * year[0]
    assert year[2] > 0.7 * year[0]
    spending = simulation.state["series.spending"][300:336]
    free = run(scenario.replace(spending_lost=0.0), 1).state["series.spending"][300:336]
    np.testing.assert_allclose((spending / free)[12:24], 0.9)
    np.testing.assert_allclose(np.delete(spending / free, slice(12, 24)), 1)


def test_a_cut_takes_four_fifths_of_the_funding_until_it_ends():
    scenario = town().add("transition_cluster", use("grant_cut", start=14, stop=20))
    ledger = run(scenario, 24).ledger
    mine = ledger.query("account == 'transition_cluster' and line == 'income'")
    public = mine[(mine["source"] == "public") & (mine["month"] > 13)].set_index("month")["cents"]
    assert public[14] == 2_500_000
    assert (public.loc[15:20] == 500_000).all()
    assert (public.loc[21:] == 2_500_000).all()


def test_residents_vote_once_a_year():
    scenario = town().add(use("participatory_budget", start=2, turnout=0.1, budget_reach=100.0))
    simulation = Simulation(scenario.replace(months=30), 1)
    row = scenario.account_names.index("participatory_budget")
    votes, people = [], []
    for _ in range(30):
        people.append(simulation.state["cell.residents"].sum(dtype=np.float64))
        simulation.step()
        votes.append(float(simulation.state["account.votes"][row]))
    assert np.flatnonzero(votes).tolist() == [2, 14, 26]
    assert votes[14] == pytest.approx(0.1 * people[14], rel=1e-4)


# Retail support


SUPPORTED = {
    "relief for all": [use("rent_relief", start=0)],
    "relief that does not suffice": [use("rent_relief", start=0, rent_relief_funding=900.0)],
    "relief everywhere": [use("rent_relief", start=0, rent_relief_zone="everywhere")],
    "aid": [use("opening_aid", start=0, opening_aid_funding=1_000.0)],
    "fronts": [use("facade", start=0, facade_funding=1_500.0, facade_zone="everywhere")],
    "all at once": [
        use("rent_relief", start=0, rent_relief=0.9),
        use("opening_aid", start=0, opening_aid_funding=500.0),
        use("facade", start=0),
        use("facade", "second_front", start=3, facade=0.2),
    ],
}


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
