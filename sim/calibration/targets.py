"""Targets: observed figures with their error and the model's discrepancy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.errors import InputError, nearest
from sim.kernels.arrays import Floats
from sim.registry.parameters import Evidence

__all__ = ["Target", "check_targets", "figures_of"]


@dataclass(frozen=True)
class Target:
    """An observed figure.

    Attributes
    ----------
    name : str
        Name among the figures of a simulation.
    observed : float
        Observed value.
    error : float
        Standard deviation of the observation around the truth.
    discrepancy : float
        Standard deviation of the truth around the model's value at its best parameters.
    unit : str
        Unit of all three.
    source, evidence : str
        Source of the figure, and how well it is known.
    tolerance_source : str
        Basis of `error` and `discrepancy`.
    """

    name: str
    observed: float
    error: float
    discrepancy: float
    unit: str
    source: str
    evidence: Evidence
    tolerance_source: str = "a judgement"

    def __post_init__(self) -> None:
        figures = (self.observed, self.error, self.discrepancy)
        if not all(map(math.isfinite, figures)) or min(self.error, self.discrepancy) < 0:
            raise InputError(
                f"target {self.name}: its figures must be finite, and spreads positive."
            )
        if self.tolerance == 0:
            raise InputError(
                f"target {self.name}: error and discrepancy are both 0, which no model can meet."
            )

    @property
    def tolerance(self) -> float:
        """Standard deviation of the observation around the model's value at its best parameters."""
        return math.hypot(self.error, self.discrepancy)

    def describe(self) -> dict[str, Any]:
        """Describe the target as JSON values."""
        return asdict(self)


def check_targets(targets: Sequence[Target]) -> None:
    """Check that there are targets and that their names differ."""
    names = [target.name for target in targets]
    if not names:
        raise InputError("a calibration needs at least one target.")
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"two targets are called '{name}'.")


def figures_of(found: Mapping[str, float], targets: Sequence[Target]) -> Floats:
    """Return the figures of a simulation in the order of the targets.

    Raises
    ------
    InputError
        If a figure is missing.
    """
    for target in targets:
        if target.name not in found:
            hint = nearest(target.name, found)
            raise InputError(f"the simulation gives no figure '{target.name}'.{hint}")
    return np.array([found[target.name] for target in targets], np.float64)
