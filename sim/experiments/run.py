"""A run, what it gives, and the interface of a model that the engine can run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Model", "Outcome", "Run", "Table"]

Table = Mapping[str, npt.NDArray[Any]]
"""Columns of equal length, by name."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Attributes
    ----------
    key : str
        Hash of everything that decides its outcome.
    arm : str
        Name of the arm; "baseline" for the one without interventions.
    rep : int
        Replication, which decides the random stream and the drawn parameters.
    seed : int
        0 to 2**63 - 1.
    values : mapping of str to value
        Of the factors that matter to this arm.
    is_rerun : bool
        Whether it repeats a replication with a second seed; only its measures are kept.
    """

    key: str
    arm: str
    rep: int
    seed: int
    values: Mapping[str, Any]
    is_rerun: bool = False


@dataclass(frozen=True)
class Outcome:
    """The outcome of a run.

    Attributes
    ----------
    measures : (horizons, outputs) float64 array
        nan where there is nothing to measure.
    tables : mapping of str to Table
        Whatever else is kept, by kind; see `sim.experiments.parts.KEPT`.
    """

    measures: npt.NDArray[np.float64]
    tables: Mapping[str, Table] = field(default_factory=dict)


class Model(Protocol):
    """A model: outputs at some horizons from the values of factors and a seed.

    It must give the same outcome for the same run in any process; a run that fails raises. Models
    are pickled to reach workers.

    Attributes
    ----------
    outputs : tuple of str
        Names of the columns of `Outcome.measures`.
    horizons : tuple of int
        Months after which it is measured.
    kept : tuple of str or int
        What else it keeps. It is part of the key of each run, as an outcome that lacks a table is
        another outcome.
    """

    outputs: tuple[str, ...]
    horizons: tuple[int, ...]
    kept: tuple[str | int, ...]

    def __call__(self, run: Run) -> Outcome:
        """Do a run."""
        ...
