"""The simulation of many identical premises agrees with mean-field theory.

The theory is written independently: shares of open and vacant premises with the same monthly
probabilities, without premises, cells or kernels.
"""

import math
from functools import cache

import numpy as np
import pytest
import scipy

from sim.processes.month import active, effective
from sim.scenario.scenario import load_scenario
from sim.start.state_at_start import starting_state
from tests.reference.towns import one_centre

PREMISES = 4000


def _town(premises, seed=1, **changes):
    values = effective(
        load_scenario("mid_sized_town")
        .replace(
            **{
                "with_drivers": False,
                "with_demography": False,
                "with_rent": False,
                "purchases_are_variable": False,
                "closure_age_shape": 1.0,
                "closure_without_reserves": 1.0,
                "closure_late_shape": 1.0,
                "closure_lease_hump": 1.0,
                "closure_rate": 0.09,
                "succession_share": 0.0,
                "reletting_rate_fresh": 1.4,
                "reletting_rate_slow": 0.30,
                "reletting_fading": 1.0,
                "reletting_frailty": 0.0,
                "floor_area_elasticity": 1.0,
                "common_cost_share": 0.0,
                "margin_memory": 1.0,
                "margin_clip": 5.0,
                "margin_spread": 0.0,
                "quality_spread": 0.0,
                "town_margin": 0.0,
                "open_share_shrinkage": 0.1,
                "with_takeovers": False,
                "with_local_benefits": False,
                "with_youth_moves": False,
                **changes,
            }
        )
        .values
    )
    state = starting_state(one_centre(premises), values, seed)
    calendar = 12 * (values["start_year"] - 2000)
    month = [p.bind(state, values, seed) for p in active(values)]

    def run(months):
        """Vacancy at the end of each month."""
        vacancy = []
        for m in range(months):
            for process in month:
                process(m, calendar)
            vacancy.append(1 - state["premises.is_open"].mean())
        return np.array(vacancy)

    return state, run


def _set_vacancy(state, share):
    n = state["premises.is_open"].size
    state["premises.is_open"] = np.arange(n) >= round(share * n)
    state["premises.months_vacant"] = 1 - state["premises.is_open"].astype(int)
    state["premises.shop_age"] = 100 * state["premises.is_open"].astype(int)
    state["premises.quality"] = 1


def _cases(states):
    """All of them are an ensemble; the quick suite tries the first."""
    first, *others = states
    return [first, *(pytest.param(case, marks=pytest.mark.statistical) for case in others)]


# Without feedback ---------------------------------------------------------------------------------


def _renewal(successors=0.0):
    """Vacancy, and its share beyond three years, of an alternating renewal process.

    Shops close at 0.09 a year, a share of them with a direct successor. Premises vacant for t years
    are let at 0.3 + 1.1 exp(-t) a year.
    """
    t = np.linspace(0, 60, 600_001)
    standing = np.exp(-(0.3 * t + 1.1 * (1 - np.exp(-t))))
    spell = np.trapezoid(standing, t)
    beyond_three = np.trapezoid(standing[t >= 3], t[t >= 3])
    return spell / (spell + 1 / 0.09 / (1 - successors)), beyond_three / spell


def test_the_stated_rates_give_the_stated_vacancy():
    """11.9 % vacant, 30 % of it for over three years."""
    vacancy, long_term = _renewal()
    assert vacancy == pytest.approx(0.119, abs=1e-3)
    assert long_term == pytest.approx(0.30, abs=5e-3)


RENEWALS = [(0.0, 0.25), (0.0, 0.0), (1.0, 0.0)]
"""Vacancies of the start, and shares of closures with a direct successor."""


@pytest.mark.parametrize("case", _cases(RENEWALS))
def test_without_feedback_vacancy_is_that_of_the_renewal_process(case):
    """From all open and from all vacant, after 25 years, within sampling error.

    Three standard errors of 40,000 premises: 0.5 points of vacancy, 2.0 of its long-term part.
    """
    n = 40_000
    start, successors = case
    wanted, wanted_long = _renewal(successors)
    state, run = _town(n, with_margins=False, with_neighbours=False, succession_share=successors)
    _set_vacancy(state, start)
    vacancy = run(300)[-1]
    long_term = np.mean(state["premises.months_vacant"][state["premises.is_open"] == 0] >= 36)
    assert abs(vacancy - wanted) < 3 * math.sqrt(wanted * (1 - wanted) / n)
    assert abs(long_term - wanted_long) < 3 * math.sqrt(
        wanted_long * (1 - wanted_long) / (wanted * n)
    )


