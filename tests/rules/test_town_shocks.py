"""Each town has a fortune of its own, which it shares with its other arms."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from sim.processes import town_shocks
from sim.simulation.simulation import Simulation
from tests.reference.towns import small_town

next_shock = town_shocks.next_shock.py_func


def _shocks(seed, months, **parameters):
    run = small_town(seed, **parameters)
    drawn = []
    for _ in range(months):
        run.step()
        drawn.append(run.state["town.spending_shock"][0])
    return np.array(drawn)


def test_of_a_shock_37_per_cent_remain_after_its_memory():
    p = SimpleNamespace(town_shock_spread=0.1, town_shock_memory=5.0)
    shock = 0.2
    for _ in range(60):
        shock = next_shock(shock, 0.0, p)
    assert shock == pytest.approx(0.2 / math.e)


@pytest.mark.parametrize("memory", [0.1, 1.0, 20.0])
def test_the_spread_of_shocks_lasts(memory):
    """Var(x') = rho^2 Var(x) + spread^2 (1 - rho^2), which keeps spread^2."""
    p = SimpleNamespace(town_shock_spread=0.07, town_shock_memory=memory)
    kept, news = next_shock(1.0, 0.0, p), next_shock(0.0, 1.0, p)
    assert (kept * 0.07) ** 2 + news**2 == pytest.approx(0.07**2)


def test_shocks_over_many_towns_have_the_stated_spread_and_memory():
    state = small_town().state.copy()
    values = small_town(town_shock_spread=0.1, town_shock_memory=1.0).values
    drawn = []
    for seed in range(300):
        state["town.spending_shock"] = 0
        step = town_shocks.PROCESS.bind(state, values, seed)
        drawn.append([(step(m, m), state["town.spending_shock"][0])[1] for m in range(60)])
    drawn = np.array(drawn)
    assert abs(drawn[:, -1].mean()) < 3 * 0.1 / math.sqrt(300)
    assert drawn[:, -1].std() == pytest.approx(0.1, rel=0.15)
    assert np.corrcoef(drawn[:, 36], drawn[:, 48])[0, 1] == pytest.approx(math.exp(-1), abs=0.15)
    # A first month without a past has only its own news.
    assert drawn[:, 0].std() == pytest.approx(0.1 * math.sqrt(1 - math.exp(-1 / 6)), rel=0.15)


def test_a_town_starts_in_step_with_the_country_and_stays_so_during_the_spin_up():
    assert small_town(town_shock_spread=0.3, spin_up=24).state["town.spending_shock"][0] == 0.0


def test_all_sectors_share_the_shock():
    calm, run = (small_town(seed=5, town_shock_spread=spread) for spread in (0.0, 0.3))
    for _ in range(24):
        calm.step()
        run.step()
        factor = math.exp(run.state["town.spending_shock"][0])
        wanted = factor * calm.state["sector.consumer_spending"]
        np.testing.assert_allclose(run.state["sector.consumer_spending"], wanted, rtol=1e-12)


def test_arms_of_a_comparison_share_the_fortune_of_their_town_and_seeds_do_not():
    alone = small_town(seed=2, town_shock_spread=0.1)
    helped = Simulation(alone.scenario.add("rent_relief", "anchor_closure"), 2)
    alone.run(36)
    helped.run(36)
    assert alone.state["town.spending_shock"] == helped.state["town.spending_shock"]
    first, other = _shocks(1, 3, town_shock_spread=0.1), _shocks(2, 3, town_shock_spread=0.1)
    assert np.all(first != other)


def test_a_town_in_luck_keeps_more_shops_open():
    """Over ten years, vacancy falls with the mean shock of the town."""
    luck, vacancy = [], []
    for seed in range(12):
        run = small_town(seed, town_shock_spread=0.3, town_shock_memory=10.0)
        calm = small_town(seed, town_shock_spread=0.0)
        shocks = []
        for _ in range(120):
            run.step()
            shocks.append(run.state["town.spending_shock"][0])
        calm.run(120)
        luck.append(np.mean(shocks))
        vacancy.append(run.measure()["retail_vacancy"] - calm.measure()["retail_vacancy"])
    assert np.corrcoef(luck, vacancy)[0, 1] < -0.5
