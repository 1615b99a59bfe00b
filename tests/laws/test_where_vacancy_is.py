"""Vacant premises stand together where costs are common to a sector, and anywhere otherwise."""

import numpy as np
import pytest

from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation

TOWNS = 16
REACH = 2
"""Cells of 200 m."""


def _morans_i(state):
    """Moran's I of vacancy, row-standardised, among premises within reach of each other."""
    row, column = np.divmod(state["premises.cell_row"], state["cell.zone"].shape[1])
    distance = np.hypot(row[:, None] - row, column[:, None] - column)
    near = (distance <= REACH) & ~np.eye(row.size, dtype=bool)
    z = state["premises.is_open"].mean() - state["premises.is_open"]
    has_neighbours = near.any(axis=1)
    mean_nearby = (near @ z)[has_neighbours] / near.sum(axis=1)[has_neighbours]
    return (z[has_neighbours] * mean_nearby).mean() / (z**2).mean()


def _ensemble(share):
    """Moran's I of towns, and their vacancy in the centre less that of the neighbourhoods."""
    found = []
    for k in range(TOWNS):
        scenario = load_scenario("mid_sized_town").replace(
            with_drivers=False,
            with_demography=False,
            starting_vacancy=0.12,
            margin_spread=0.05,
            common_cost_share=share,
            decay_convenience=1.25,  # so that takings differ between places
            decay_comparison=0.35,
            territory_seed=k,
        )
        state = Simulation(scenario, seed=k).state
        is_open, zone = state["premises.is_open"], state["premises.zone"]
        found.append((_morans_i(state), is_open[zone == 2].mean() - is_open[zone == 0].mean()))
    return np.array(found).T


@pytest.mark.statistical
def test_common_costs_put_vacancy_together_and_away_from_the_centre():
    """Two years after the start, in towns that draw the same margins with and without them."""
    (alone, centre_alone), (common, centre_common) = _ensemble(0.0), _ensemble(1.0)
    assert abs(alone.mean()) < 3 * alone.std(ddof=1) / np.sqrt(TOWNS)
    more = common - alone
    assert more.mean() > 3 * more.std(ddof=1) / np.sqrt(TOWNS)
    emptier = centre_alone - centre_common
    assert emptier.mean() > 3 * emptier.std(ddof=1) / np.sqrt(TOWNS)
