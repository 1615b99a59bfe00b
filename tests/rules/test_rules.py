"""Each rule of the month, as plain Python, behaves as a shopkeeper would expect."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.kernels import entrants
from sim.kernels.machine.records import record
from sim.processes import reletting, rent, shop_accounts, shop_attraction, shop_closure
from sim.processes.exogenous_drivers import driver_series
from sim.scenario.scenario import load_scenario

age_weight = shop_closure.age_weight.py_func
closure_probability = shop_closure.closure_probability.py_func
reletting_probability = reletting.reletting_probability.py_func
entrant_quality = entrants.entrant_quality.py_func
rent_target = rent.rent_target.py_func
margin_of = shop_accounts.margin_of.py_func
costs_at = shop_accounts.costs_at.py_func
dilution = shop_accounts.dilution.py_func
open_share_nearby = shop_attraction.open_share_nearby.py_func

WORST_AGES = shop_closure.WORST_AGES
margins = st.floats(-0.99, 5.0)
months = st.integers(1, 600)
positive = st.floats(0.01, 1e6)


def closes(margin=0.0, age=120, reserves=3.0, scale=1.0, rate=0.09, response=3.0, shape=1.1,
           late=1.0, hump=1.0, without=2.0, clip=0.5, risk_ratio=1.0):  # fmt: skip
    p = SimpleNamespace(
        closure_rate=rate,
        closure_margin_response=response,
        closure_age_shape=shape,
        closure_late_shape=late,
        closure_lease_hump=hump,
        closure_without_reserves=without,
        margin_clip=clip,
    )
    return closure_probability(margin, age_weight(age, scale, p), reserves, risk_ratio, p)


def relets(margin=0.0, vacant=6, fresh=1.4, slow=0.3, fading=1.0, response=3.0, clip=0.5,
           lettability=1.0):  # fmt: skip
    p = SimpleNamespace(
        reletting_rate_fresh=fresh,
        reletting_rate_slow=slow,
        reletting_fading=fading,
        reletting_margin_response=response,
        margin_clip=clip,
    )
    return reletting_probability(margin, vacant, lettability, p)


def accounts(gross_margin, purchases_are_variable):
    return SimpleNamespace(gross_margin=gross_margin, purchases_are_variable=purchases_are_variable)


@given(margins, margins, months)
def test_the_better_the_margin_the_less_a_shop_closes(a, b, age):
    low, high = sorted((a, b))
    assert closes(margin=low, age=age) >= closes(margin=high, age=age)


def test_within_the_clip_a_better_margin_closes_strictly_less():
    probabilities = [closes(margin=m) for m in np.linspace(-0.5, 0.5, 11)]
    assert all(a > b for a, b in itertools.pairwise(probabilities))
    assert closes(margin=0.5) == closes(margin=4.0)
    assert closes(margin=-0.5) == closes(margin=-0.9)


@given(margins, months)
def test_a_shop_out_of_money_closes_more_often(margin, age):
    assert closes(margin, age, reserves=0.0) > closes(margin, age, reserves=0.1)


@given(margins, months, st.floats(0, 1), st.floats(0, 10), st.floats(0.5, 2), st.floats(0.05, 5))
def test_closing_is_a_probability(margin, age, rate, response, shape, clip):
    for reserves in (0.0, 5.0):
        p = closes(margin, age, reserves, rate=rate, response=response, shape=shape, clip=clip)
        assert 0.0 <= p <= 1.0


def test_without_any_margin_a_year_of_closures_is_the_closure_rate():
    """(1 - p)^12 = exp(-rate) for an old shop."""
    assert (1 - closes(shape=1.0)) ** 12 == pytest.approx(math.exp(-0.09))


def test_with_a_shape_above_one_the_risk_grows_over_five_years_and_then_stays():
    risks = [closes(age=a, shape=1.2) for a in (1, 12, 36, 60, 61, 400)]
    assert risks[0] < risks[1] < risks[2] < risks[3] == risks[4] == risks[5]


def test_with_a_late_shape_below_one_the_risk_still_falls_up_to_25_years():
    risks = [closes(age=a, late=0.7) for a in (60, 61, 120, 299, 300, 301, 900)]
    assert risks[0] > risks[1] > risks[2] > risks[3] > risks[4] == risks[5] == risks[6]
    hazards = [-math.log1p(-r) for r in risks]
    assert hazards[2] / hazards[0] == pytest.approx(2**-0.3)
    assert hazards[4] / hazards[0] == pytest.approx(5**-0.3)


def test_the_risk_has_its_hump_at_the_ends_of_leases_alone():
    ages = np.arange(1, 400)
    raised = [a for a in ages if closes(age=a, hump=1.5) > closes(age=a)]
    assert raised == list(range(18, 55))
    flat, hump = (-math.log1p(-closes(age=36, hump=h)) for h in (1.0, 1.5))
    assert hump == pytest.approx(1.5 * flat)


@given(st.floats(0.5, 2), st.floats(0.2, 2), st.floats(0.5, 4), st.integers(1, 600), margins)
def test_no_shop_is_at_more_risk_than_the_worst(shape, late, hump, age, margin):
    """Draws beyond the worst probability for a size of loss are skipped unseen."""
    size = shop_closure.size_of_loss.py_func(margin, SimpleNamespace(margin_clip=0.5))
    largest = -0.5 * size / shop_closure.LOSSES
    assert (size > 0) == (margin < 0.0)
    assert closes(margin, age, 0.0, 1.0, shape=shape, late=late, hump=hump) <= max(
        closes(largest, a, 0.0, 1.0, shape=shape, late=late, hump=hump) for a in WORST_AGES
    )


@pytest.mark.parametrize("rate", [0.02, 0.09, 0.5])
@pytest.mark.parametrize(
    ("shape", "late", "hump"),
    [(0.6, 1.0, 1.0), (1.0, 1.0, 1.0), (1.1, 1.0, 1.0), (1.8, 1.0, 1.0), (1.2, 0.6, 1.0),
     (1.2, 0.6, 1.6), (0.8, 1.5, 0.7), (1.0, 1.0, 2.5)],
)  # fmt: skip
def test_the_mean_life_of_a_shop_is_one_over_the_rate_for_any_shape(rate, shape, late, hump):
    scale = shop_closure.age_scale(rate, shape, late, hump)
    alive, mean_months, age = 1.0, 0.0, 0
    while alive > 1e-9:
        mean_months += alive
        age += 1
        alive *= 1 - closes(age=age, scale=scale, rate=rate, shape=shape, late=late, hump=hump)
    assert mean_months == pytest.approx(1 / (1 - math.exp(-rate / 12)), rel=1e-5)


@given(st.integers(1, 400), st.integers(1, 400), margins)
def test_the_longer_premises_are_vacant_the_less_they_are_let(a, b, margin):
    short, long = sorted((a, b))
    assert relets(margin, short) >= relets(margin, long)


@given(margins, margins, months)
def test_the_better_an_entrant_would_do_the_sooner_premises_are_let(a, b, vacant):
    low, high = sorted((a, b))
    assert relets(low, vacant) <= relets(high, vacant)


@given(margins, months, st.floats(0.0, 10.0), st.floats(0.0, 10.0))
def test_the_easier_premises_are_to_let_the_sooner_they_are_let(margin, vacant, a, b):
    hard, easy = sorted((a, b))
    assert relets(margin, vacant, lettability=hard) <= relets(margin, vacant, lettability=easy)


def test_reletting_fades_from_the_fresh_to_the_slow_rate():
    assert relets(vacant=0) == pytest.approx(1 - math.exp(-1.4 / 12))
    assert relets(vacant=10_000) == pytest.approx(1 - math.exp(-0.3 / 12))
    one_year = 0.3 + 1.1 * math.exp(-1)
    assert relets(vacant=12) == pytest.approx(1 - math.exp(-one_year / 12))


@given(margins, months, st.floats(0, 12), st.floats(0, 12), st.floats(0.05, 20), st.floats(0, 10),
       st.floats(0.05, 5))  # fmt: skip
def test_letting_is_a_probability(margin, vacant, fresh, slow, fading, response, clip):
    assert 0.0 <= relets(margin, vacant, fresh, slow, fading, response, clip) <= 1.0


@pytest.mark.parametrize("spread", [0.0, 0.1, 0.6])
def test_the_quality_of_entrants_is_one_on_average(spread):
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    p = SimpleNamespace(quality_spread=spread)
    mean = sum(w * entrant_quality(z, p) for z, w in zip(nodes, weights, strict=True))
    assert mean / weights.sum() == pytest.approx(1.0, rel=1e-9)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 10), positive)
def test_the_more_is_vacant_nearby_the_lower_rents_tend(a, b, usual, response, start):
    vacant, let = sorted((a, b))
    low, high = (
        rent_target(start, o, usual, SimpleNamespace(rent_response=response)) for o in (vacant, let)
    )
    assert 0.4 * start <= low <= high <= 1.6 * start


def test_rents_stay_where_vacancy_is_as_usual():
    assert rent_target(1000.0, 0.9, 0.9, SimpleNamespace(rent_response=2.0)) == 1000.0


def test_rents_rise_faster_than_they_fall():
    """For equal gaps at the pace of 36 and 72 months, a step up is twice a step down."""
    rents = np.array([1000.0, 1000.0], np.float32)
    starts, shares = np.array([1000.0, 1000.0]), np.array([1.0, 0.8])
    rent.move_rents(
        record("premises", {"open_share_nearby": shares, "rent": rents, "rent_at_start": starts}),
        record("town", {"usual_vacancy": np.array([0.1])}),
        record("p", {"rent_months_down": 72.0, "rent_months_up": 36.0, "rent_response": 2.0}),
    )
    up, down = rents[0] - 1000, 1000 - rents[1]
    assert up == pytest.approx(200 / 36, rel=1e-4)
    assert down == pytest.approx(200 / 72, rel=1e-4)


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_newcomer_leaves_the_others_a_share_that_falls_with_its_size(access, outside, a, b):
    small, large = sorted((a, b))
    assert 0.0 <= dilution(access, outside, large) <= dilution(access, outside, small) <= 1.0


def test_two_equal_shops_share_alike_and_an_empty_world_shares_nothing():
    assert dilution(100.0, 0.0, 100.0) == 0.5
    assert dilution(0.0, 0.0, 0.0) == 0.0
    assert dilution(0.0, 0.0, 5.0) == 0.0


@given(positive, positive, positive, st.floats(0.05, 0.9), st.booleans())
def test_margins_rise_with_turnover_and_fall_with_costs(turnover, more, costs, gross, variable):
    p = accounts(gross, variable)
    low, high = sorted((turnover, more))
    assert margin_of(low, costs, p) <= margin_of(high, costs, p)
    assert margin_of(low, 2 * costs, p) <= margin_of(low, costs, p)


def test_a_tenth_more_turnover_is_a_tenth_more_gross_margin_and_costs_divide_it():
    assert margin_of(1100.0, 350.0, accounts(0.35, False)) == pytest.approx(0.1)
    assert margin_of(1000.0, 700.0, accounts(0.35, False)) == pytest.approx(-0.5)
    assert margin_of(1100.0, 350.0, accounts(0.35, True)) == pytest.approx(1100 / (350 + 715) - 1)


@given(positive, st.floats(0.05, 0.9))
def test_both_accounts_agree_on_who_breaks_even(costs, gross):
    for variable in (False, True):
        assert margin_of(costs / gross, costs, accounts(gross, variable)) == pytest.approx(
            0.0, abs=1e-9
        )


@given(st.floats(-0.45, 0.45), st.floats(0.05, 0.9), st.booleans())
def test_costs_are_those_of_the_margin_that_is_asked_for(margin, gross, variable):
    """Within the margins that the gross margin allows; costs are always above 0."""
    costs = costs_at(margin, accounts(gross, variable))
    assert costs >= 0.1 * gross * (1 - 1e-12)
    found = margin_of(1.0, costs, accounts(gross, variable))
    assert found <= margin + 1e-9
    if costs > 0.1 * gross:
        assert found == pytest.approx(margin, abs=1e-9)


@given(positive, positive, st.floats(0.05, 0.9))
def test_counting_purchases_as_costs_damps_the_margin(turnover, costs, gross):
    damped = margin_of(turnover, costs, accounts(gross, True))
    assert abs(damped) <= abs(margin_of(turnover, costs, accounts(gross, False))) + 1e-12


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.floats(0, 1), st.floats(0.1, 100))
def test_the_open_share_nearby_is_a_share_between_what_is_seen_and_what_is_usual(
    a, b, usual, shrinkage
):
    seen, premises = sorted((a, b))
    share = open_share_nearby(seen, premises, usual, shrinkage)
    observed = seen / premises if premises else usual
    assert min(observed, usual) - 1e-9 <= share <= max(observed, usual) + 1e-9


def test_isolated_premises_see_the_usual_share():
    assert open_share_nearby(0.0, 0.0, 0.9, 5.0) == pytest.approx(0.9)


def test_series_of_drivers_pass_through_the_stated_figures():
    values = dict(load_scenario("mid_sized_town").values)
    table = driver_series(values, 2015.0, 1212)

    def at(name, year, month=0):
        return table[name][12 * (year - 2000) + month]

    for year in (2001, 2009, 2019, 2021, 2030):
        # Annual figures apply to mid-year, between June and July.
        middle = (at("online_share", year, 5) + at("online_share", year, 6)) / 2
        assert middle == pytest.approx(values[f"online_share_{year}"], rel=0.02, abs=1e-4)
    assert at("online_share", 2080) == values["online_share_2030"]
    for name, stem in (("spending", "spending"), ("costs", "cost"), ("periphery", "periphery")):
        assert at(name, 2014, 11) * at(name, 2015, 0) == pytest.approx(1.0, abs=2e-3)
        assert np.all(table[name] > 0)
        for parameter, growth in values.items():
            if parameter.startswith(f"{stem}_growth_"):
                first = 2026 if "after" in parameter else int(parameter[-9:-5])
                last = 2060 if "after" in parameter else int(parameter[-4:])
                years = last - first + 11 / 12  # from January to December
                ratio = at(name, last, 11) / at(name, first)
                assert ratio == pytest.approx(math.exp(growth * years))
