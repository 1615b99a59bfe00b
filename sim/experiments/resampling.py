"""Bootstrap over replications, for what has no interval in closed form.

Percentiles are expanded so that an interval is as wide as Student's with few replications
(Hesterberg 2015, doi 10.1080/00031305.2015.1089789).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
from scipy.special import ndtr, stdtrit

from sim.kernels.arrays import Floats

RESAMPLES: Final = 4000
"""Number of bootstrap samples."""

_SEED: Final = 20150915
"""Seed of the resampling, fixed so that the same runs always give the same intervals."""


@lru_cache(maxsize=4)
def _times_drawn(n: int) -> Floats:
    """Count how often each of n replications is in each of the samples."""
    drawn = np.random.default_rng(_SEED).integers(0, n, (RESAMPLES, n), dtype=np.int32)
    times = np.empty(drawn.shape)
    for k, sample in enumerate(drawn):
        times[k] = np.bincount(sample, minlength=n)
    return times


def resampled_means(values: Floats) -> Floats:
    """Return the means of bootstrap samples of (n,) values, a (RESAMPLES,) float64 array.

    The samples depend only on n, so that all measures share them; a non-finite value makes all
    means non-finite.
    """
    # Not a matrix product: its order of summation depends on a library's threads. It must not
    # depend on the memory layout either.
    lying_together = np.ascontiguousarray(values)
    return np.asarray(np.einsum("ij,j->i", _times_drawn(values.size), lying_together) / values.size)


def expanded_level(level: float, n: int) -> float:
    """Return the lower percentile of a bootstrap distribution for a two-sided interval.

    For a target coverage, such as 0.9, and a sample of n, at least 2. It lies below (1 - level)/2
    and tends to it with n.

    Examples
    --------
    >>> round(expanded_level(0.9, 10), 4), round(expanded_level(0.9, 100_000), 3)
    (0.0267, 0.05)
    """
    quantile = float(stdtrit(n - 1, (1 - level) / 2))
    return float(ndtr(math.sqrt(n / (n - 1)) * quantile))
