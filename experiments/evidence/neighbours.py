"""Closures of shops whose neighbours have closed.

Each shop open on 1 January is a case: did it close within the year, given the share of shops within
reach that closed in the year before? A complementary log-log regression is the proportional-hazards
model of yearly data; it holds age and year fixed. The factor is that of the hazard for ten points
of neighbours more that closed.

Streets that are bad for everybody look like contagion, since nothing but age and year is held
fixed; the factor is an upper bound of what closures cause. Cases of one place share errors.

Sources: Prentice and Gloeckler (1978), :doi:`10.2307/2529588`; on telling contagion from common
causes, Manski (1993), :doi:`10.2307/2298123`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.sparse import coo_array
from scipy.spatial import cKDTree

from experiments.evidence.closures import AGES
from experiments.evidence.estimates import Estimate, Z
from experiments.evidence.records import years


def shop_years(licences: pd.DataFrame, first: int, last: int, *, reach: float) -> pd.DataFrame:
    """Return a row for each shop and year that it began open.

    Returns
    -------
    DataFrame
        ``shop``, ``place``, ``year``, ``age``, ``is_closed`` in the year, and ``closed_share`` of
        the other shops within ``reach`` open a year before that closed in between; rows without
        such neighbours are left out.
    """
    shops = licences[licences["is_shop"]].reset_index(drop=True)
    tree = cKDTree(shops[["x", "y"]].to_numpy(dtype=float))
    i, j = tree.query_pairs(reach, output_type="ndarray").T
    other = (shops["place"].to_numpy()[i] != shops["place"].to_numpy()[j]).nonzero()[0]
    i, j = np.r_[i[other], j[other]], np.r_[j[other], i[other]]
    near = coo_array((np.ones(len(i)), (i, j)), shape=(len(shops), len(shops))).tocsr()
    start = shops["start"].to_numpy()
    end = shops["end"].fillna(pd.Timestamp.max.floor("D")).to_numpy()
    days = [np.datetime64(f"{year}-01-01") for year in range(first - 1, last + 2)]
    parts = []
    for before, day, after in zip(days, days[1:], days[2:], strict=False):
        was_open = (start <= before) & (end >= before)
        had = near @ was_open.astype(float)
        lost = near @ (was_open & (end < day)).astype(float)
        case = (start <= day) & (end >= day) & (had > 0)
        parts.append(
            pd.DataFrame(
                {
                    "shop": shops.index[case],
                    "place": shops["place"][case],
                    "year": day.astype("datetime64[Y]").astype(int) + 1970,
                    "age": years(shops["start"][case], pd.Timestamp(day)),
                    "is_closed": end[case] < after,
                    "closed_share": lost[case] / had[case],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def estimate(
    licences: pd.DataFrame, *, since: pd.Timestamp, until: pd.Timestamp, reach: float = 100.0
) -> list[Estimate]:
    """Estimate the factor on closures of ten points more of neighbours' closures.

    Parameters
    ----------
    licences
        Columns ``place``, ``start``, ``end``, ``is_shop``, ``x`` and ``y``; licences without
        a position are left out.
    since, until
        Period of complete recording.
    reach
        Distance of neighbours in the unit of ``x`` and ``y``.
    """
    if "x" not in licences:
        return []
    licences = licences.dropna(subset=["x", "y"])
    first = since.year + 1 + (since > pd.Timestamp(since.year, 1, 1))
    cases = shop_years(licences, first, until.year - 1, reach=reach)
    if cases["is_closed"].sum() < 20:
        return []
    bands = pd.cut(cases["age"], [-1, *AGES[1:], np.inf])
    fixed = [
        pd.get_dummies(bands, drop_first=True, dtype=float),
        pd.get_dummies(cases["year"], dtype=float),
    ]
    design = np.hstack([cases[["closed_share"]], *fixed])
    design = design[:, design.any(axis=0)]
    link = sm.families.links.CLogLog()
    model = sm.GLM(cases["is_closed"].astype(float), design, sm.families.Binomial(link))
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(cases["place"])[0]})
    b, error = fitted.params.iloc[0], fitted.bse.iloc[0]
    value, low, high = np.exp(0.1 * np.array([b, b - Z * error, b + Z * error]))
    return [Estimate("neighbour_closures_factor", value, low, high, len(cases), "1")]
