"""Clustering of vacant premises.

Moran's I of vacancy among premises within reach, row-standardised, and the pair correlation of
vacancy by distance: how much likelier two premises at that distance are both vacant than two drawn
from the whole town. Both are ratios of sums over premises. Neighbours are not independent, so the
intervals come from sums over blocks of ground larger than the reach (delta method); ``n`` counts
premises. Assumes that vacancy has one mean: a gradient counts as clustering too.

Sources: Moran (1950), :doi:`10.2307/2332142`, by PySAL's esda (Rey and Anselin 2007,
:doi:`10.52324/001c.8285`); Stoyan and Stoyan (1994), *Fractals, Random Shapes and Point Fields*,
on mark correlations; Politis and Romano (1993) on blocks.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from esda.moran import Moran
from libpysal.weights import DistanceBand
from scipy.spatial import cKDTree
from scipy.stats import t as student

from experiments.evidence.estimates import LEVEL, Estimate


def blocks(premises: pd.DataFrame, side: float) -> np.ndarray:
    """Return the number of the square block of ground of each of the premises."""
    cells = np.floor(premises[["x", "y"]].to_numpy(dtype=float) / side).astype(int)
    return np.unique(cells, axis=0, return_inverse=True)[1].ravel()


def half_width(residuals: np.ndarray, block: np.ndarray) -> float:
    """Return half the width of the interval of a sum of residuals, independent between blocks.

    Few blocks hold most vacancy, so the quantile is Student's with the effective number of blocks
    less one as degrees of freedom, after Carter, Schnepel and Steigerwald (2017),
    :doi:`10.1162/REST_a_00639`.
    """
    squares = np.bincount(block, residuals) ** 2
    effective = squares.sum() ** 2 / (squares**2).sum() if squares.any() else np.inf
    quantile = student.ppf(0.5 + LEVEL / 2, max(effective - 1, 1))
    return float(quantile * np.sqrt(squares.sum()))


def morans_i(premises: pd.DataFrame, *, reach: float, side: float) -> Estimate:
    """Estimate Moran's I of vacancy among premises within reach."""
    points = premises[["x", "y"]].to_numpy(dtype=float)
    vacant = premises["is_vacant"].to_numpy(dtype=float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # premises without neighbours, and parts of town
        near = DistanceBand(points, reach, binary=True, silence_warnings=True)
        moran = Moran(vacant, near, transformation="r", permutations=0)
    z = vacant - vacant.mean()
    lag = near.sparse @ z
    connected = np.array([near.cardinalities[i] > 0 for i in range(near.n)])
    scale = (z**2).sum() * connected.mean()
    residuals = z * lag - moran.I * z**2 * connected.mean()
    half = half_width(residuals, blocks(premises, side)) / scale
    return Estimate("vacancy_morans_i", moran.I, moran.I - half, moran.I + half, len(vacant), "1")


def pair_correlation(
    premises: pd.DataFrame, nearer: float, farther: float, *, side: float
) -> Estimate:
    """Estimate the pair correlation of vacancy at distances in (nearer, farther]."""
    points = premises[["x", "y"]].to_numpy(dtype=float)
    vacant = premises["is_vacant"].to_numpy(dtype=float)
    i, j = cKDTree(points).query_pairs(farther, output_type="ndarray").T
    apart = np.linalg.norm(points[i] - points[j], axis=1) > nearer
    i, j = i[apart], j[apart]
    figure = f"vacancy_pairs_{nearer:g}_{farther:g}"
    mean, n = vacant.mean(), len(vacant)
    if len(i) == 0 or mean == 0:
        return Estimate(figure, np.nan, 0.0, np.inf, 0, "1")
    both = np.bincount(np.r_[i, j], np.tile(vacant[i] * vacant[j], 2), n)
    pairs = np.bincount(np.r_[i, j], minlength=n)
    among = both.sum() / pairs.sum()
    value = among / mean**2
    relative = (both - among * pairs) / both.sum() if both.any() else np.zeros(n)
    residuals = relative - 2 * (vacant - mean) / (mean * n)
    if value == 0:  # the interval of no event where Poisson's mean is that of independence
        return Estimate(figure, 0.0, 0.0, -np.log(0.5 - LEVEL / 2) / (len(i) * mean**2), n, "1")
    spread = np.exp(half_width(residuals, blocks(premises, side)))
    return Estimate(figure, value, value / spread, value * spread, n, "1")


def estimate(
    premises: pd.DataFrame,
    *,
    reach: float = 100.0,
    bands: Sequence[float] = (0, 50, 100, 200, 400),
    side: float | None = None,
) -> list[Estimate]:
    """Estimate Moran's I and the pair correlation of vacancy.

    Parameters
    ----------
    premises
        Columns ``x``, ``y`` and ``is_vacant``.
    reach
        Distance of neighbours in the unit of ``x`` and ``y``.
    bands
        Bounds of the bands of distance.
    side
        Side of a block of ground, by default twice the reach.
    """
    if premises["is_vacant"].sum() < 5:
        return []
    side = 2 * reach if side is None else side
    return [
        morans_i(premises, reach=reach, side=side),
        *(
            pair_correlation(premises, nearer, farther, side=side)
            for nearer, farther in pairwise(bands)
        ),
    ]
