"""Records of simulated towns say what the model did."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("statsmodels")

from experiments.evidence import baskets, closures, decay, letting, online, successors
from experiments.evidence.recording import Register
from experiments.evidence.records import empty_spells, premises_at
from experiments.evidence.simulated import (
    choices,
    follow,
    licences,
    lifetimes,
    premises,
    purchases,
    simulate,
    towns,
)
from sim.measures.counting import COUNTS
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation
from sim.territory.territory import ZONES

TOWN = load_scenario("mid_sized_town").replace(
    rows=32, columns=32, population=12_000, months=120, start_year=2010
)


@pytest.fixture(scope="module")
def run():
    return Simulation(TOWN, seed=5)


@pytest.fixture(scope="module")
def tenancies(run):
    return follow(run)


@pytest.fixture(scope="module")
def register(tenancies):
    return licences(tenancies, 2010, 2019)


def test_each_closure_ends_a_licence_and_each_letting_begins_one(run, register):
    counted = run.indicators
    began = register.table["start"] >= register.since
    ended = register.table["end"] >= register.since
    assert ended.sum() == counted["closures"].sum()
    born = began.sum() - counted["relettings"].sum() - counted["successions"].sum()
    assert 0 <= born == ((register.table["kind"] == "project") & began).sum()


def test_licences_of_a_place_do_not_overlap(tenancies):
    ordered = tenancies.sort_values(["place", "start"])
    following = ordered.groupby("place")["start"].shift(-1)
    assert (following >= ordered["end"])[following.notna()].all()


def test_shops_of_the_start_are_as_old_as_the_model_says(tenancies):
    start = Simulation(TOWN, seed=5).state
    known = tenancies[tenancies["start"] < 0].drop_duplicates("place", keep="last")
    age = -12 * known.set_index("place")["start"]
    is_open = start["premises.is_open"].astype(bool)
    said = pd.Series(start["premises.shop_age"], start["premises.id"])[is_open]
    assert (age[said.index] - said).between(0, 1.0001).all()


def test_the_register_knows_who_is_vacant_at_the_end(run, register):
    known = premises_at(register.table, register.until, gone_after=np.inf).set_index("place")
    vacant = run.state["premises.is_open"] == 0
    assert known["is_vacant"].reindex(run.state["premises.id"]).tolist() == vacant.tolist()
    centre = premises(run).table
    assert centre["is_vacant"].mean() == pytest.approx(run.measure()["retail_vacancy_town_centre"])


def test_closure_rates_are_those_of_the_model(run, register):
    period = {"since": register.since, "until": register.until}
    found = {e.figure: e for e in closures.estimate(register.table, **period)}
    per_year = run.indicators["closures"].sum() / (run.indicators["open_shops"].mean() * 10)
    assert found["closure_rate"].value == pytest.approx(per_year, rel=0.02)
    same = closures.estimate(lifetimes(register).table, **period)
    assert same[0] == found["closure_rate"]


def test_premises_are_let_after_a_while(register):
    period = {"since": register.since, "until": register.until}
    assert len(empty_spells(register.table, **period)) > 20
    assert letting.estimate(register.table, **period)[0].value > 0
    assert successors.estimate(register.table, **period)[0].value < 0.2


def test_faults_of_a_register(tenancies):
    faultless = licences(tenancies, 2010, 2019)
    renamed = licences(tenancies, 2010, 2019, Register(renaming_rate=0.1))
    assert len(renamed.table) > 1.5 * len(faultless.table)
    lists = licences(tenancies, 2010, 2019, Register(is_yearly=True)).table
    assert (lists["start"].dt.day_of_year == 1).all()
    without = licences(tenancies, 2010, 2019, Register(unlicensed_share=0.5))
    assert len(without.table) < 0.65 * len(faultless.table)


def test_trips_show_the_decay_of_the_scenario(run):
    made = choices(run, ["groceries"], n_trips=3000)
    found = decay.estimate_good(made.table, "groceries")[0]
    assert found.low < run.values["decay_convenience"] < found.high


def test_purchases_show_online_shares_and_baskets(run):
    table = purchases(run, n=5000).table
    found = {e.figure: e for e in online.estimate(table) + baskets.estimate(table)}
    share = run.state["driver.online_share"][1]
    assert found["online_spending_clothing"].value == pytest.approx(share, abs=0.02)
    assert found["basket_mean_groceries"].value == run.values["basket_convenience"]


def test_a_year_of_each_town():
    runs = [Simulation(TOWN, seed) for seed in (1, 2)]
    for one in runs:
        one.run(18)
    table = towns(runs).table
    assert table[["town", "year"]].to_numpy().tolist() == [[0, 2010], [1, 2010]]


def test_records_of_a_scenario_are_the_same_each_time():
    short = TOWN.replace(months=24)
    once, twice = simulate(short, 3), simulate(short, 3)
    assert [r.kind for r in once] == ["licences", "premises", "choices", "purchases"]
    for one, other in zip(once, twice, strict=True):
        pd.testing.assert_frame_equal(one.table, other.table)


def test_a_successor_begins_within_the_month_in_which_another_shop_closes():
    run = Simulation(TOWN.replace(succession_share=0.5, months=60), seed=5)
    table = follow(run)
    counts = dict(zip(COUNTS, run.counts.sum(axis=0), strict=True))
    of = {what: sum(counts[f"{what}_{z}"] for z in ZONES) for what in ("closures", "successions")}
    ordered = table.sort_values(["place", "start"])
    following, end = ordered.groupby("place")["start"].shift(-1), ordered["end"]
    is_direct = (end >= 0) & (np.floor(12 * following) == np.floor(12 * end))
    assert (end >= 0).sum() == of["closures"]
    assert is_direct.sum() == of["successions"] > 20
