"""Vacancy at the edge of a town against its middle.

Vacancy of the third of premises nearest to the centre, of the farthest third, and the factor on the
odds of vacancy from the centre to the edge by logistic regression on the rank of distance (0
nearest, 1 farthest). Ranks make towns of different size comparable. Errors are shared within blocks
of ground.

Source: logistic regression with clustered errors, Liang and Zeger (1986),
:doi:`10.1093/biomet/73.1.13`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm

from experiments.evidence.clustering import blocks
from experiments.evidence.estimates import Estimate, Z, share


def distances(premises: pd.DataFrame) -> np.ndarray:
    """Return ``from_centre`` where there is such a column, else the distance from the median."""
    if "from_centre" in premises:
        return premises["from_centre"].to_numpy(dtype=float)
    points = premises[["x", "y"]].to_numpy(dtype=float)
    return np.linalg.norm(points - np.median(points, axis=0), axis=1)


def estimate(premises: pd.DataFrame, *, side: float = 200.0) -> list[Estimate]:
    """Estimate vacancy in the middle and at the edge, and the factor on its odds between.

    Parameters
    ----------
    premises
        Columns ``x``, ``y``, ``is_vacant`` and, optionally, ``from_centre``.
    side
        Side of a block of ground in the unit of ``x`` and ``y``.
    """
    vacant = premises["is_vacant"].to_numpy(dtype=bool)
    if vacant.sum() < 5:
        return []
    rank = (pd.Series(distances(premises)).rank(method="average").to_numpy() - 0.5) / len(vacant)
    design = sm.add_constant(rank)
    fitted = sm.GLM(vacant.astype(float), design, sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": blocks(premises, side)}
    )
    b, error = fitted.params[1], fitted.bse[1]
    factor, low, high = np.exp([b, b - Z * error, b + Z * error])
    inner, outer = vacant[rank < 1 / 3], vacant[rank > 2 / 3]
    return [
        share("vacancy_inner_third", int(inner.sum()), len(inner)),
        share("vacancy_outer_third", int(outer.sum()), len(outer)),
        Estimate("vacancy_edge_odds_factor", factor, low, high, len(vacant), "1"),
    ]
