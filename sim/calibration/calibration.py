"""What a calibration gives, whichever method it is by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.calibration.priors import Prior
from sim.calibration.targets import Target
from sim.scenario.posterior import Posterior, save_posterior
from sim.scenario.schema import PARAMETERS
from sim.version import package_version

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Calibration", "Progress", "Simulate", "spawned_seed"]

Simulate = Callable[[Mapping[str, float], int], Mapping[str, float]]
"""Figures by name from values of the parameters and a seed; raises `InputError` where a simulation
cannot start from these values."""

Progress = Callable[[int], Any]
"""Called after each simulation with how many are done."""


def spawned_seed(seed: int, *key: int) -> int:
    """A seed from 0 to 2**63 - 1 that hangs on another and on some numbers alone."""
    spawned = np.random.SeedSequence(seed, spawn_key=key).generate_state(1, np.uint64)
    return int(spawned[0] >> np.uint64(1))


@dataclass(frozen=True)
class Calibration:
    """What is left of a prior.

    Attributes
    ----------
    method : str
        In words.
    prior : Prior
    targets : tuple of Target
    draws : pandas.DataFrame
        A column a parameter; rows of equal weight. Empty where nothing of the prior is left.
    rounds : pandas.DataFrame
        How it went: a row a population or wave.
    seed : int
    """

    method: str
    prior: Prior
    targets: tuple[Target, ...]
    draws: pd.DataFrame
    rounds: pd.DataFrame
    seed: int

    def interval(self, share: float = 0.9) -> pd.DataFrame:
        """The central interval of each parameter, a row each: ``low``, ``median``, ``high``."""
        quantiles = self.draws.quantile([(1 - share) / 2, 0.5, (1 + share) / 2])
        quantiles.index = ["low", "median", "high"]
        return quantiles.T

    def write(self, path: Path | str, **about: Any) -> Posterior:
        """Write what is left as a posterior that a scenario can name.

        Parameters
        ----------
        path : Path or str
            File ending in ``.parquet``.
        **about
            More that the file is to say of itself, as JSON values, such as the scenario's name.

        Raises
        ------
        InputError
            If nothing is left, a parameter is none of the model's, or the file cannot be written.
        """
        draws = self.draws.copy()
        for name in self.prior.names:
            if name in PARAMETERS and PARAMETERS[name].kind is int:
                draws[name] = draws[name].round()
        return save_posterior(path, draws, self.describe() | about)

    def describe(self) -> dict[str, Any]:
        """How the draws were found, as JSON values."""
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
