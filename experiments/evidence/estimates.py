"""Shape of every answer: a figure with its 90 % interval, and the standard intervals behind it.

Sources: Wilson (1927) for shares, :doi:`10.1080/01621459.1927.10502953`; Garwood (1936) for rates,
:doi:`10.2307/2333958`; Efron (1987) for the bootstrap, :doi:`10.1080/01621459.1987.10478410`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

LEVEL = 0.90
"""Level of all intervals."""

Z = float(norm.ppf(0.5 + LEVEL / 2))


class Estimate(NamedTuple):
    """One figure: its name as in ``bands.toml``, value, 90 % interval, size of sample and unit."""

    figure: str
    value: float
    low: float
    high: float
    n: int
    unit: str


def share(figure: str, hits: int, n: int) -> Estimate:
    """Estimate a share in [0, 1] with Wilson's interval; without cases it is not a number."""
    if n == 0:
        return Estimate(figure, np.nan, 0.0, 1.0, 0, "1")
    low, high = proportion_confint(hits, n, alpha=1 - LEVEL, method="wilson")
    return Estimate(figure, hits / n, float(low), float(high), int(n), "1")


def rate(figure: str, events: int, years: float) -> Estimate:
    """Estimate a yearly rate with Garwood's exact interval; ``n`` counts the events."""
    if years <= 0:
        return Estimate(figure, np.nan, 0.0, np.inf, 0, "1/year")
    low, high = confint_poisson(events, years, method="exact-c", alpha=1 - LEVEL)
    return Estimate(figure, events / years, float(low), float(high), int(events), "1/year")


def normal(figure: str, value: float, error: float, n: int, unit: str) -> Estimate:
    """Estimate with a normal interval around ``value`` and standard error ``error``."""
    return Estimate(figure, float(value), value - Z * error, value + Z * error, int(n), unit)


def bootstrap(
    figure: str,
    statistic: Callable[[np.ndarray], np.ndarray],
    rows: np.ndarray,
    unit: str,
    *,
    resamples: int = 500,
    seed: int = 0,
) -> Estimate:
    """Estimate with the percentile bootstrap over rows.

    Parameters
    ----------
    statistic
        Maps an array (..., n, k) of rows to one value for each of the leading indices.
    rows
        Array (n, k): one row an independent case.
    """
    rng = np.random.default_rng(seed)
    n = len(rows)
    with np.errstate(divide="ignore", invalid="ignore"):  # resamples without a denominator
        drawn = [statistic(rows[rng.integers(n, size=(50, n))]) for _ in range(resamples // 50)]
    low, high = np.nanquantile(drawn, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return Estimate(figure, float(statistic(rows)), float(low), float(high), n, unit)


def mean(rows: np.ndarray) -> np.ndarray:
    """Return the mean of the first column, for the bootstrap."""
    return rows[..., 0].mean(axis=-1)


def median(rows: np.ndarray) -> np.ndarray:
    """Return the median of the first column, for the bootstrap."""
    return np.median(rows[..., 0], axis=-1)
