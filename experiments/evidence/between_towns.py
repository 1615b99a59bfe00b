"""Differences between towns, their persistence, and the share of towns that recover.

From a table of towns and years: mean vacancy, its standard deviation between towns and the shares
of towns below 5 and above 10 % in each year; between years the mean rise, the share of towns whose
vacancy fell, and the persistence of differences: the slope of vacancy in the later year on that in
the earlier. Where the number of premises behind each figure is known, the noise of counting them is
taken out of spread and slope; otherwise it widens the first and flattens the second. All shares of
towns keep it.

Sources: percentile bootstrap over towns; correction of the slope for errors in the regressor as in
Fuller (1987), *Measurement Error Models*, section 1.2, :doi:`10.1002/9780470316665`.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from experiments.evidence.estimates import Estimate, bootstrap, mean, share


def spread(rows: np.ndarray) -> np.ndarray:
    """Return the standard deviation between towns, from vacancy and the variance of counting."""
    vacancy, noise = np.moveaxis(rows, -1, 0)
    return np.sqrt(np.maximum(vacancy.var(axis=-1, ddof=1) - noise.mean(axis=-1), 0))


def slope(rows: np.ndarray) -> np.ndarray:
    """Return the slope of the last vacancy on the first, from both and the variance of counting."""
    before, after, noise = np.moveaxis(rows, -1, 0)
    n = before.shape[-1]
    deviation = before - before.mean(axis=-1, keepdims=True)
    covariance = (deviation * after).sum(axis=-1) / (n - 1)
    return covariance / (before.var(axis=-1, ddof=1) - noise.mean(axis=-1))


def estimate(towns: pd.DataFrame, *, years: tuple[int, ...] | None = None) -> list[Estimate]:
    """Estimate mean, spread, persistence and the share of towns that recover.

    Parameters
    ----------
    towns
        Columns ``town``, ``year``, ``vacancy`` in [0, 1] and, optionally, ``n_premises``.
    years
        Years compared, by default the first and the last in which every town has a figure.
    """
    vacancy = towns.pivot(index="town", columns="year", values="vacancy").dropna(axis=0)
    years = (vacancy.columns[0], vacancy.columns[-1]) if years is None else years
    noise = pd.DataFrame(0.0, vacancy.index, vacancy.columns)
    if "n_premises" in towns:
        premises = towns.pivot(index="town", columns="year", values="n_premises")
        noise = (vacancy * (1 - vacancy) / (premises - 1)).reindex_like(vacancy).fillna(0.0)

    found = []
    for year in years:
        rows = np.column_stack([vacancy[year], noise[year]])
        found.append(bootstrap(f"towns_mean_{year}", mean, rows, "1"))
        found.append(bootstrap(f"towns_spread_{year}", spread, rows, "1"))
        low, high = (vacancy[year] < 0.05).sum(), (vacancy[year] > 0.10).sum()
        found.append(share(f"towns_below_5_percent_{year}", int(low), len(rows)))
        found.append(share(f"towns_above_10_percent_{year}", int(high), len(rows)))
    for before, after in pairwise(years):
        rise = ((vacancy[after] - vacancy[before]) / (after - before)).to_numpy()[:, None]
        found.append(bootstrap(f"towns_yearly_rise_{before}_{after}", mean, rise, "1/year"))
        rows = vacancy[[before, after]].to_numpy()
        fell = int((rows[:, 1] < rows[:, 0]).sum())
        found.append(share(f"towns_fell_{before}_{after}", fell, len(rows)))
        rows = np.column_stack([rows, noise[before]])
        found.append(bootstrap(f"towns_persistence_{before}_{after}", slope, rows, "1"))
    return found
