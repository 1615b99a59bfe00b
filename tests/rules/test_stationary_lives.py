"""Stationary lives of shops and vacancies agree with following each of them month by month."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.kernels.machine.records import parameters_of
from sim.processes.shop_closure import age_scale
from sim.start.stationary_shops import (
    lettability_classes,
    live_shops,
    live_vacancies,
    solve_stationary,
)
from tests.reference import shop_lives
from tests.reference.towns import small_town

CASES = [
    {"purchases_are_variable": False},
    {"purchases_are_variable": True},
    {"closure_age_shape": 1.8, "closure_rate": 0.3, "starting_vacancy": 0.3},
    {"starting_reserves": 0.5, "closure_without_reserves": 6.0, "starting_vacancy": 0.25},
    {"closure_age_shape": 1.3, "closure_late_shape": 0.6, "closure_lease_hump": 1.6},
    {"reletting_fading": 4.0, "reletting_rate_slow": 0.05, "starting_vacancy": 0.25},
]
MARGINS = (-0.3, -0.1, 0.1, 0.4)
"""Without reserves that shrink so slowly that they outlast the horizon of 20 years."""
QUALITIES = (0.8, 1.0, 1.2)


def _values(changes):
    # At a stronger response, shops with large margins outlive the horizon that is followed here.
    values = small_town(**{"closure_margin_response": 4.0, **changes}).values
    names = ("rate", "age_shape", "late_shape", "lease_hump")
    return values, age_scale(*(values[f"closure_{name}"] for name in names))


@pytest.mark.parametrize("changes", CASES)
def test_the_mean_life_of_a_shop_is_the_sum_of_its_survival(changes):
    values, scale = _values(changes)
    margin, quality = (np.ravel(a) for a in np.meshgrid(MARGINS, QUALITIES))
    p = parameters_of(live_shops, values)
    life, unused = np.zeros(margin.size), np.zeros(margin.size)
    live_shops(life, np.ones(margin.size), margin, quality, scale, unused, unused, unused, p)
    for found, m, q in zip(life, margin, quality, strict=True):
        alive = [a for a, _, _ in shop_lives.shop_life(m, q, scale, values)]
        tail = alive[-1] / (1 - alive[-1] / alive[-2])
        assert found == pytest.approx(sum(alive[:-1]) + tail, rel=1e-3)


@pytest.mark.parametrize("changes", CASES)
def test_ages_of_shops_are_quantiles_of_their_survival(changes):
    """A shop at share u of its mean life has the age of the survivors of that share."""
    values, scale = _values(changes)
    p = parameters_of(live_shops, values)
    for m in MARGINS:
        follows = shop_lives.shop_life(m, 1.0, scale, values)
        alive = np.array([a for a, _, _ in follows])
        mean_life = alive[:-1].sum() + alive[-1] / (1 - alive[-1] / alive[-2])
        shares = np.array([0.01, 0.2, 0.5, 0.7])
        age, margin, reserves = np.zeros((3, shares.size))
        live_shops(
            np.full(shares.size, mean_life), shares, np.full(shares.size, m),
            np.ones(shares.size), scale, age, margin, reserves, p,
        )  # fmt: skip
        for u, found, m_found, r_found in zip(shares, age, margin, reserves, strict=True):
            wanted = int(np.searchsorted(np.cumsum(alive), u * mean_life))
            assert abs(found - wanted) <= 1 + 0.01 * wanted
            k = min(int(found), 300)
            assert m_found == pytest.approx(follows[k][1], abs=1e-9)
            assert r_found == pytest.approx(follows[k][2], abs=1e-9)


@pytest.mark.parametrize("takeovers", [0.0, 0.3])
@pytest.mark.parametrize("changes", CASES)
def test_vacancies_stand_as_long_as_they_survive(changes, takeovers):
    """Until the premises are let, or taken by a project at a yearly rate."""
    values, _ = _values(changes)
    p = parameters_of(live_vacancies, values)
    spell, months = np.zeros(len(MARGINS)), np.zeros(len(MARGINS))
    whole, share = np.ones(len(MARGINS)), np.full(len(MARGINS), 0.6)
    lettability = np.array([1.0, 0.3, 2.5, 1.0])
    live_vacancies(spell, whole, np.array(MARGINS), lettability, takeovers, months, p)
    live_vacancies(spell, share, np.array(MARGINS), lettability, takeovers, months, p)
    for m, ease, found, age in zip(MARGINS, lettability, spell, months, strict=True):
        standing = np.array(shop_lives.vacancy_life(m, values, ease))
        standing *= np.exp(-takeovers / 12 * np.arange(standing.size))
        mean = standing[:-1].sum() + standing[-1] / (1 - standing[-1] / standing[-2])
        assert found == pytest.approx(mean, rel=1e-3)
        assert abs(age - np.searchsorted(np.cumsum(standing), 0.6 * mean)) <= 1


@pytest.mark.parametrize("variance", [0.2, 1.0, 3.0])
def test_classes_of_lettability_stand_for_a_gamma_distribution(variance):
    """Mean 1, and after t years at rate 1 a share (1 + variance t)^(-1 / variance) is not let."""
    classes = lettability_classes(variance)
    assert classes.mean() == pytest.approx(1.0, abs=1e-12)
    for years in (0.5, 2.0, 8.0):
        standing = np.exp(-classes * years).mean()
        assert standing == pytest.approx((1 + variance * years) ** (-1 / variance), abs=3e-3)


def test_without_frailty_premises_are_alike():
    for next_to_nothing in (0.0, 5e-324, 1e-13):
        assert lettability_classes(next_to_nothing).tolist() == [1.0]


@settings(max_examples=20)
@given(st.floats(0.0, 0.9))
def test_successors_lengthen_the_time_between_two_vacancies(share):
    """Premises are vacant for V / (V + O / (1 - share)), with O the mean life of a shop."""
    values, scale = _values({"with_margins": False, "succession_share": 0.0})
    alone = solve_stationary(values, scale, 0.1, 0.0)
    life = solve_stationary({**values, "succession_share": share}, scale, 0.1, 0.0)
    vacant, opened = alone.vacant_months, alone.open_months.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(life.vacancy_at, vacant / (vacant + opened / (1 - share)))
    assert life.vacancy <= alone.vacancy


@pytest.mark.slow
@pytest.mark.parametrize(("vacancy", "frailty"), [(0.03, 0.0), (0.1, 0.0), (0.3, 0.0), (0.1, 1.0)])
def test_the_solved_margin_keeps_the_starting_vacancy(vacancy, frailty):
    """Averaged over margins, qualities and lettabilities, premises are vacant as at the start."""
    values, scale = _values(
        {"margin_spread": 0.1, "quality_spread": 0.2, "reletting_frailty": frailty}
    )
    life = solve_stationary(values, scale, vacancy, 0.0)
    assert life.vacancy == pytest.approx(vacancy, abs=1e-6)
    shares, weights = [], []
    for z in np.linspace(-3, 3, 31):
        m = float(np.clip(life.mean_margin + 0.1 * z, -0.45, 0.45))
        lives, chances = [], []
        for zq in np.linspace(-2.5, 2.5, 9):
            follows = shop_lives.shop_life(m, np.exp(0.2 * zq - 0.02), scale, values)
            lives.append(sum(alive for alive, _, _ in follows))
            chances.append(np.exp(-(zq**2) / 2))
        is_open = np.average(lives, weights=chances) / (1 - values["succession_share"])
        standing = [sum(shop_lives.vacancy_life(m, values, e)) for e in life.lettability]
        shares.append(np.mean([vacant / (vacant + is_open) for vacant in standing]))
        weights.append(np.exp(-(z**2) / 2))
    assert np.average(shares, weights=weights) == pytest.approx(vacancy, rel=0.02)


def test_where_no_shop_closes_a_vacancy_is_refused_without_a_range_of_one_value():
    with pytest.raises(InputError, match=r"and reletting; only 0\.000 can\.$"):
        small_town(closure_rate=0.0)


def test_a_vacancy_that_hardly_ever_ends_has_an_age_that_fits_its_type():
    values, _ = _values({})
    hardly = {"reletting_rate_fresh": 1e-7, "reletting_rate_slow": 1e-7}
    p = parameters_of(live_vacancies, {**values, **hardly})
    spell, months = np.zeros(1), np.zeros(1)
    for share in (1.0, 1 - 1e-12):
        live_vacancies(spell, np.array([share]), np.zeros(1), np.ones(1), 0.0, months, p)
    assert spell[0] > 1e7 and 1e5 < months[0] < 2**31