@pytest.mark.parametrize("frailty", _cases([1.0, 2.5]))
def test_hard_premises_stay_vacant_as_a_gamma_frailty_says(frailty):
    """At a constant rate r, a share (1 + frailty r t)^(-1 / frailty) is vacant after t years."""
    n, rate = 40_000, 1.4
    state, run = _town(
        n,
        reletting_rate_slow=rate,
        reletting_frailty=frailty,
        with_closure=False,
        with_margins=False,
        with_neighbours=False,
    )
    _set_vacancy(state, 1.0)
    for years, vacancy in enumerate(run(120)[11::12], start=1):
        wanted = (1 + frailty * rate * years) ** (-1 / frailty)
        # Four standard errors; half a point for the 16 classes that stand for the gamma.
        assert abs(vacancy - wanted) < 4 * math.sqrt(wanted * (1 - wanted) / n) + 0.005


@pytest.mark.statistical
@pytest.mark.parametrize("frailty", [0.5, 2.0])
def test_with_frailty_the_starting_state_is_that_of_mixed_renewal_processes(frailty):
    """Vacancy, and its part beyond three years, at the start and ten years later."""
    n = 40_000
    t = np.linspace(0, 120, 40_001)
    fading = 0.3 * t + 1.1 * (1 - np.exp(-t))
    u = (np.arange(400) + 0.5) / 400
    vacant, long = [], []
    for ease in scipy.stats.gamma.ppf(u, 1 / frailty, scale=frailty):
        standing = np.exp(-ease * fading)
        spell = np.trapezoid(standing, t) + standing[-1] / (0.3 * ease)
        share = spell / (spell + 1 / 0.09)
        vacant.append(share)
        long.append(share * (1 - np.trapezoid(standing[t <= 3], t[t <= 3]) / spell))
    vacancy, beyond_three = np.mean(vacant), np.mean(long)
    state, run = _town(n, with_margins=False, with_neighbours=False, reletting_frailty=frailty)
    for months in (1, 120):
        found = run(months)[-1]
        found_long = np.mean(
            (state["premises.months_vacant"] >= 36) & (state["premises.is_open"] == 0)
        )
        assert abs(found - vacancy) < 3 * math.sqrt(vacancy * (1 - vacancy) / n) + 0.002
        assert abs(found_long - beyond_three) < 3 * math.sqrt(beyond_three / n) + 0.002


# With feedback: when does a centre collapse? -----------------------------------------------------


def _probabilities(is_open, start, outside_share, gamma, response, margin_at_start):
    """Monthly probabilities of closure and reletting when a share of all premises is open.

    At the open share `start`, shops have their starting margin and the outside has `outside_share`
    of all spending.
    """
    pull = (is_open / start) ** gamma
    outside = outside_share / (1 - outside_share)
    turnover = pull / (is_open / start * pull + outside)
    turnover_at_start = 1 / (1 + outside)
    margin = (1 + margin_at_start) * turnover / turnover_at_start - 1
    with np.errstate(over="ignore"):
        close = -np.expm1(-0.09 / 12 * np.exp(-response * margin))
        let = -np.expm1(-1.4 / 12 * np.exp(response * margin))
    return close, let


@cache
def _equilibria(vacancy, outside_share, gamma, response):
    """Equilibrium vacancies, at which closures equal openings: the stable and the unstable ones."""
    start = 1 - vacancy
    low, high = -0.45, 0.45  # margins
    for _ in range(60):
        margin = (low + high) / 2
        close, let = _probabilities(start, start, outside_share, gamma, response, margin)
        low, high = (margin, high) if start * close > vacancy * let else (low, margin)
    is_open = np.linspace(1e-5, 1 - 1e-5, 400_001)
    close, let = _probabilities(is_open, start, outside_share, gamma, response, margin)
    opening = (1 - is_open) * let - is_open * close
    turns = np.flatnonzero(np.sign(opening[1:]) != np.sign(opening[:-1]))
    stable = [1 - is_open[i] for i in turns if opening[i] > 0]
    unstable = [1 - is_open[i] for i in turns if opening[i] <= 0]
    return sorted(stable), sorted(unstable)


