"""Priors of parameters before any comparison with observations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from sim.errors import InputError, nearest
from sim.experiments.draws import Range, triangular, uncertain_ranges
from sim.kernels.arrays import Floats
from sim.scenario.posterior import DEFAULT
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS

__all__ = ["Prior", "Shape", "scenario_prior"]

Shape = Literal["triangular", "uniform"]


@dataclass(frozen=True)
class Prior:
    """Independent distributions of some parameters.

    Attributes
    ----------
    ranges : mapping of str to Range
        Range of each parameter.
    shape : {"triangular", "uniform"}
        Peaked at the mode, as in comparisons, or uniform over the range.
    """

    ranges: Mapping[str, Range]
    shape: Shape = "triangular"

    def __post_init__(self) -> None:
        if self.shape not in get_args(Shape):
            raise InputError(f"shape = {self.shape!r} is not one of {', '.join(get_args(Shape))}.")
        if not self.ranges:
            raise InputError("a calibration needs at least one parameter.")
        for name, within in self.ranges.items():
            if not within.low <= within.mode <= within.high or within.low == within.high:
                raise InputError(
                    f"{name}: {within.low:g} to {within.high:g} around {within.mode:g} is no range"
                    " in which it can be calibrated."
                )

    @property
    def names(self) -> tuple[str, ...]:
        """Parameters in the order of their columns."""
        return tuple(self.ranges)

    def values(self, unit: Floats) -> pd.DataFrame:
        """Map the unit cube to values by the quantile function; volumes are prior probabilities.

        Points in [0, 1), (n, parameters) float64, become rows, with one column per parameter.
        """
        columns = {}
        for (name, within), column in zip(self.ranges.items(), unit.T, strict=True):
            if self.shape == "uniform":
                columns[name] = within.low + column * (within.high - within.low)
            else:
                columns[name] = np.array([triangular(u, within) for u in column.tolist()])
        return pd.DataFrame(columns)

    def scaled(self, values: pd.DataFrame) -> Floats:
        """Scale values to their ranges: 0 at the lower end, 1 at the upper."""
        low = np.array([within.low for within in self.ranges.values()])
        high = np.array([within.high for within in self.ranges.values()])
        found: Floats = (values[list(self.names)].to_numpy(np.float64) - low) / (high - low)
        return found

    def sample(self, n: int, seed: int = 0) -> pd.DataFrame:
        """Return independent draws in rows."""
        return self.values(np.random.default_rng(seed).random((n, len(self.ranges))))

    def to_pyabc(self) -> Any:
        """Return the prior as a ``pyabc.Distribution``."""
        import pyabc

        variables = {}
        for name, within in self.ranges.items():
            width = within.high - within.low
            peak = [] if self.shape == "uniform" else [(within.mode - within.low) / width]
            kind = "uniform" if self.shape == "uniform" else "triang"
            variables[name] = pyabc.RV(kind, *peak, within.low, width)
        return pyabc.Distribution(**variables)

    def describe(self) -> dict[str, Any]:
        """Describe the prior as JSON values."""
        ranges = {n: {"low": r.low, "mode": r.mode, "high": r.high} for n, r in self.ranges.items()}
        return {"shape": self.shape, "ranges": ranges}


def scenario_prior(
    scenario: Scenario,
    parameters: Iterable[str],
    *,
    shape: Shape = "triangular",
    ranges: Mapping[str, Range] | None = None,
) -> Prior:
    """Return the prior of some parameters over their plausible ranges, as in comparisons.

    The scenario's values are the modes. The default posterior counts for nothing: it stands on data
    that this calibration may use again. Ranges replace plausible ones, and parameters without a
    plausible one require them; raise `InputError` without any, or for an unknown name.
    """
    if scenario.posterior == DEFAULT:
        scenario = replace(scenario, posterior=None)
    known = uncertain_ranges(scenario) | dict(ranges or {})
    names = list(parameters)
    for name in [*names, *(ranges or {})]:
        if name not in PARAMETERS:
            raise InputError(f"unknown parameter '{name}'.{nearest(name, known)}")
        if name not in known:
            raise InputError(f"{name} has no plausible range; state one to calibrate it.")
        if name not in names:
            raise InputError(f"a range is stated for {name}, which is not calibrated.")
    return Prior({name: known[name] for name in names}, shape)
