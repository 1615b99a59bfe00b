"""Towns whose vacancy drifts, with known spread and persistence."""

from __future__ import annotations

import numpy as np
import pandas as pd


def towns(
    *,
    mean: float = 0.08,
    rise: float = 0.02,
    spread: float = 0.03,
    persistence: float = 0.8,
    n_towns: int = 150,
    n_premises: int | None = None,
    seed: int,
) -> pd.DataFrame:
    """Return vacancy of towns in 2014 and 2019.

    Parameters
    ----------
    mean, rise, spread
        Mean of 2014, its rise, and the standard deviation between towns in both years.
    persistence
        Correlation of both years.
    n_premises
        Premises counted in each town; without, vacancy is known exactly.
    """
    rng = np.random.default_rng(seed)
    first = rng.normal(size=n_towns)
    second = persistence * first + np.sqrt(1 - persistence**2) * rng.normal(size=n_towns)
    parts = []
    for year, level, score in ((2014, mean, first), (2019, mean + rise, second)):
        vacancy = np.clip(level + spread * score, 0, 1)
        table = pd.DataFrame({"town": np.arange(n_towns), "year": year, "vacancy": vacancy})
        if n_premises:
            table["vacancy"] = rng.binomial(n_premises, vacancy) / n_premises
            table["n_premises"] = n_premises
        parts.append(table)
    return pd.concat(parts, ignore_index=True)
