"""The placebo finds nothing: intervals of an effect that is nil hold 0 as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiments.effects import mean_effect
from sim.experiments.execution import execute, worker_number
from sim.experiments.one_run import Runs
from sim.measures.registry import OUTCOMES
from sim.scenario.scenario import load_scenario
from tests.reference.towns import SMALL

EXPERIMENTS = 200
REPS = 10


@pytest.mark.statistical
def test_nine_experiments_in_ten_find_no_difference_between_equal_towns():
    """200 small experiments, baseline against baseline, each arm with luck of its own.

    All come from one set of runs, which is cut into experiments of ten replications: no run serves
    twice, so they are as independent as if each had been started by itself.
    """
    town = load_scenario("mid_sized_town").replace(**SMALL, months=36)
    runs = Runs((town, town), 2027, EXPERIMENTS * REPS, fixed_parameters=True, independent=True)
    measured = np.empty((2, EXPERIMENTS * REPS, len(OUTCOMES)))
    for run, outcome in execute(runs, worker_number(None)):
        measured[run.arm, run.rep] = outcome.measures[-1]
    names = list(OUTCOMES)
    for name in ("closures", "closure_rate_town_centre", "project_births", "participation"):
        at = names.index(name)
        differences = (measured[1, :, at] - measured[0, :, at]).reshape(EXPERIMENTS, REPS)
        effects = [mean_effect(d) for d in differences]
        held = np.mean([e.lo90 <= 0 <= e.hi90 for e in effects])
        assert 0.85 <= held <= 0.95, (name, held)
