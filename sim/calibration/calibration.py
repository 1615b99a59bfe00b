"""The result of a calibration, common to all methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.calibration.priors import Prior
from sim.calibration.targets import Target, figures_of
from sim.errors import InputError
from sim.kernels.arrays import Floats
from sim.scenario.posterior import Posterior, save_posterior
from sim.scenario.schema import PARAMETERS
from sim.version import package_version

__all__ = ["Calibration", "Progress", "Simulate", "Simulations", "spawned_seed"]

Simulate = Callable[[Mapping[str, float], int], Mapping[str, float]]
"""Returns figures by name from parameter values and a seed; raises `InputError` if a simulation
cannot start from these values."""

Progress = Callable[[int], Any]
"""Called after each simulation with the number done."""


def spawned_seed(seed: int, *key: int) -> int:
    """Derive a seed from 0 to 2**63 - 1 from another seed and some numbers."""
    spawned = np.random.SeedSequence(seed, spawn_key=key).generate_state(1, np.uint64)
    return int(spawned[0] >> np.uint64(1))


class Simulations:
    """Simulations one after the other, each with its own seed, spawned from a seed and a key.

    `figures` returns those of the targets.
    """

    def __init__(
        self,
        simulate: Simulate,
        targets: Sequence[Target],
        seed: tuple[int, ...],
        progress: Progress | None,
    ) -> None:
        self._simulate, self._targets = simulate, targets
        self._seed, self._progress = seed, progress
        self.done = 0
        self.told = "a figure is missing."

    def figures(self, values: Mapping[str, float]) -> Floats:
        """Return the figures in the order of the targets; nan if the simulation cannot start."""
        seed = spawned_seed(*self._seed, self.done)
        self.done += 1
        try:
            found = self._simulate(values, seed)
        except InputError as error:
            self.told = str(error)
            found = dict.fromkeys((target.name for target in self._targets), np.nan)
        figures = figures_of(found, self._targets)
        if self._progress:
            self._progress(self.done)
        return figures


@dataclass(frozen=True)
class Calibration:
    """The part of a prior that a calibration leaves.

    Attributes
    ----------
    method : str
        Method in words.
    prior : Prior
    targets : tuple of Target
    draws : pandas.DataFrame
        One column per parameter, rows of equal weight. Empty if nothing of the prior is left.
    rounds : pandas.DataFrame
        Progress, one row per population or wave.
    seed : int
    """

    method: str
    prior: Prior
    targets: tuple[Target, ...]
    draws: pd.DataFrame
    rounds: pd.DataFrame
    seed: int

    def interval(self, share: float = 0.9) -> pd.DataFrame:
        """Return the central interval of each parameter in rows: ``low``, ``median``, ``high``."""
        quantiles = self.draws.quantile([(1 - share) / 2, 0.5, (1 + share) / 2])
        quantiles.index = ["low", "median", "high"]
        return quantiles.T

    def write(self, path: Path | str, **about: Any) -> Posterior:
        """Write the draws as a posterior that a scenario can name.

        Parameters
        ----------
        path : Path or str
            File ending in ``.parquet``.
        **about
            Further metadata as JSON values, such as the scenario's name.

        Raises
        ------
        InputError
            If there are no draws, a parameter is unknown, or the file cannot be written.
        """
        draws = self.draws.copy()
        for name in self.prior.names:
            if name in PARAMETERS and PARAMETERS[name].kind is int:
                draws[name] = draws[name].round()
        return save_posterior(path, draws, self.describe() | about)

    def describe(self) -> dict[str, Any]:
        """Describe the calibration as JSON values."""
        return {
            "method": self.method,
            "seed": self.seed,
            "prior": self.prior.describe(),
            "targets": [target.describe() for target in self.targets],
            "rounds": [
                {key: None if value != value else value for key, value in row.items()}
                for row in self.rounds.to_dict("records")
            ],
            "package_version": package_version(),
        }
