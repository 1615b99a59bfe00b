"""Read the priors of the retail half, and what bears on each parameter."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.calibration import Prior
from sim.experiments.draws import Range

PATH = Path(__file__).with_name("priors.toml")

FITS = ("simulated", "own")


@dataclass(frozen=True)
class Entry:
    """The prior of a parameter: a range, how it is fitted, to which figures, and why this range.

    ``drawn`` is the part of the range that agrees with the figures, for parameters drawn without
    simulation; by default all of it.
    """

    low: float
    high: float
    fit: str
    figures: tuple[str, ...]
    reason: str
    drawn: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"the prior from {self.low} to {self.high} is empty")
        if self.fit not in FITS or not self.figures or not self.reason:
            raise ValueError(f"fit in {FITS}, figures and a reason are needed")


def load_priors(path: Path = PATH) -> dict[str, Entry]:
    """Return the prior of each parameter."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        name: Entry(**{key: tuple(v) if isinstance(v, list) else v for key, v in row.items()})
        for name, row in table.items()
    }


def prior_of(entries: Mapping[str, Entry], fit: str) -> Prior:
    """Return even distributions of the parameters fitted in one way, over what is drawn."""
    ranges = {}
    for name, entry in entries.items():
        if entry.fit == fit:
            low, high = entry.drawn or (entry.low, entry.high)
            ranges[name] = Range(low, (low + high) / 2, high)
    return Prior(ranges, "uniform")


def draw(prior: Prior, seed: int) -> dict[str, float]:
    """Draw one set of values."""
    row = prior.values(np.random.default_rng(seed).random((1, len(prior.names))))
    return {name: float(value) for name, value in row.iloc[0].items()}
