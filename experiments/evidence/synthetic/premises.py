"""Premises with vacancy of known clustering and gradient.

Vacancy is where a Gaussian field lies below a threshold. The field has variance 1, of which a share
is correlated over ground, falling exponentially with distance; the threshold moves with distance
from the centre. Chances of pairs, and Moran's I, follow from the bivariate normal distribution.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist
from scipy.stats import multivariate_normal, norm

SIDE = 1500.0
"""Side of the square town in m."""


@cache
def ground(n: int, clustered: float, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Return points (n, 2) in m and the Cholesky factor of the field's covariance there."""
    points = np.random.default_rng(0).uniform(0, SIDE, (n, 2))
    covariance = clustered * np.exp(-cdist(points, points) / reach)
    np.fill_diagonal(covariance, 1.0)
    return points, np.linalg.cholesky(covariance)


def premises(
    vacancy: float,
    *,
    clustered: float = 0.0,
    reach: float = 60.0,
    edge_factor: float = 1.0,
    n: int = 500,
    seed: int,
) -> pd.DataFrame:
    """Return premises with vacancy of a given mean.

    Parameters
    ----------
    vacancy
        Share vacant, at the centre where there is a gradient.
    clustered, reach
        Share of the field's variance that is correlated, and the distance in m over which its
        correlation falls to 1/e.
    edge_factor
        Factor on the odds of vacancy from the innermost to the outermost.
    """
    points, factor = ground(n, clustered, reach)
    uniform = norm.cdf(factor @ np.random.default_rng(seed).normal(size=n))
    from_centre = np.linalg.norm(points - SIDE / 2, axis=1)
    rank = (from_centre.argsort().argsort() + 0.5) / n
    odds = vacancy / (1 - vacancy) * edge_factor**rank
    columns = {"x": points[:, 0], "y": points[:, 1], "from_centre": from_centre}
    return pd.DataFrame(columns).assign(place=np.arange(n), is_vacant=uniform < odds / (1 + odds))


def both_vacant(vacancy: float, correlation: np.ndarray) -> np.ndarray:
    """Return the chance that two premises are both vacant, by their correlation in the field."""
    below = norm.ppf(vacancy)
    grid = np.linspace(0, max(float(np.max(correlation)), 1e-6), 30)
    chance = [multivariate_normal.cdf([below, below], cov=[[1, c], [c, 1]]) for c in grid]
    return np.interp(correlation, grid, chance)
