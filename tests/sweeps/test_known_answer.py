"""A sweep over Ishigami's function finds its known Sobol' indices."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np
import pytest
from SALib.analyze import sobol

from sim.experiments.designs import Design
from sim.experiments.factors import Factor
from sim.experiments.plan import plan_model
from sim.experiments.run import Outcome, Run
from sim.experiments.running import Options, fill

A, B = 7.0, 0.1


@dataclass(frozen=True)
class Ishigami:
    """A function of three angles (Ishigami and Homma 1990, doi 10.1109/ISUMA.1990.151285)."""

    outputs: tuple[str, ...] = ("y",)
    horizons: tuple[int, ...] = (1,)
    kept: tuple[str | int, ...] = ()

    def __call__(self, run: Run) -> Outcome:
        x1, x2, x3 = (run.values[name] for name in ("x1", "x2", "x3"))
        y = np.sin(x1) + A * np.sin(x2) ** 2 + B * x3**4 * np.sin(x1)
        return Outcome(np.array([[y]]))


def test_indices_of_sobol_through_a_sweep_are_those_of_the_function(store):
    angles = tuple(
        Factor(name, float, distribution="uniform", low=-pi, high=pi) for name in ("x1", "x2", "x3")
    )
    design = Design("saltelli", angles, 2048, seed=3)
    plan = plan_model(Ishigami(), design)
    fill(store, plan, Options(executor="serial"))
    measured = store.results(["key", "status", "y"]).to_pandas().set_index("key")["y"]
    values = measured.loc[plan.table()["key"]].to_numpy()
    found = sobol.analyze(design.salib_problem, values, calc_second_order=False, seed=1)

    variance = A**2 / 8 + B * pi**4 / 5 + B**2 * pi**8 / 18 + 1 / 2
    first = np.array([(1 + B * pi**4 / 5) ** 2 / 2, A**2 / 8, 0.0])
    interaction = B**2 * pi**8 * (1 / 18 - 1 / 50)
    total = first + np.array([interaction, 0.0, interaction])
    assert found["S1"] == pytest.approx(first / variance, abs=0.02)
    assert found["ST"] == pytest.approx(total / variance, abs=0.02)
