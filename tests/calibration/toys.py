"""Cheap stochastic models with planted parameters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.calibration import Prior, Target
from sim.experiments.draws import Range

TIME = np.linspace(0.0, 1.0, 20)

LINE_PRIOR = Prior({"level": Range(-2, 0, 2), "slope": Range(-3, 0, 3)}, "uniform")


def line(values: Mapping[str, float], seed: int) -> dict[str, float]:
    """Means of the two halves of a noisy line."""
    noise = np.random.default_rng(seed).normal(0.0, 0.5, TIME.size)
    seen = values["level"] + values["slope"] * TIME + noise
    return {"early": float(seen[:10].mean()), "late": float(seen[10:].mean())}


BEND_PRIOR = Prior({name: Range(0.0, 0.5, 1.0) for name in "abc"}, "uniform")


def bend(values: Mapping[str, float], seed: int) -> dict[str, float]:
    """Three bent functions of three parameters, with noise."""
    a, b, c = values["a"], values["b"], values["c"]
    luck = np.random.default_rng(seed).normal(0.0, (0.03, 0.05, 0.03))
    return {
        "x": a + 0.5 * b**2 + luck[0],
        "y": float(np.exp(a)) * (1 + b) + luck[1],
        "z": c - a * b + luck[2],
    }


def planted(found: Mapping[str, float], error: float, discrepancy: float = 0.0) -> list[Target]:
    """Targets equal to the figures of a simulation."""
    return [
        Target(name, value, error, discrepancy, "1", "planted", "assumed")
        for name, value in found.items()
    ]
