"""Each sector has its own distance decay, exponential or a power law."""

import numpy as np
import pytest

from sim.start.distance_decay import OFFSET
from sim.territory.territory import SECTORS
from tests.reference.towns import small_town

POWER_LAW = {"decay_form_comparison": "power_law", "decay_exponent_comparison": 1.3}


def _brute_access(run, sector, decay):
    """Attraction within reach of each cell: a sum over all pairs of cells."""
    attraction = run.state["cell.attraction"][sector].astype(float)
    rows, columns = attraction.shape
    y, x = np.divmod(np.arange(rows * columns), columns)
    steps = np.abs(y[:, None] - y) + np.abs(x[:, None] - x)
    return (decay(steps * run.state["town.cell_km"][0]) @ attraction.ravel()).reshape(rows, columns)


def test_a_sector_with_a_power_law_trades_by_it_up_to_the_error_of_its_exponentials():
    run = small_town(**POWER_LAW)
    run.run(1)
    access = _brute_access(run, 1, lambda km: (1 + km / OFFSET) ** -1.3)
    np.testing.assert_allclose(run.state["cell.access"][1], access, rtol=0.005)
    outside = run.state["sector.outside_attraction"][1] * run.state["driver.periphery"][0]
    leaked = (run.state["cell.consumers"] * outside / (access + outside)).sum()
    spending = run.state["sector.consumer_spending"][1] * (1 - run.state["driver.online_share"][1])
    assert run.state["sector.spent_outside"][1] == pytest.approx(leaked * spending, rel=0.005)


def test_the_other_sectors_trade_to_the_bit_as_before():
    own = {"common_cost_share": 0.0}  # no margin depends on what other premises take
    as_before, run = small_town(**own), small_town(**own, **POWER_LAW)
    for name in ("cell.access", "cell.revenue_per_attraction"):
        for s in (0, 2):
            # Before the first month, since events of all sectors soon meet.
            assert run.state[name][s].tobytes() == as_before.state[name][s].tobytes()
    decay = run.values["decay_convenience"]
    run.run(1)
    access = _brute_access(run, 0, lambda km: np.exp(-decay * km))
    np.testing.assert_allclose(run.state["cell.access"][0], access, rtol=1e-5)


@pytest.mark.parametrize("sector", SECTORS)
def test_the_larger_the_exponent_the_nearer_people_shop(sector):
    def reach(exponent):
        settings = {f"decay_form_{sector}": "power_law", f"decay_exponent_{sector}": exponent}
        state = small_town(**settings).state
        s = SECTORS.index(sector)
        return float(state["sector.decay_weight"][s] @ np.exp(-5 * state["sector.decay"][s]))

    assert reach(0.5) > reach(1.0) > reach(2.0) > reach(4.0)