def _end(start, vacancy, outside_share, gamma, response, years=60):
    """Mean vacancy over the last ten years of a run that starts at `start`."""
    state, run = _town(
        PREMISES,
        starting_vacancy=vacancy,
        reletting_rate_slow=1.4,
        outside_share_comparison=outside_share,
        open_share_elasticity=gamma,
        closure_margin_response=response,
        reletting_margin_response=response,
    )
    _set_vacancy(state, start)
    return run(12 * years)[-120:].mean()


ONE_STATE = {
    "the default": (0.10, 0.25, 0.25, 3.0),
    "strong neighbours, but a captive market": (0.06, 0.0, 2.5, 6.0),
    "a weak market, but weak neighbours": (0.06, 0.9, 0.05, 6.0),
    "shortly before the fold": (0.06, 0.9, 0.22, 6.0),
}
TWO_STATES = {
    "shortly after the fold": (0.06, 0.9, 0.32, 6.0),
    "strong neighbours in a weak market": (0.06, 0.9, 1.0, 6.0),
    "stronger neighbours, modest responses": (0.06, 0.95, 2.0, 3.0),
    "half a market, very strong neighbours": (0.06, 0.5, 2.5, 6.0),
}


@pytest.mark.parametrize("case", _cases(ONE_STATE))
def test_where_theory_has_one_state_every_start_leads_there(case):
    stable, unstable = _equilibria(*ONE_STATE[case])
    assert len(stable) == 1 and not unstable
    assert stable[0] == pytest.approx(ONE_STATE[case][0], abs=1e-4)
    for start in (0.0, 0.5, 0.97):
        assert _end(start, *ONE_STATE[case]) == pytest.approx(stable[0], abs=0.012)


@pytest.mark.parametrize("case", _cases(TWO_STATES))
def test_where_theory_has_two_states_the_start_decides(case):
    """A centre recovers or collapses on either side of the unstable vacancy."""
    stable, unstable = _equilibria(*TWO_STATES[case])
    assert len(stable) == 2 and len(unstable) == 1
    lively, dead = stable
    assert _end(0.0, *TWO_STATES[case]) == pytest.approx(lively, abs=0.012)
    assert _end(unstable[0] - 0.25 * (unstable[0] - lively), *TWO_STATES[case]) == pytest.approx(
        lively, abs=0.012
    )
    assert _end(unstable[0] + 0.25 * (dead - unstable[0]), *TWO_STATES[case]) == pytest.approx(
        dead, abs=0.012
    )


def _closures_speed_up(v, vacancy, outside_share, gamma, response):
    """The criterion of the model's description, at the vacancy v.

    Revenue per shop falls with further closures if a (1 - sigma) > 1, with a = 1 + gamma the
    elasticity of the centre's attraction to its open shops and sigma its market share; it falls
    faster than reletting catches up if (k_c + k_r) (R / C) [a (1 - sigma) - 1] > 1 / v.
    """
    margin_at_start = math.log(0.09 / 1.4 * (1 - vacancy) / vacancy) / (2 * response)
    outside = outside_share / (1 - outside_share)
    pull = ((1 - v) / (1 - vacancy)) ** gamma
    total = (1 - v) / (1 - vacancy) * pull
    revenue_over_costs = (1 + margin_at_start) * pull / (total + outside) * (1 + outside)
    gain = (1 + gamma) * outside / (total + outside) - 1
    return gain > 0 and 2 * response * revenue_over_costs * gain > 1 / v


@pytest.mark.parametrize("case", [*ONE_STATE, *TWO_STATES])
def test_the_criterion_of_collapse_separates_unstable_from_stable_equilibria(case):
    parameters = (ONE_STATE | TWO_STATES)[case]
    stable, unstable = _equilibria(*parameters)
    assert not any(_closures_speed_up(v, *parameters) for v in stable)
    assert all(_closures_speed_up(v, *parameters) for v in unstable)
