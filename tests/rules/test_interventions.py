"""Interventions have their declared effects from start to stop, and no others."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.interventions import TYPES, load_intervention
from sim.interventions.sites import spread_out
from sim.registry.variables.money import LINES
from sim.simulation.simulation import Simulation
from tests.reference.intervened import run, town, use

MONEY = ("account", "third_place", "ledger")
SET_UP = LINES.index("set_up")


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


def test_a_lab_is_there_for_any_money():
    lab = load_intervention("public_innovation_lab")
    assert lab.replace(lab_funding=1.0).plan.places and not lab.replace(lab_funding=0.0).plan.places


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
    assert _laid(site="cell", site_row=8, site_column=10)["cell_row"] == 9 * 11 - 1
    for outside in ({"site_row": 9}, {"site_column": 11}):
        with pytest.raises(InputError, match="outside the grid of 9 rows and 11 columns"):
            _laid(site="cell", **outside)


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
