"""Shocks and policies of the world outside last from their start to their stop."""

from __future__ import annotations

import numpy as np
import pytest

from sim.interventions.drivers import freeze
from sim.simulation.simulation import Simulation
from tests.reference.intervened import run, town, use


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
