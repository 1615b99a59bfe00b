"""A run, its outcome, and the interface of models for the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy.typing as npt

from sim.kernels.arrays import Floats

__all__ = ["Model", "Outcome", "Run", "Table"]

Table = Mapping[str, npt.NDArray[Any]]
"""Columns of equal length, by name."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Attributes
    ----------
    key : str
        Hash of everything that determines its outcome.
    arm : str
        Name of the arm; "baseline" for the one without interventions.
    rep : int
        Replication, which determines the random streams and the drawn parameters.
    seed : int
        0 to 2**63 - 1.
    values : mapping of str to value
        Values of the factors that reach this arm.
    is_rerun : bool
        Whether it repeats a replication with a second seed; only its measures are kept.
    known : tuple of int
        Horizons at which it has been measured before; only what comes later is stored.
    """

    key: str
    arm: str
    rep: int
    seed: int
    values: Mapping[str, Any]
    is_rerun: bool = False
    known: tuple[int, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """The outcome of a run.

    Attributes
    ----------
    measures : (horizons, outputs) float64 array
        Measures; nan without anything to measure.
    tables : mapping of str to Table
        Further tables by kind; see `sim.experiments.parts.KEPT`.
    """

    measures: Floats
    tables: Mapping[str, Table] = field(default_factory=dict)


class Model(Protocol):
    """A model: outputs at some horizons from the values of factors and a seed.

    It must return the same outcome for the same run in any process, and raise if the run fails.
    Models are pickled for workers.

    Attributes
    ----------
    outputs : tuple of str
        Names of the columns of `Outcome.measures`.
    horizons : tuple of int
        Months after which to measure.
    kept : tuple of str or int
        Further tables that it keeps. They are part of the key of each run, since an outcome without
        a table is another outcome.
    """

    outputs: tuple[str, ...]
    horizons: tuple[int, ...]
    kept: tuple[str | int, ...]

    def __call__(self, run: Run) -> Outcome:
        """Do a run."""
        ...
