"""Interventions scaled to the public money that they really spend."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sim
from sim.experiments.budget import (
    CLOSE,
    TooLittle,
    describe_budget,
    read_scales,
    scale_arms,
    within_budget,
)
from sim.experiments.comparison import comparison_of
from sim.experiments.experiment import BASELINE, Scale
from sim.experiments.inference import mean_effect
from sim.experiments.spending import (
    SPENDING_COLUMNS,
    levers_of,
    planned_a_year,
    spending_table,
    spent_a_year,
    worth_of_a_year,
)
from sim.interventions import list_interventions, load_intervention
from sim.interventions.plan import present_values
from sim.measures.registry import OUTCOMES
from sim.scenario.scenario import load_scenario

TOWN = load_scenario("mid_sized_town").replace(rows=16, columns=16, population=4000, months=24)
BUDGET = 200_000.0


@pytest.mark.parametrize("path", [*list_interventions()], ids=lambda path: path.stem)
def test_twice_the_scale_is_twice_the_money_and_the_same_mix(path):
    one = load_intervention(path)
    twice = one.scaled(2)
    assert twice.cost(240) == pytest.approx(2 * one.cost(240), rel=1e-6)
    grown = set(one.levers.scaled(2))
    assert {k: v for k, v in twice.values.items() if k not in grown} == {
        k: v for k, v in one.values.items() if k not in grown
    }


def test_a_full_house_gets_another_and_a_small_one_keeps_a_seat():
    cluster = load_intervention("transition_cluster")
    assert (cluster.scaled(7).levers.cluster_size, cluster.scaled(7).levers.places) == (280, 4)
    assert cluster.scaled(1e-6).levers.cluster_size == 1
    mixed = cluster.replace(kinds="coworking fablab")
    assert mixed.scaled(3).levers.places == 2  # fablabs hold 60 seats, co-working spaces 200


def scales(name, answer, budget=BUDGET):
    """Search with an answer in place of runs: what is spent of what is planned."""
    places = {"here": {BASELINE: TOWN, name: TOWN.add(name)}}
    return scale_arms(places, budget, 24, answered(answer))["here"][name]


def answered(answer):
    return lambda tried: {
        place: {
            n: answer(planned_a_year(arm.interventions, 24))
            for n, arm in arms.items()
            if n != BASELINE
        }
        for place, arms in tried.items()
    }


def test_what_spends_a_part_of_its_money_plans_more():
    found = scales("rent_relief", lambda planned: 0.7 * planned)
    assert found.limit == "none"
    assert found.spent == pytest.approx(BUDGET, rel=CLOSE)


TRACES = {
    # of the share of the budget planned, what is spent: what is planned one after the other
    "half of it": (lambda p: 0.5 * p, [1, 2], "none"),
    "as close as is enough": (lambda p: 0.995, [1], "none"),
    "less than before": (lambda p: -0.1 if p < 1.5 else 1.0, [1, 2], "none"),
    "two fifths": (lambda p: 0.4 * p, [1, 2, 2.5], "none"),
    "too much at first": (lambda p: 1.5 * p * p, [1, 0.6, 0.791667, 0.813949, 0.816219], "none"),
    "far too much": (lambda p: 200 * p, [1, 0.01, 0.0045, 0.005], "none"),
    "a tenth of what is added": (lambda p: 0.25 + 0.0999 * (p - 1), [1, 2], "demand"),
    "a little more": (lambda p: 0.25 + 0.11 * (p - 1), [1, 2, 4, 6.8966, 7.6746, 7.7978], "none"),
    "nothing, then all": (lambda p: 0.0 if p < 1.5 else 1.004, [1, 2], "none"),
    "a step": (lambda p: 0.5 if p < 1.3 else 2.0, 12 * [0], "steps"),
}


@pytest.mark.parametrize("case", TRACES)
def test_the_search_goes_up_at_most_twofold_then_along_straight_lines(case):
    answer, expected, limit = TRACES[case]
    planned = []

    def spend(asked):
        planned.append(asked / BUDGET)
        return BUDGET * answer(asked / BUDGET)

    assert scales("rent_relief", spend).limit == limit
    assert len(planned) == len(expected)
    assert limit == "steps" or planned == pytest.approx(expected, rel=1e-3)


def test_money_of_a_year_is_that_of_all_over_the_time_in_which_any_of_them_lasts():
    relief = load_intervention("rent_relief").replace(start=6, stop=30)
    aid = load_intervention("opening_aid").replace(start=12, stop=0)
    years = present_values(48)[6:].sum() / 12
    whole = relief.cost(48) + aid.cost(48)
    assert planned_a_year([relief, aid], 48) == pytest.approx(whole / years)
    assert planned_a_year([], 48) == 0
    money = {"baseline": [1e6, 2e6], "arm": [3e6, 5e6]}
    rows = [
        {"luck": luck, "horizon": horizon, "arm": arm, "public_spending": spent + luck + horizon}
        for luck in (0, 1)
        for horizon in (24, 48)
        for arm, of_arm in money.items()
        for spent in of_arm
    ]
    found = spent_a_year(pd.DataFrame(rows), "arm", [relief, aid], 48)
    assert found.tolist() == pytest.approx([2e6 / years, 3e6 / years])
    assert spent_a_year(pd.DataFrame(rows), "arm", [], 48).tolist() == [0, 0]


def test_money_of_arms_is_a_table_of_what_is_planned_spent_and_left():
    relief, late = load_intervention("rent_relief"), load_intervention("facade")
    late = late.replace(start=30)  # after the end
    kept = TOWN.add("periphery_moratorium")
    arms = {"relief": kept.add(relief), "late": kept.add(late), "same": kept}
    asked, _ = comparison_of(kept, arms, reps=2)
    scaled = {"relief": Scale(0.5, 3.0, "demand")}
    asked = replace(asked, budget=BUDGET, scales={"mid_sized_town": scaled})
    rows = [
        {"luck": 0, "horizon": 24, "arm": arm, "public_spending": 1e6 + spent + 50.0 * rep * more}
        for arm, spent, more in ((BASELINE, 0, 0), ("relief", 9e5, 1), ("late", 0, 0))
        for rep in range(20)
    ]
    runs = pd.DataFrame(rows)
    found = spending_table(runs, asked, "mid_sized_town")
    assert tuple(found.columns) == SPENDING_COLUMNS
    table = found.set_index("intervention")
    assert table.index.tolist() == ["relief", "late"]
    planned, worth = planned_a_year([relief], 24), worth_of_a_year([relief], 24)
    spent = (9e5 + 50 * 9.5) / worth
    one = table.loc["relief"]
    assert (one["planned"], one["spent"]) == (planned, pytest.approx(spent))
    assert one["spent_lo90"] < spent < one["spent_hi90"] < spent * 1.01
    effect = mean_effect(
        (9e5 + 50.0 * np.arange(20)) / worth, OUTCOMES["public_spending"].relevant / worth
    )
    assert (one["spent_lo90"], one["spent_hi90"]) == pytest.approx((effect.lo90, effect.hi90))
    assert one["unspent"] == pytest.approx(planned - spent)
    assert (one["budget"], one["left"]) == (BUDGET, pytest.approx(BUDGET - spent))
    assert (one["limit"], one["scale"], one["levers"]) == ("demand", 0.5, levers_of([relief]))
    two = table.loc["late"]
    assert (two["planned"], two["spent"], two["unspent"]) == (0.0, 0.0, 0.0)
    assert (two["limit"], two["scale"], two["levers"]) == ("", 1.0, "")
    assert two[["spent_lo90", "spent_hi90", "budget", "left"]].isna().all()
    none = spending_table(runs[:0], asked, "mid_sized_town")
    assert none["planned"].tolist() == [planned, 0.0]
    assert none[["spent", "spent_lo90", "spent_hi90", "unspent"]].isna().all(axis=None)


def test_what_nobody_asks_for_stays_unspent_and_is_not_planned_again():
    found = scales("rent_relief", lambda planned: min(planned, 50_000.0))
    assert (found.limit, found.spent) == ("demand", 50_000.0)
    planned = planned_a_year([load_intervention("rent_relief").scaled(found.scale)], 24)
    assert planned == pytest.approx(BUDGET, rel=1e-3)


def test_levers_end_and_what_is_free_is_called_so():
    assert scales("rent_relief", lambda planned: planned, 1e9).limit == "levers"
    assert scales("periphery_moratorium", lambda planned: math.nan) == Scale(1.0, 0.0, "free")


@pytest.mark.parametrize(("places", "where"), [("A", ""), ("AB", " in A")])
def test_an_arm_that_spends_more_at_its_smallest_is_refused_by_name(places, where):
    arms = {BASELINE: TOWN, "rent_relief": TOWN.add("rent_relief")}
    spend = answered(lambda planned: max(planned, 210_500.0))
    with pytest.raises(TooLittle, match=f"is too little for rent_relief{where}: at its") as told:
        scale_arms(dict.fromkeys(places, arms), BUDGET, 24, spend)
    assert "it spends 210,500." in str(told.value) and told.value.arm == "rent_relief"
    scale_arms(dict.fromkeys(places, arms), BUDGET + 2_000.0, 24, spend)  # within 5%


def asked_of(*names, budget=BUDGET):
    return comparison_of(TOWN, {name: TOWN.add(name) for name in names}, reps=2, budget=budget)[0]


def test_arms_are_scaled_once_and_again_only_for_other_money_or_arms(monkeypatch):
    asked, measured = asked_of("rent_relief", "facade"), []

    def measure(_, tried, run):
        measured.append({place: set(arms) for place, arms in tried.items()})
        return answered(lambda planned: planned / run)(tried)

    monkeypatch.setattr("sim.experiments.budget.measure_spending", measure)
    found = within_budget(asked, 2.0)
    assert measured[0] == {"mid_sized_town": {BASELINE, "rent_relief", "facade"}}
    scales = found.scales["mid_sized_town"]
    for name, arm in found.arms.items():
        if name != BASELINE:
            planned = planned_a_year(arm.interventions, 24)
            assert planned == pytest.approx(2 * BUDGET, rel=2 * CLOSE)
            expected = asked.arms[name].interventions[0].scaled(scales[name].scale)
            assert arm.interventions == (expected,)
    assert found.arms[BASELINE] == asked.arms[BASELINE]
    read = read_scales(found.content, asked.scenarios, "")
    assert read == found.scales
    told = describe_budget(found)
    assert (told["eur_a_year"], told["replications"]) == (BUDGET, 4)
    for name, of in told["scenarios"]["mid_sized_town"].items():
        assert of["planned"] == pytest.approx(2 * BUDGET, rel=2 * CLOSE)
        assert of["levers"] == levers_of(found.arms[name].interventions)
        assert (of["scale"], of["limit"]) == (scales[name].scale, scales[name].limit)
    measured.clear()
    again = within_budget(asked, 5.0, found)
    assert again.scales == found.scales and again.arms == found.arms and not measured
    within_budget(asked_of("rent_relief"), 2.0, found)
    assert measured
    measured.clear()
    within_budget(asked_of("rent_relief", "facade", budget=2 * BUDGET), 2.0, found)
    assert measured


@pytest.mark.parametrize(
    "damage",
    [
        {"limit": "sky"},
        {"scale": 0.0},
        {"scale": -1.0},
        {"scale": math.inf},
        {"spent": math.nan},
        {"spent": "much"},
        {"limit": None},
    ],
)
def test_damaged_scales_are_refused(damage):
    arms = {"A": {BASELINE: TOWN, "facade": TOWN}}
    sound = {"scale": 0.5, "spent": 3.0, "limit": "none"}
    assert read_scales({"scales": {"A": {"facade": sound}}}, arms, "")["A"]["facade"].scale == 0.5
    assert read_scales({}, arms, "x: ") == {}
    damaged = {"A": {"facade": sound | damage}}
    elsewhere = ({"B": {"facade": sound}}, {"A": {BASELINE: sound}}, {"A": {"aid": sound}})
    for stated in (damaged, *elsewhere, {"A": 3}, [], {"A": {"facade": {"scale": 1.0}}}):
        with pytest.raises(sim.InputError, match="x: scales is damaged"):
            read_scales({"scales": stated}, arms, "x: ")


def test_levers_of_money_and_size_stand_as_on_the_command_line():
    relief, aid = (load_intervention(name) for name in ("rent_relief", "opening_aid"))
    alone = levers_of([relief]).split()
    assert alone and all(lever.partition("=")[0] in relief.values for lever in alone)
    together = [f"{i.name}.{lever}" for i in (relief, aid) for lever in levers_of([i]).split()]
    assert levers_of([relief, aid]).split() == together


def test_places_are_scaled_side_by_side_each_at_its_own_scale():
    places = {
        place: {
            BASELINE: TOWN,
            "rent_relief": TOWN.add("rent_relief"),
            "facade": TOWN.add("facade"),
        }
        for place in ("keen", "idle")
    }
    rounds = []

    def spend(tried):
        rounds.append({place: set(arms) for place, arms in tried.items()})
        keen = answered(lambda planned: planned)(tried)
        idle = answered(lambda planned: 0.5 * planned)(tried)
        return {place: (keen if place == "keen" else idle)[place] for place in tried}

    found = scale_arms(places, BUDGET, 24, spend)
    assert rounds[0].keys() == {"keen", "idle"}
    assert rounds[-1].keys() == {"idle"}  # nothing is measured again where all is found
    for name in ("rent_relief", "facade"):
        assert found["idle"][name].scale == pytest.approx(2 * found["keen"][name].scale, rel=0.02)


@pytest.mark.corpus
def test_towns_of_a_programme_spend_the_budget_on_any_executor(tmp_path):
    (tmp_path / "towns.csv").write_text("town,population\nA,4000\nB,2500\n")
    (tmp_path / "programme.toml").write_text(
        'towns = "towns.csv"\ninterventions = ["inert_cluster"]\n'
        "replications = 1\nmonths = 24\nhorizons = [24]\nbudget = 100_000\n"
        "[settings]\nrows = 12\ncolumns = 12\nspin_up = 2\n"
    )
    found = {
        executor: sim.sweep(
            tmp_path / "programme.toml", tmp_path / executor, executor=executor, workers=1
        )
        for executor in ("serial", "dask")
    }
    scales = found["serial"].experiment.scales
    assert [scales[town]["inert_cluster"].spent for town in "AB"] == pytest.approx(
        [100_000.0] * 2, rel=2 * CLOSE
    )
    assert found["dask"].experiment.scales == scales
    assert found["dask"].digest == found["serial"].digest


@pytest.mark.parametrize(
    ("names", "options", "said"),
    [
        (["facade"], {"budget": 0}, "budget = 0 is out of range; expected above 0"),
        (["facade"], {"budget": -5.0}, "budget = -5.0 is out of range"),
        (["facade"], {"budget": math.nan}, "budget = nan is out of range"),
        (["facade"], {"budget": 1e12}, "expected above 0 to 10,000,000,000 EUR a year"),
        (["transition_cluster"], {"budget": 1e5, "parts": True}, "does not go with parts"),
        (["facade+facade"], {}, "two interventions are named 'facade'"),
        (["facade+"], {}, "'facade\\+' lacks an intervention"),
        (["facade", "facade"], {}, "'facade' is to be tried twice"),
    ],
)  # fmt: skip
def test_what_is_refused(names, options, said):
    with pytest.raises(sim.InputError, match=said):
        sim.compare(TOWN, names, reps=2, workers=1, **options)
