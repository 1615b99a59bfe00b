"""A run of a sweep, what it gives, and what a model is that can be swept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Model", "Outcome", "Run"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Attributes
    ----------
    key : str
        Hash of everything that decides its outcome.
    arm : str
        What is done to the territory; "baseline" for nothing.
    rep : int
        Replication, which decides luck and drawn parameters.
    seed : int
        Luck of the run, 0 to 2**63 - 1.
    values : mapping of str to value
        Of the factors that matter to this arm.
    """

    key: str
    arm: str
    rep: int
    seed: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a run gives.

    Attributes
    ----------
    measures : (horizons, outputs) float64 array
        nan where there is nothing to measure.
    series : (months, series) float64 array, optional
        Where courses over time are kept.
    """

    measures: Floats
    series: Floats | None = None


class Model(Protocol):
    """What can be swept: outputs at some horizons from the values of factors and a seed.

    It must give the same outcome for the same run, in whatever process; a run that fails raises.
    Models are pickled to reach workers.

    Attributes
    ----------
    outputs : tuple of str
        Names of the columns of an outcome.
    horizons : tuple of int
        Months after which it is measured.
    series : tuple of str
        Names of the columns of courses over time; empty where none are kept.
    """

    outputs: tuple[str, ...]
    horizons: tuple[int, ...]
    series: tuple[str, ...]

    def __call__(self, run: Run) -> Outcome:
        """Do a run."""
        ...
