"""The placebo finds nothing: intervals of a zero effect contain 0 at their nominal rate or more."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiments.comparison import compare_arms
from sim.experiments.inference import mean_effect
from sim.scenario.scenario import load_scenario
from tests.reference.towns import SMALL

EXPERIMENTS = 200
REPS = 10


@pytest.mark.corpus
def test_nine_experiments_in_ten_find_no_difference_between_equal_towns():
    """200 small experiments, baseline against baseline, each arm with its own seeds.

    All come from one set of runs, cut into experiments of ten replications: no run is used twice,
    so they are independent.
    """
    town = load_scenario("mid_sized_town").replace(**SMALL, months=36)
    found = compare_arms(
        town,
        {"same": town},
        seed=2027,
        reps=EXPERIMENTS * REPS,
        fixed_parameters=True,
        independent=True,
    )
    names = ("closures", "closure_rate_town_centre", "project_births", "participation")
    measured = found.differences(*names, horizon=36)
    for name in names:
        differences = measured[name].to_numpy().reshape(EXPERIMENTS, REPS)
        effects = [mean_effect(d) for d in differences]
        held = np.mean([e.lo90 <= 0 <= e.hi90 for e in effects])
        error = np.sqrt(0.9 * 0.1 / EXPERIMENTS)
        assert held >= 0.9 - 2.4 * error, (name, held)
